// Rows as a table, and problems as people read them.
import {h, prose} from './dom.js';
import {cell, columnFormat, isNumericType} from './format.js';

/** A table that scrolls within its frame; `caption` is for screen readers. */
export function table(result, caption, options = {}) {
  if (result.error) return problemBox(result.error);
  if (!result.rows.length) return empty(options.empty ?? 'No rows.');
  const numeric = result.columns.map((c) => isNumericType(c.type));
  const most = options.most ?? 500;
  const rows = result.rows.slice(0, most);
  const write = result.columns.map((c, i) => (numeric[i] ? columnFormat(rows.map((r) => r[i])) : (v) => cell(v, c.type)));
  return h('div.table-frame', {},
    h('div.table-scroll', {tabindex: '0', role: 'region', 'aria-label': caption},
      h('table.data', {},
        h('caption.visually-hidden', {}, caption),
        h('thead', {}, h('tr', {}, result.columns.map((c, i) =>
          h(numeric[i] ? 'th.numeric' : 'th', {scope: 'col', title: c.type}, c.name)))),
        h('tbody', {}, rows.map((row) =>
          h('tr', {}, row.map((value, i) => dataCell(value, write[i], numeric[i]))))))),
    result.truncated || result.rows.length > most
      ? h('p.table-note', {}, `The first ${rows.length.toLocaleString('en')} rows; there are more.`) : null);
}

function dataCell(value, write, numeric) {
  if (value === null) return h('td.null', {}, h('span', {'aria-label': 'null'}, '∅'));
  const text = write(value);
  return h(numeric ? 'td.numeric' : 'td', {title: text.length > 60 ? text.slice(0, 2000) : null}, text);
}

export const empty = (text) => h('p.empty', {}, text);

/** A problem that was thrown. */
export const problem = (e) => problemBox(e.problem ?? {message: e.message || String(e)});

/** A problem of the server, with its place and what to do. */
export function problemBox(p) {
  return h('div.problem', {role: 'alert'},
    h('p.problem-message', {}, prose(p.message)),
    p.hint ? h('p.problem-hint', {}, prose(p.hint)) : null,
    p.place || p.code ? h('p.problem-code', {}, [p.place, p.code].filter(Boolean).join(' · ')) : null);
}

/** Health as a dot with words beside it. */
export function health(state, reason) {
  const words = {OK: 'Running', IDLE: 'Idle', RETRYING: 'Retrying', PAUSED: 'Paused', STOPPED: 'Stopped'};
  return h('span.health', {'data-health': state, title: reason?.message ?? null},
    h('span.dot', {'aria-hidden': 'true'}), words[state] ?? state);
}
