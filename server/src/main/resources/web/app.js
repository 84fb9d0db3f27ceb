// The frame around every view: navigation, theme, the state of the connection, and which view is shown.
import {get, listen} from './api.js';
import {fillWith, h, icon, s, setText} from './dom.js';
import {clock} from './format.js';
import {overview} from './overview.js';
import {dashboard} from './dashboard.js';
import {asset} from './asset.js';
import {sqlConsole} from './console.js';
import {system} from './system.js';
import {problem} from './table.js';

const ROUTES = [
  [/^\/$/, () => overview, 'Overview'],
  [/^\/dashboards\/([^/]+)$/, () => dashboard, 'Dashboard'],
  [/^\/assets\/([^/]+)$/, () => asset, 'Asset'],
  [/^\/sql$/, () => sqlConsole, 'SQL'],
  [/^\/system$/, () => system, 'System'],
];

const connection = h('span.connection', {role: 'status'}, h('span.dot', {'aria-hidden': 'true'}), h('span.connection-text', {}, 'Connecting'));
const main = h('main', {id: 'main', tabindex: '-1'});
let project = null;
let dispose = () => {};

/** What a view gets: the project, the live streams, and where to say that data is fresh. */
const context = {
  get project() {
    return project;
  },
  listen: (path, handlers) => listen(path, handlers, setConnection),
  onStatus: (handler) =>
    listen('/api/status/live', {
      status: (status) => {
        context.fresh(status.at);
        handler(status);
      },
    }, setConnection),
  fresh: (at) => setText(connection.lastChild, `Live · ${clock(at)}`),
  offline: () => setConnection('none'),
  navigate,
};

function setConnection(state) {
  if (connection.dataset.state === state) return;
  connection.dataset.state = state;
  const words = {connecting: 'Connecting', live: 'Live', paused: 'Paused · reconnecting', none: ''};
  setText(connection.lastChild, words[state]);
}

function brand() {
  return h('a.brand', {href: '/', 'aria-label': 'Millrace, overview'},
    s('svg.brand-mark', {viewBox: '0 0 32 32', 'aria-hidden': 'true'},
      s('rect', {width: 32, height: 32, rx: 9, class: 'brand-tile'}),
      s('g.brand-lines', {},
        s('circle', {cx: 16, cy: 13.5, r: 6.6}),
        s('path', {d: 'M16 4.600v17.800M7.100 13.500h17.800M9.700 7.200l12.600 12.600M22.300 7.200 9.700 19.800', 'stroke-width': 1.5}),
        s('path', {d: 'M4.500 25.200c2.300-1.900 4.600-1.900 6.900 0s4.600 1.900 6.900 0 4.600-1.900 6.900 0'}))),
    h('span.brand-name', {}, 'Millrace'));
}

function navigation() {
  const link = (href, name, text) => h('a.nav-link', {href}, icon(name), h('span', {}, text));
  const dashboards = project.dashboards.map((d) => link(`/dashboards/${encodeURIComponent(d.name)}`, 'dashboard', d.title));
  return h('nav.nav', {'aria-label': 'Main'},
    link('/', 'overview', 'Overview'),
    dashboards.length ? h('div.nav-group', {}, h('p.nav-title', {}, 'Dashboards'), dashboards) : null,
    h('div.nav-group', {}, h('p.nav-title', {}, 'Look inside'), link('/sql', 'sql', 'SQL'), link('/system', 'system', 'System')));
}

function themeButton() {
  const dark = () => document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  const button = h('button.icon-button', {type: 'button'});
  const draw = () => {
    const next = dark() ? 'light' : 'dark';
    fillWith(button, icon(dark() ? 'sun' : 'moon'));
    button.setAttribute('aria-label', `Switch to the ${next} theme`);
    button.title = `Switch to the ${next} theme`;
  };
  const changed = () => {
    draw();
    document.dispatchEvent(new CustomEvent('themechange'));
  };
  button.addEventListener('click', () => {
    const next = dark() ? 'light' : 'dark';
    document.documentElement.dataset.theme = next;
    localStorage.setItem('millrace.theme', next);
    changed();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
  draw();
  return button;
}

function frame() {
  fillWith(document.getElementById('app'),
    h('header.side', {},
      brand(),
      navigation(),
      h('div.side-foot', {},
        connection,
        h('div.side-project', {}, h('span.side-project-name', {}, project.name), h('span.badge', {}, project.target)),
        themeButton())),
    main);
}

async function show(moveFocus) {
  dispose();
  dispose = () => {};
  const path = location.pathname;
  const [route, match] = ROUTES.map((r) => [r, path.match(r[0])]).find(([, m]) => m) ?? [null, null];
  document.querySelectorAll('.nav-link').forEach((a) => {
    if (a.getAttribute('href') === path) a.setAttribute('aria-current', 'page');
    else a.removeAttribute('aria-current');
  });
  setConnection('none');
  if (!route) {
    document.title = 'Not found · Millrace';
    fillWith(main, h('div.empty.page-empty', {}, h('h1', {}, 'There is no such page'), h('p', {}, h('a', {href: '/'}, 'Back to the overview'))));
    return;
  }
  const view = h('div.view');
  fillWith(main, view);
  window.scrollTo(0, 0);
  try {
    const parts = match.slice(1).map(decodeURIComponent);
    const result = await route[1]()(view, context, ...parts);
    if (main.firstChild !== view) {
      result.dispose?.();
      return;
    }
    dispose = () => result.dispose?.();
    document.title = `${result.title ?? route[2]} · ${project.name} · Millrace`;
  } catch (e) {
    fillWith(view, problem(e));
  }
  if (moveFocus) main.focus({preventScroll: true});
}

function navigate(href) {
  if (href !== location.pathname + location.search) history.pushState(null, '', href);
  show(true);
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href^="/"]');
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || link.target || link.hasAttribute('download') || /^\/(metrics|api)/.test(link.getAttribute('href'))) return;
  event.preventDefault();
  navigate(link.getAttribute('href'));
});
addEventListener('popstate', () => show(true));

async function start() {
  try {
    project = await get('/api/project');
  } catch (e) {
    fillWith(document.getElementById('app'), h('main', {id: 'main'}, problem(e)));
    setTimeout(start, 2000);
    return;
  }
  frame();
  show(false);
}

start();
