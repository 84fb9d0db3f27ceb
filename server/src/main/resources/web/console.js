// SQL against the store, read-only.
import {query} from './api.js';
import {fillWith, h, icon, quoted} from './dom.js';
import {highlighted} from './highlight.js';
import {problemBox, table} from './table.js';

const TABLES = `SELECT table_schema, table_name FROM information_schema.tables
WHERE table_catalog = current_database() AND table_schema IN ('main', 'system') ORDER BY table_schema = 'system', table_schema, table_name`;
const REMEMBERED = 'millrace.sql';

export async function sqlConsole(view) {
  const paint = h('pre.editor-paint', {'aria-hidden': 'true'}, h('code'));
  const text = h('textarea.editor-text', {spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', rows: '8', 'aria-label': 'SQL', 'aria-describedby': 'sql-help'});
  const run = h('button.button.primary', {type: 'button'}, icon('play'), 'Run');
  const output = h('div.console-output', {'aria-live': 'polite'});
  let running = null;

  const colour = () => {
    fillWith(paint.firstChild, highlighted(text.value), '\n');
    sessionStorage.setItem(REMEMBERED, text.value);
  };
  const execute = async () => {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    run.disabled = true;
    output.setAttribute('aria-busy', 'true');
    try {
      const result = await query(text.value, mine.signal);
      if (running === mine) fillWith(output, outcome(result));
    } catch (e) {
      if (running === mine) fillWith(output, failure(e, text));
    } finally {
      if (running === mine) {
        run.disabled = false;
        output.removeAttribute('aria-busy');
      }
    }
  };
  text.addEventListener('input', colour);
  text.addEventListener('scroll', () => {
    paint.scrollTop = text.scrollTop;
    paint.scrollLeft = text.scrollLeft;
  });
  text.addEventListener('keydown', (e) => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      execute();
    }
  });
  run.addEventListener('click', execute);

  const side = h('nav.tables', {'aria-label': 'Tables'});
  fillWith(view,
    h('header.page-head', {}, h('div', {}, h('h1', {}, 'SQL'), h('p.lead', {id: 'sql-help'}, 'One SELECT over the tables of this project, in DuckDB’s dialect. It reads, and can do nothing else.'))),
    h('div.console', {}, side,
      h('div.console-main', {},
        h('div.editor', {}, paint, text),
        h('div.console-actions', {}, run, h('span.hint', {}, h('kbd', {}, 'Ctrl'), ' + ', h('kbd', {}, 'Enter'))),
        output)));

  const tables = await query(TABLES).catch(() => ({rows: []}));
  const names = tables.rows.map(([schema, name]) => (schema === 'main' ? quoted(name) : `${quoted(schema)}.${quoted(name)}`));
  fillWith(side, h('h2', {}, 'Tables'), h('ul', {}, names.map((name) => h('li', {}, h('button.table-name', {type: 'button', title: `SELECT * FROM ${name}`, onclick: () => {
    text.value = `SELECT *\nFROM ${name}\nLIMIT 100`;
    colour();
    execute();
  }}, icon(name.startsWith('system.') ? 'system' : 'table'), h('span', {}, name))))));
  const asked = new URLSearchParams(location.search).get('q');
  text.value = asked ?? sessionStorage.getItem(REMEMBERED) ?? (names.length ? `SELECT *\nFROM ${names[0]}\nLIMIT 100` : 'SELECT 1');
  colour();
  // What a link brings is for the person to run.
  if (asked === null && names.length) execute();
  return {title: 'SQL', dispose: () => running?.abort()};
}

function outcome(result) {
  const count = result.rows.length;
  return [
    h('div.outcome', {}, h('span', {}, `${count.toLocaleString('en')} row${count === 1 ? '' : 's'}${result.truncated ? ', the first of more' : ''} in ${result.millis} ms`),
      count ? h('a.button.small', {href: csvAddress(result), download: 'query.csv'}, icon('download'), 'CSV') : null),
    table(result, 'Result of the query'),
  ];
}

function csvAddress(result) {
  const field = (v) => {
    const text = v === null ? '' : typeof v === 'object' ? JSON.stringify(v) : String(v);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [result.columns.map((c) => c.name), ...result.rows].map((row) => row.map(field).join(','));
  return URL.createObjectURL(new Blob([lines.join('\r\n')], {type: 'text/csv'}));
}

/** The problem, and the cursor at its place. */
function failure(e, text) {
  const p = e.problem ?? {message: e.message};
  if (p.line > 0 && p.column > 0) {
    const lines = text.value.split('\n');
    const at = lines.slice(0, p.line - 1).reduce((sum, l) => sum + l.length + 1, 0) + p.column - 1;
    text.focus();
    text.setSelectionRange(at, at + (p.length || 1));
  }
  return problemBox({...p, place: p.line > 0 ? `line ${p.line}, column ${p.column}` : null});
}
