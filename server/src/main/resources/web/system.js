// The machinery: systems, sources, sinks, batches, recent errors.
import {activityText, filesAddress, sourceOf} from './activity.js';
import {query} from './api.js';
import {fillWith, h, setText} from './dom.js';
import {bytes, instant, millis, plain, rate} from './format.js';
import {health, table} from './table.js';

export async function system(view, context) {
  const systems = h('div.system-cards');
  const figures = h('dl.figures');
  const sources = h('tbody');
  const files = h('tbody');
  const filesCard = listing('Files', ['Source', 'Now'], files);
  const sinks = h('tbody');
  const errors = h('div');
  fillWith(view,
    h('header.page-head', {}, h('div', {}, h('h1', {}, 'System'), h('p.lead', {}, 'What runs underneath, and how it is doing.')),
      h('div.controls', {}, h('a.button', {href: '/metrics', target: '_blank', rel: 'noopener'}, 'Prometheus metrics'))),
    figures, systems,
    listing('Sources', ['Stream', 'Health', 'Rows/s', 'Rows', 'Lag', 'Watermark', 'Delay', 'Late', 'Rejected', 'Duplicates'], sources),
    filesCard,
    listing('Sinks', ['Sink', 'Health', 'Changes/s', 'Sequence', 'Pending', 'Delay'], sinks),
    h('section.card', {}, h('h2', {}, 'Recent errors'), errors));
  query('SELECT * FROM system.errors ORDER BY recorded_at DESC LIMIT 50')
    .then((result) => fillWith(errors, table(result, 'Recent errors', {empty: 'None. Good.'})))
    .catch((e) => fillWith(errors, h('p.empty', {}, e.problem?.code === 'QUERY_UNKNOWN_TABLE' ? 'None. Good.' : e.message)));
  const close = context.onStatus((status) => {
    update(figures, [['Running for', millis(Math.floor(status.uptimeMillis / 1000) * 1000)], ['Batches', plain(status.batches.count)],
      ['Batch p50', millis(status.batches.p50Millis)], ['Batch p99', millis(status.batches.p99Millis)], ['Store', bytes(status.storeBytes)]]);
    fillWith(systems, status.systems.map((s) => h('div.card.system-card', {},
      h('div.system-head', {}, h('strong', {}, s.name), health(s.health)),
      h('p.system-kind', {}, kind(s)), ['embedded', 'external'].includes(s.detail) ? null : h('p.mono', {}, s.detail))));
    rows(sources, status.sources.map((s) => [link(s.id, s.id), health(s.health, s.reason), rate(s.perSecond), plain(s.rows), plain(s.lag),
      s.watermark ? instant(s.watermark) : '–', s.watermarkDelayMillis === null ? '–' : millis(s.watermarkDelayMillis), plain(s.late), plain(s.rejected), plain(s.duplicates)]));
    const reading = new Map(status.sources.filter((s) => s.activity).map((s) => [sourceOf(s.id), s.activity]));
    filesCard.hidden = !reading.size;
    rows(files, [...reading].map(([source, a]) => [h('a', {href: filesAddress(source)}, source), activityText(a)]));
    rows(sinks, status.sinks.map((s) => [link(`sink:${s.id}`, s.id), health(s.health, s.reason), rate(s.perSecond), plain(s.delivered), plain(s.pending), millis(s.delayMillis)]));
  });
  return {title: 'System', dispose: close};
}

function kind(part) {
  const how = part.embedded ? 'started by Millrace' : 'external';
  return part.name === part.type ? how : `${part.type}, ${how}`;
}

const link = (id, text) => h('a', {href: `/assets/${encodeURIComponent(id)}`}, text);

function listing(title, columns, body) {
  return h('section.card', {}, h('h2', {}, title), h('div.table-scroll', {tabindex: '0', role: 'region', 'aria-label': title},
    h('table.data', {}, h('thead', {}, h('tr', {}, columns.map((c, i) => h(i > 1 ? 'th.numeric' : 'th', {scope: 'col'}, c)))), body)));
}

/** Changes texts in place, so that focus and selection stay. */
function rows(body, values) {
  if (body.children.length !== values.length) {
    fillWith(body, values.map((row) => h('tr', {}, row.map((v, i) => h(i > 1 ? 'td.numeric' : 'td', {}, v)))));
    return;
  }
  values.forEach((row, i) => row.forEach((value, j) => {
    const cell = body.children[i].children[j];
    if (typeof value === 'string') setText(cell, value);
    else if (cell.textContent !== value.textContent) cell.replaceChildren(value);
  }));
}

function update(list, values) {
  if (list.children.length !== values.length) fillWith(list, values.map(([name]) => h('div.figure-tile', {}, h('dt', {}, name), h('dd'))));
  values.forEach(([, value], i) => setText(list.children[i].lastChild, value));
}
