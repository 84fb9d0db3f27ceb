// SQL in colours: a list of spans for a text.
import {h} from './dom.js';

const KEYWORDS = new Set(('select from where group by having order limit offset join left right full inner outer cross semi anti asof on using as and or not in is null'
  + ' between like ilike case when then else end with recursive union all except intersect distinct values over partition filter qualify window'
  + ' interval cast exists lateral asc desc nulls first last true false any some rows range preceding following current row unbounded exclude replace').split(' '));
const TOKEN = /(--[^\n]*|\/\*[\s\S]*?\*\/)|('(?:[^']|'')*')|("(?:[^"]|"")*")|(\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\})|(\$[a-zA-Z_]\w*)|(\b\d+(?:\.\d+)?\b)|([a-zA-Z_]\w*)(?=\s*(\(?))/g;

/** The text as nodes, coloured by kind. */
export function highlighted(sql) {
  const nodes = [];
  let at = 0;
  for (const match of sql.matchAll(TOKEN)) {
    if (match.index > at) nodes.push(sql.slice(at, match.index));
    const [text, comment, string, name, template, parameter, digits, word, bracket] = match;
    const kind = comment ? 'comment' : string ? 'string' : name ? 'name' : template ? 'template' : parameter ? 'parameter'
      : digits ? 'number' : KEYWORDS.has(word.toLowerCase()) ? 'keyword' : bracket ? 'function' : null;
    nodes.push(kind ? h(`span.sql-${kind}`, {}, text) : text);
    at = match.index + text.length;
  }
  nodes.push(sql.slice(at));
  return nodes;
}
