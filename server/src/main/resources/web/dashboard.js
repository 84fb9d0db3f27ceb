// A dashboard: its panels, kept up to date by the server.
import {get} from './api.js';
import {chartOption, loadLibrary, missingColumn} from './charts.js';
import {fillWith, h, icon, reducedMotion, s, setText} from './dom.js';
import {formatted} from './format.js';
import {empty, problemBox, table} from './table.js';

export async function dashboard(view, context, name) {
  const spec = await get(`/api/dashboards/${encodeURIComponent(name)}`);
  const choice = choiceFromAddress(spec);
  const panels = spec.panels.map((panel, index) => new Panel(panel, index));
  let close = () => {};

  const connect = () => {
    close();
    panels.forEach((p) => p.stale());
    const parameters = new URLSearchParams({dashboard: name, range: choice.range});
    for (const [filter, value] of Object.entries(choice.filters)) parameters.set(`filter.${filter}`, value);
    close = context.listen(`/api/live?${parameters}`, {
      panel: (data) => panels[data.panel].show(data),
      tick: ({at}) => context.fresh(at),
    });
  };
  const changed = () => {
    history.replaceState(null, '', address(spec, choice));
    connect();
  };

  fillWith(view,
    h('header.page-head', {},
      h('div', {}, h('h1', {}, spec.title), spec.description ? h('p.lead', {}, spec.description) : null),
      h('div.controls', {}, filterControls(spec, choice, changed), rangeControl(spec, choice, changed))),
    panels.length ? h('div.panels', {}, panels.map((p) => p.element)) : empty('This dashboard has no panels yet.'));

  const redraw = () => panels.forEach((p) => p.draw());
  document.addEventListener('themechange', redraw);
  connect();
  return {
    title: spec.title,
    dispose: () => {
      close();
      document.removeEventListener('themechange', redraw);
      panels.forEach((p) => p.dispose());
    },
  };
}

function choiceFromAddress(spec) {
  const parameters = new URLSearchParams(location.search);
  const range = parameters.get('range');
  const filters = {};
  for (const filter of spec.filters) {
    const value = parameters.get(filter.name);
    if (value !== null) filters[filter.name] = value;
  }
  return {range: spec.ranges.includes(range) ? range : spec.defaultRange, filters};
}

function address(spec, choice) {
  const parameters = new URLSearchParams(choice.filters);
  if (choice.range !== spec.defaultRange) parameters.set('range', choice.range);
  const text = parameters.toString();
  return location.pathname + (text ? `?${text}` : '');
}

function rangeControl(spec, choice, changed) {
  return h('fieldset.segments', {}, h('legend.visually-hidden', {}, 'Time range'),
    spec.ranges.map((range) => h('label.segment', {},
      h('input', {type: 'radio', name: 'range', value: range, checked: range === choice.range, onchange: () => {
        choice.range = range;
        changed();
      }}),
      h('span', {}, short(range)))));
}

const short = (range) => range.replace(/ minutes?/, ' min').replace(/ hours?/, ' h').replace(/ seconds?/, ' s');

function filterControls(spec, choice, changed) {
  return spec.filters.map((filter) => {
    const values = filter.values ?? [];
    const select = h('select', {onchange: (e) => {
      if (e.target.value === '') delete choice.filters[filter.name];
      else choice.filters[filter.name] = e.target.value;
      changed();
    }}, h('option', {value: ''}, 'All'), values.map((v) => h('option', {value: v, selected: v === choice.filters[filter.name]}, v)));
    return h('label.field', {title: filter.error?.message}, h('span', {}, filter.label), select);
  });
}

/** One panel: a card whose content follows its rows. */
class Panel {
  constructor(spec, index) {
    this.spec = spec;
    this.history = [];
    this.asTable = false;
    this.body = h('div.panel-body', {}, h('div.skeleton', {'aria-label': 'Loading'}));
    const id = `panel-${index}`;
    this.element = h(`section.panel.panel-${spec.kind}`, {style: {'--width': spec.width}, 'aria-labelledby': id},
      h('div.panel-head', {}, h('h2', {id, title: spec.text || null}, spec.title), this.tableButton()), this.body);
    this.resize = new ResizeObserver(() => this.chart?.resize());
    this.resize.observe(this.body);
  }

  /** Every chart can be read as a table. */
  tableButton() {
    if (this.spec.kind === 'table' || this.spec.kind === 'number') return null;
    const button = h('button.icon-button.small', {type: 'button', 'aria-pressed': 'false', 'aria-label': `${this.spec.title} as a table`, title: 'As a table'}, icon('table'));
    button.addEventListener('click', () => {
      this.asTable = !this.asTable;
      button.setAttribute('aria-pressed', String(this.asTable));
      fillWith(button, icon(this.asTable ? 'chart' : 'table'));
      this.draw();
    });
    return button;
  }

  /** Other filters were chosen: what is shown is about to change. */
  stale() {
    this.history = [];
    this.element.classList.add('stale');
  }

  show(data) {
    this.data = data;
    this.element.classList.remove('stale');
    this.draw();
  }

  draw() {
    const {data, spec} = this;
    if (!data) return;
    if (data.error) this.replace(problemBox(data.error));
    else if (spec.kind === 'number') this.drawNumber();
    else if (!data.rows.length) this.replace(empty('Nothing in this time range yet.'));
    else if (spec.kind === 'table' || this.asTable) this.drawTable();
    else {
      const missing = missingColumn(spec, data);
      if (missing) this.replace(problemBox({message: `the query has no column \`${missing}\`, which the panel draws`, hint: `it has ${data.columns.map((c) => c.name).join(', ')}`}));
      else this.drawChart();
    }
  }

  drawTable() {
    const scroll = this.body.querySelector('.table-scroll');
    const [top, left] = [scroll?.scrollTop ?? 0, scroll?.scrollLeft ?? 0];
    this.replace(table(this.data, this.spec.title));
    this.body.querySelector('.table-scroll')?.scrollTo({top, left});
  }

  async drawChart() {
    const echarts = await loadLibrary().catch(() => null);
    if (this.asTable || this.data.error || !this.data.rows.length) return;
    if (!echarts) {
      this.drawTable();
      return;
    }
    if (!this.chart) {
      const canvas = h('div.chart', {role: 'img', 'aria-label': `${this.spec.title}, a ${this.spec.kind} chart; the button above shows it as a table`});
      fillWith(this.body, canvas);
      this.chart = echarts.init(canvas, null, {renderer: 'canvas'});
    }
    this.chart.setOption(chartOption(this.spec, this.data, this.body.clientWidth < 420), {replaceMerge: ['series', 'xAxis', 'yAxis']});
  }

  drawNumber() {
    const value = this.data.rows[0]?.[0] ?? null;
    if (!this.figure) {
      this.figure = h('p.figure', {}, '');
      this.spark = s('svg.spark', {viewBox: '0 0 100 28', preserveAspectRatio: 'none', 'aria-hidden': 'true'});
      this.replace(this.figure, this.spark);
    }
    this.figure.dataset.value = value ?? '';
    this.countTo(value);
    if (value !== null && !isNaN(value)) {
      this.history = [...this.history, Number(value)].slice(-60);
      fillWith(this.spark, sparkline(this.history));
    }
  }

  /** Runs the figure from its old value to the new one. */
  countTo(value) {
    const from = this.shown;
    this.shown = value;
    cancelAnimationFrame(this.frame);
    const {format} = this.spec;
    if (reducedMotion() || from === undefined || from === null || value === null || isNaN(from) || isNaN(value) || document.hidden) {
      setText(this.figure, formatted(value, format));
      return;
    }
    const [a, b, start] = [Number(from), Number(value), performance.now()];
    const whole = Number.isInteger(a) && Number.isInteger(b);
    const step = (now) => {
      const t = Math.min(1, (now - start) / 350);
      const at = t === 1 ? b : a + (b - a) * (1 - (1 - t) ** 3);
      setText(this.figure, formatted(whole ? Math.round(at) : at, format));
      if (t < 1) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  replace(...content) {
    this.chart?.dispose();
    this.chart = null;
    if (!content.includes(this.figure)) this.figure = null;
    fillWith(this.body, content);
  }

  dispose() {
    this.resize.disconnect();
    cancelAnimationFrame(this.frame);
    this.chart?.dispose();
  }
}

/** The last values since the page was opened. */
function sparkline(values) {
  if (values.length < 3) return [];
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const points = values.map((v, i) => `${((i / (values.length - 1)) * 100).toFixed(1)},${(25 - ((v - low) / span) * 21).toFixed(1)}`);
  return [s('polygon.spark-area', {points: `0,28 ${points.join(' ')} 100,28`}), s('polyline.spark-line', {points: points.join(' ')})];
}
