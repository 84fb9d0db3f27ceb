// One asset: what it is, how it is doing, what is in it.
import {activityText, filesAddress, sourceOf} from './activity.js';
import {get} from './api.js';
import {fillWith, h, icon, prose, quoted, setText} from './dom.js';
import {bytes, compact, millis, plain, rate} from './format.js';
import {assetAddress, kindIcon} from './graph.js';
import {highlighted} from './highlight.js';
import {empty, health, problemBox, table} from './table.js';

const WORDS = {SOURCE: 'Source stream', STREAM: 'Stream', EPHEMERAL: 'Inlined model', VIEW: 'View', TABLE: 'Table', SEED: 'Seed', SNAPSHOT: 'Snapshot', SINK: 'Sink', DASHBOARD: 'Dashboard'};

export async function asset(view, context, id) {
  const a = await get(`/api/assets/${encodeURIComponent(id)}`);
  const state = h('span.asset-health');
  const live = h('dl.figures');
  const reason = h('div.asset-reason', {'aria-live': 'polite'});
  const doing = h('span');
  const activity = h('p.activity', {hidden: true}, doing, ' · ', h('a', {href: filesAddress(sourceOf(a.id))}, 'its files'));
  fillWith(view,
    h('header.page-head', {}, h('div', {},
      h('p.eyebrow', {}, kindIcon(a.kind), WORDS[a.kind], h('span.file', {}, a.file)),
      h('h1', {}, a.name, ' ', state),
      a.description ? h('p.lead', {}, a.description) : null),
    a.sample ? h('div.controls', {}, h('a.button', {href: `/sql?q=${encodeURIComponent(`SELECT *\nFROM ${quoted(a.name)}\nLIMIT 100`)}`}, icon('sql'), 'Ask it in SQL')) : null),
    reason, live, activity,
    h('div.asset-grid', {},
      h('div.asset-main', {}, columns(a), sql(a), sample(a), aside(a)),
      h('aside.asset-side', {'aria-label': 'About this asset'}, facts(a), neighbours(context.project, a), states(a))));
  let said = null;
  const close = context.onStatus((status) => {
    const part = statusOf(status, a);
    if (!part) return;
    // Only what has changed: a screen reader would say it again.
    const key = JSON.stringify([part.health, part.reason]);
    if (key !== said) {
      said = key;
      fillWith(state, health(part.health, part.reason));
      fillWith(reason, part.reason ? problemBox(part.reason) : null);
    }
    updateFigures(live, figures(part, a.kind));
    activity.hidden = !part.activity;
    if (part.activity) setText(doing, `Source ${sourceOf(a.id)} ${activityText(part.activity)}`);
  });
  return {title: a.name, dispose: close};
}

function statusOf(status, a) {
  const lists = {SOURCE: status.sources, STREAM: status.streams, SINK: status.sinks};
  return lists[a.kind]?.find((p) => p.id === a.name || p.id === a.id);
}

function figures(part, kind) {
  if (kind === 'SOURCE') {
    return [['Rows in', rate(part.perSecond)], ['Admitted', plain(part.rows)], ['Watermark delay', part.watermarkDelayMillis === null ? '–' : millis(part.watermarkDelayMillis)],
      ['Waiting', plain(part.lag)], ['Late', plain(part.late)], ['Rejected', plain(part.rejected)], ['Duplicates', plain(part.duplicates)]];
  }
  if (kind === 'STREAM') return [['Changes', rate(part.perSecond)], ['Changes in all', plain(part.changes)], ['State', part.stateBounded ? 'bounded' : 'grows for ever']];
  return [['Delivered', rate(part.perSecond)], ['Sequence', plain(part.delivered)], ['Pending', plain(part.pending)], ['Delay', millis(part.delayMillis)]];
}

function updateFigures(list, values) {
  if (list.children.length !== values.length) {
    fillWith(list, values.map(([name]) => h('div.figure-tile', {}, h('dt', {}, name), h('dd'))));
  }
  values.forEach(([, value], i) => setText(list.children[i].lastChild, value));
}

const card = (title, ...content) => h('section.card', {}, h('h2', {}, title), content);

function columns(a) {
  if (!a.columns) return null;
  const described = a.columns.some((c) => c.description);
  return card('Columns', h('div.table-scroll', {tabindex: '0', role: 'region', 'aria-label': 'Columns'}, h('table.data.columns', {},
    h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, 'Name'), h('th', {scope: 'col'}, 'Type'), described ? h('th', {scope: 'col'}, 'Description') : null)),
    h('tbody', {}, a.columns.map((c) => h('tr', {}, h('td.mono', {}, c.name), h('td.type', {}, c.type), described ? h('td', {}, c.description ?? '') : null))))));
}

function sql(a) {
  return a.sql ? card('SQL', h('pre.sql', {tabindex: '0', 'aria-label': 'SQL of this model'}, h('code', {}, highlighted(a.sql.trim())))) : null;
}

function sample(a) {
  return a.sample ? card('Rows', table(a.sample, `Rows of ${a.name}`, {most: 20, empty: 'No rows yet.'})) : null;
}

/** Rows that were not admitted, with the reason for each. */
function aside(a) {
  if (!a.aside) return null;
  const names = Object.keys(a.aside);
  const body = h('div', {role: 'tabpanel', id: 'aside-panel'});
  const tabs = names.map((name, i) => h('button.tab', {type: 'button', role: 'tab', 'aria-controls': 'aside-panel', 'aria-selected': 'false', onclick: () => select(i), onkeydown: (e) => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[e.key];
    if (step) select((i + step + names.length) % names.length, true);
  }}, name[0].toUpperCase() + name.slice(1), h('span.count', {}, a.aside[name].rows ? `${a.aside[name].rows.length}${a.aside[name].truncated ? '+' : ''}` : '!')));
  const select = (index, focus) => {
    tabs.forEach((tab, i) => {
      tab.setAttribute('aria-selected', String(i === index));
      tab.tabIndex = i === index ? 0 : -1;
    });
    if (focus) tabs[index].focus();
    fillWith(body, table(a.aside[names[index]], `${names[index]} rows of ${a.id}`, {empty: `No ${names[index]} rows.`}));
  };
  select(Math.max(0, names.findIndex((name) => a.aside[name].rows?.length)));
  return h('section.card', {}, h('h2', {}, 'Not admitted'), h('div.tabs', {role: 'tablist', 'aria-label': 'Why'}, tabs), body);
}

function facts(a) {
  if (!a.facts?.length) return null;
  return card('Settings', h('dl.facts', {}, a.facts.map((f) => h('div', {}, h('dt', {}, f.name), h('dd', {}, f.value)))));
}

function neighbours(project, a) {
  const list = (ids, none) => (ids.length
    ? h('ul.neighbours', {}, ids.map((id) => project.assets.find((x) => x.id === id)).filter(Boolean)
      .map((x) => h('li', {}, h('a', {href: assetAddress(x)}, kindIcon(x.kind), x.name))))
    : empty(none));
  return card('Lineage', h('h3', {}, 'Reads'), list(a.upstream, 'Nothing: it is where data comes in.'), ...(a.kind === 'SINK' && !a.downstream.length ? [] : [h('h3', {}, 'Read by'), list(a.downstream, 'Nothing reads it yet.')]));
}

function states(a) {
  if (!a.states?.length) return null;
  return card('State', h('ul.states', {}, a.states.map((state) => h('li', {}, h('p.state-name', {}, h('span.mono', {}, state.name),
    'rows' in state ? h('span.state-size', {}, `${compact(Number(state.rows))} rows, ${bytes(state.bytes)}`) : null), h('p', {}, prose(state.text)),
    h('p.state-bound', {'data-bounded': String(state.bounded)}, prose(state.bound))))));
}
