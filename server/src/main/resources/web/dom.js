// Making and replacing elements. Text is always set as text, never as HTML.

const SVG = 'http://www.w3.org/2000/svg';

/** h('a.button', {href: '/'}, 'Home'): an element with classes, attributes, handlers and children. */
export function h(spec, attributes = {}, ...children) {
  const [tag, ...classes] = spec.split('.');
  return fill(document.createElement(tag || 'div'), classes, attributes, children);
}

/** The same for SVG. */
export function s(spec, attributes = {}, ...children) {
  const [tag, ...classes] = spec.split('.');
  return fill(document.createElementNS(SVG, tag), classes, attributes, children);
}

function fill(element, classes, attributes, children) {
  if (classes.length) element.classList.add(...classes);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') Object.entries(value).forEach(([k, v]) => element.style.setProperty(k, v));
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

/** Puts children in the place of what is there. */
export function fillWith(element, ...children) {
  element.replaceChildren(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

/** Changes an element's text only where it differs, so that nothing flickers and selections stay. */
export function setText(element, text) {
  const value = String(text);
  if (element.textContent !== value) element.textContent = value;
}

const ICONS = {
  overview: 'M3 6h5v4H3zM12 3h5v4h-5zM12 13h5v4h-5zM8 8h2v-3h2M10 8v7h2',
  dashboard: 'M3 3h6v8H3zM11 3h6v4h-6zM11 9h6v8h-6zM3 13h6v4H3z',
  sql: 'M4 4h12v12H4zM7 8l2.500 2L7 12M11 12.500h2.500',
  system: 'M10 3v2M10 15v2M3 10h2M15 10h2M5 5l1.500 1.500M13.500 13.500 15 15M15 5l-1.500 1.500M6.500 13.500 5 15M10 7.200a2.800 2.800 0 1 1 0 5.600 2.800 2.800 0 0 1 0-5.600z',
  sun: 'M10 6.500a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7zM10 2v1.500M10 16.500V18M2 10h1.500M16.500 10H18M4.300 4.300l1.100 1.100M14.600 14.600l1.100 1.100M15.700 4.300l-1.100 1.100M5.400 14.600l-1.100 1.100',
  moon: 'M16.500 11.800A6.800 6.800 0 0 1 8.200 3.500a6.800 6.800 0 1 0 8.300 8.300z',
  table: 'M3 4h14v12H3zM3 8h14M3 12h14M8 8v8',
  chart: 'M3 16h14M5 13l3.500-4 3 2.500L16 6',
  play: 'M6 4l10 6-10 6z',
  download: 'M10 3v9M6 9l4 4 4-4M4 16h12',
  source: 'M10 4c3.500 0 6 .9 6 2s-2.500 2-6 2-6-.9-6-2 2.500-2 6-2zM4 6v8c0 1.100 2.500 2 6 2s6-.9 6-2V6',
  stream: 'M2.500 7c2.500-2 5-2 7.500 0s5 2 7.500 0M2.500 13c2.500-2 5-2 7.500 0s5 2 7.500 0',
  ephemeral: 'M5 10h.1M10 10h.1M15 10h.1',
  sink: 'M10 3v8M6.500 8l3.500 3.500L13.500 8M3.500 13v3.500h13V13',
  view: 'M2.500 10s3-5 7.500-5 7.500 5 7.500 5-3 5-7.500 5-7.500-5-7.500-5zM10 8a2 2 0 1 1 0 4 2 2 0 0 1 0-4z',
};

/** A small line drawing that says nothing to a screen reader. */
export function icon(name) {
  return s('svg.icon', {viewBox: '0 0 20 20', 'aria-hidden': 'true'}, s('path', {d: ICONS[name] ?? ICONS.table}));
}

export const reducedMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** A name as SQL needs it. */
export const quoted = (name) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** Words of a message or a hint: what stands between backticks is code. */
export function prose(text) {
  const parts = text.split('`');
  return parts.length % 2 ? parts.map((part, i) => (i % 2 ? h('code.said', {}, part) : part)) : [text];
}
