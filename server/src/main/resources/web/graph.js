// The graph of assets, from sources on the left to dashboards on the right.
import {fillWith, h, icon, s, setText} from './dom.js';
import {compact, millis, rate} from './format.js';

const NODE = {narrowest: 124, widest: 214, height: 78};
/** A narrower node has room for one figure. */
const ONE_FIGURE = 150;
const GAP = {narrowest: 32, widest: 76, y: 16};
const LANE = 14;
const SWEEPS = 8;

const KINDS = {SOURCE: 'source', STREAM: 'stream', EPHEMERAL: 'ephemeral', VIEW: 'view', TABLE: 'table', SEED: 'table', SNAPSHOT: 'table', SINK: 'sink', DASHBOARD: 'dashboard'};

/** Where an asset's page is. */
export const assetAddress = (asset) =>
  asset.kind === 'DASHBOARD' ? `/dashboards/${encodeURIComponent(asset.name)}` : `/assets/${encodeURIComponent(asset.id)}`;

export const kindIcon = (kind) => icon(KINDS[kind]);

/** Draws the graph into an element and again when its width changes; returns `update(status)` and `dispose()`. */
export function graph(element, project) {
  const layers = layout(project);
  let last = null;
  let width = 0;
  let show = () => {};
  const observer = new ResizeObserver(() => {
    if (Math.abs(element.clientWidth - width) < 8) return;
    width = element.clientWidth;
    show = draw(element, project, layers);
    if (last) show(last);
  });
  observer.observe(element);
  return {
    update: (status) => {
      last = status;
      show(status);
    },
    dispose: () => observer.disconnect(),
  };
}

function draw(element, project, layers) {
  const nodes = new Map();
  const lines = new Map();
  const columns = Math.max(1, layers.length);
  const style = getComputedStyle(element);
  const room = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const gap = clamp(room / columns / 5, GAP.narrowest, GAP.widest);
  const nodeWidth = Math.floor(clamp((room - (columns - 1) * gap) / columns, NODE.narrowest, NODE.widest));
  const tall = (item) => (item.lane ? LANE : NODE.height);
  const heights = layers.map((layer) => layer.reduce((sum, item) => sum + tall(item), 0) + (layer.length - 1) * GAP.y);
  const width = columns * nodeWidth + (columns - 1) * gap;
  const height = Math.max(NODE.height, ...heights);
  const places = new Map();
  layers.forEach((layer, i) => {
    let y = (height - heights[i]) / 2;
    for (const item of layer) {
      places.set(item.id, {x: i * (nodeWidth + gap), y, width: nodeWidth, middle: y + tall(item) / 2});
      y += tall(item) + GAP.y;
    }
  });
  const drawing = s('svg.graph-lines', {width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true'});
  for (const edge of project.edges) {
    const stops = route(edge, layers).map((id) => places.get(id));
    if (stops.length < 2 || stops.includes(undefined)) continue;
    let d = `M${stops[0].x + nodeWidth} ${stops[0].middle}`;
    stops.slice(1).forEach((to, i) => {
      const from = stops[i];
      const [x1, x2] = [from.x + nodeWidth, to.x];
      const bend = (x2 - x1) / 2;
      if (i > 0) d += `L${x1} ${from.middle}`;
      d += `C${x1 + bend} ${from.middle} ${x2 - bend} ${to.middle} ${x2} ${to.middle}`;
    });
    const flow = s('path.graph-flow', {d});
    drawing.append(s('path.graph-line', {d}), flow);
    lines.set(`${edge.from} ${edge.to}`, flow);
  }
  const list = h('ol.graph-nodes', {style: {width: `${width}px`, height: `${height}px`}}, layers.flat().filter((item) => !item.lane).map((asset) => {
    const node = makeNode(asset, places.get(asset.id));
    nodes.set(asset.id, node);
    return node.element;
  }));
  fillWith(element, h('div.graph-canvas', {style: {width: `${width}px`, height: `${height}px`}}, drawing, list));
  connectHover(project, nodes, lines);
  return (status) => update(project, nodes, lines, status);
}

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

function makeNode(asset, place) {
  const figures = h('span.node-figures');
  const link = h('a.node', {href: assetAddress(asset), 'data-kind': asset.kind, title: [asset.name, asset.description].filter(Boolean).join(': ')},
    h('span.node-head', {}, kindIcon(asset.kind), figures, h('span.dot', {'aria-hidden': 'true'})),
    h('span.node-name', {}, asset.name.split(/(?<=[_.])/).flatMap((part) => [part, h('wbr')])));
  const words = {SOURCE: 'source', STREAM: 'stream', EPHEMERAL: 'inlined', VIEW: 'view', TABLE: 'table', SEED: 'seed', SNAPSHOT: 'snapshot', SINK: 'sink', DASHBOARD: 'dashboard'};
  setText(figures, words[asset.kind]);
  return {element: h('li', {style: {left: `${place.x}px`, top: `${place.y}px`, width: `${place.width}px`, height: `${NODE.height}px`}}, link), link, figures, narrow: place.width < ONE_FIGURE};
}

/** Pointing at an asset shows what it depends on and what depends on it. */
function connectHover(project, nodes, lines) {
  const reach = (id, from, to, found = new Set([id])) => {
    for (const e of project.edges) {
      if (e[from] === id && !found.has(e[to])) {
        found.add(e[to]);
        reach(e[to], from, to, found);
      }
    }
    return found;
  };
  for (const [id, node] of nodes) {
    const on = () => {
      const lit = new Set([...reach(id, 'from', 'to'), ...reach(id, 'to', 'from')]);
      nodes.forEach((n, other) => n.link.classList.toggle('faded', !lit.has(other)));
      lines.forEach((path, key) => {
        const [a, b] = key.split(' ');
        path.classList.toggle('lit', lit.has(a) && lit.has(b));
      });
    };
    const off = () => {
      nodes.forEach((n) => n.link.classList.remove('faded'));
      lines.forEach((path) => path.classList.remove('lit'));
    };
    node.link.addEventListener('mouseenter', on);
    node.link.addEventListener('mouseleave', off);
    node.link.addEventListener('focus', on);
    node.link.addEventListener('blur', off);
  }
}

function update(project, nodes, lines, status) {
  const rates = new Map();
  const put = (id, part, text, more = '') => {
    const node = nodes.get(id);
    if (!node) return;
    const whole = more ? `${text} · ${more}` : text;
    node.link.dataset.health = part.health;
    node.link.title = part.reason?.message ?? `${id}: ${whole}`;
    setText(node.figures, node.narrow ? text : whole);
    rates.set(id, part.perSecond);
  };
  for (const p of status.sources) {
    put(p.id, p, rate(p.perSecond), p.watermarkDelayMillis === null ? 'no watermark' : millis(Math.round(p.watermarkDelayMillis / 100) * 100));
  }
  for (const p of status.streams) put(p.id, p, rate(p.perSecond));
  for (const p of status.sinks) {
    if (p.health === 'OK' || p.health === 'IDLE') put(`sink:${p.id}`, p, rate(p.perSecond), p.pending ? `${compact(p.pending)} due` : '');
    else put(`sink:${p.id}`, p, p.reason?.message ?? p.health.toLowerCase());
  }
  const busy = (id, seen = new Set()) => {
    if (rates.has(id)) return rates.get(id) > 0;
    if (seen.has(id)) return false;
    seen.add(id);
    return project.edges.some((e) => e.to === id && busy(e.from, seen));
  };
  lines.forEach((path, key) => path.classList.toggle('flowing', busy(key.split(' ')[0])));
}

/** Layers from left to right: each asset behind all it reads; then an order with few crossings. */
function layout(project) {
  const byId = new Map(project.assets.map((a) => [a.id, a]));
  const level = new Map();
  const depth = (id, path = new Set()) => {
    if (level.has(id)) return level.get(id);
    if (path.has(id)) return 0;
    path.add(id);
    const reads = project.edges.filter((e) => e.to === id && byId.has(e.from)).map((e) => depth(e.from, path) + 1);
    const value = Math.max(0, ...reads);
    level.set(id, value);
    return value;
  };
  project.assets.forEach((a) => depth(a.id));
  const last = Math.max(0, ...level.values());
  // Dashboards and sinks end a path: they stand together at the right.
  project.assets.forEach((a) => {
    if (a.kind === 'DASHBOARD') level.set(a.id, last);
  });
  const layers = Array.from({length: last + 1}, () => []);
  project.assets.forEach((a) => layers[level.get(a.id)].push(a));
  const edges = withLanes(project.edges, level, layers);
  for (let i = 0; i < SWEEPS; i++) {
    const forward = i % 2 === 0;
    const order = forward ? layers : [...layers].reverse();
    const position = new Map();
    for (const layer of order) {
      const weight = (a) => {
        const near = edges.filter((e) => (forward ? e.to : e.from) === a.id).map((e) => position.get(forward ? e.from : e.to)).filter((p) => p !== undefined);
        return near.length ? near.reduce((x, y) => x + y, 0) / near.length : null;
      };
      const weights = new Map(layer.map((a, j) => [a.id, weight(a) ?? (j + .5) / layer.length]));
      layer.sort((a, b) => weights.get(a.id) - weights.get(b.id));
      layer.forEach((a, j) => position.set(a.id, (j + .5) / layer.length));
    }
  }
  return layers;
}

const lane = (edge, level) => `${edge.from} ${edge.to} ${level}`;

/** Edges over several layers get a lane through each, so that they run between nodes and not behind them. */
function withLanes(edges, level, layers) {
  return edges.flatMap((edge) => {
    const [from, to] = [level.get(edge.from), level.get(edge.to)];
    const parts = [];
    let before = edge.from;
    for (let i = from + 1; i < to; i++) {
      const id = lane(edge, i);
      layers[i].push({id, lane: true});
      parts.push({from: before, to: id});
      before = id;
    }
    return [...parts, {from: before, to: edge.to}];
  });
}

/** What an edge passes, from one asset to the other. */
function route(edge, layers) {
  const through = layers.flatMap((layer, i) => layer.filter((item) => item.lane && item.id === lane(edge, i)).map((item) => item.id));
  return [edge.from, ...through, edge.to];
}
