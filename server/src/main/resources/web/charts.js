// Rows as charts. ECharts draws; this file decides what and in which colours.
import {reducedMotion} from './dom.js';
import {formatted, instant, isInstantType} from './format.js';

let library = null;

/** Loads the library once; it is large, and only dashboards need it. */
export function loadLibrary() {
  library ??= import('/lib/echarts.js');
  return library;
}

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The theme's colours, as the style sheet has them. */
function palette() {
  return {
    series: [1, 2, 3, 4, 5, 6, 7, 8].map((i) => token(`--series-${i}`)),
    heat: [1, 2, 3, 4, 5].map((i) => token(`--heat-${i}`)),
    text: token('--text'), muted: token('--muted'), line: token('--line'), surface: token('--surface'), raised: token('--raised'),
  };
}

/** Whether the rows have the columns that the panel names; else what to say instead of a chart. */
export function missingColumn(panel, result) {
  const names = result.columns.map((c) => c.name.toLowerCase());
  return [panel.x, ...panel.y, panel.series].find((name) => name && !names.includes(name.toLowerCase())) ?? null;
}

/** ECharts' option for a panel's rows. */
export function chartOption(panel, result, narrow) {
  const colours = palette();
  const index = (name) => result.columns.findIndex((c) => c.name.toLowerCase() === name?.toLowerCase());
  const parts = {panel, result, colours, narrow, x: Math.max(0, index(panel.x)), y: valueColumns(panel, result, index), split: index(panel.series)};
  const option = {line: axisChart, bar: axisChart, pie, heatmap}[panel.kind](parts);
  return {
    animation: !reducedMotion(),
    animationDuration: 300, animationDurationUpdate: 300, animationEasingUpdate: 'cubicOut',
    color: colours.series,
    textStyle: {fontFamily: getComputedStyle(document.body).fontFamily, color: colours.text},
    ...option,
  };
}

function valueColumns(panel, result, index) {
  const named = panel.y.map(index).filter((i) => i >= 0);
  return named.length ? named : [result.columns.length - 1];
}

const tooltip = (colours, more) => ({
  backgroundColor: colours.raised, borderColor: colours.line, borderWidth: 1, padding: [8, 12], confine: true,
  textStyle: {color: colours.text, fontSize: 12.5}, extraCssText: 'border-radius: 10px; box-shadow: 0 8px 24px rgb(0 0 0 / .14);', ...more,
});

const legend = (colours, show) => ({
  show, type: 'scroll', top: 0, left: 0, icon: 'roundRect', itemWidth: 10, itemHeight: 10, itemGap: 16,
  textStyle: {color: colours.muted, fontSize: 12}, pageTextStyle: {color: colours.muted}, pageIconColor: colours.muted,
});

/** Names and points of each line or set of bars. */
function seriesOf({result, x, y, split}) {
  if (split < 0) {
    return y.map((column) => ({name: result.columns[column].name, points: result.rows.map((r) => [r[x], r[column]])}));
  }
  const groups = new Map();
  for (const row of result.rows) {
    const name = String(row[split] ?? '–');
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push([row[x], row[y[0]]]);
  }
  return [...groups].map(([name, points]) => ({name, points}));
}

/** The axis of time says the day at midnight, and seconds only where ticks are so near. */
const TIME_LABELS = {year: '{yyyy}', month: '{MMM}', day: '{d} {MMM}', hour: '{HH}:{mm}', minute: '{HH}:{mm}', second: '{HH}:{mm}:{ss}', millisecond: '{HH}:{mm}:{ss}'};
const MINUTE = 60_000;
const wholeMinutes = (result, x) => result.rows.every((row) => Date.parse(row[x]) % MINUTE === 0);

function axisChart(parts) {
  const {panel, result, colours, narrow, x} = parts;
  const time = isInstantType(result.columns[x].type);
  const series = seriesOf(parts);
  const value = (v) => formatted(v, panel.format);
  const bar = panel.kind === 'bar';
  return {
    grid: {left: 4, right: 14, top: series.length > 1 ? 34 : 12, bottom: 10, containLabel: true},
    legend: legend(colours, series.length > 1),
    tooltip: tooltip(colours, {
      trigger: 'axis', axisPointer: {type: bar ? 'shadow' : 'line', lineStyle: {color: colours.muted, type: 'dashed'}, shadowStyle: {color: colours.line, opacity: .35}},
      valueFormatter: value,
    }),
    xAxis: {
      id: 'x', type: time ? 'time' : 'category',
      data: time ? undefined : [...new Set(result.rows.map((r) => String(r[x] ?? '–')))],
      axisLine: {lineStyle: {color: colours.line}}, axisTick: {show: false}, splitNumber: narrow ? 3 : 6,
      axisLabel: {color: colours.muted, fontSize: 11.5, hideOverlap: true, ...(time ? {formatter: TIME_LABELS} : {})},
      ...(time && wholeMinutes(result, x) ? {minInterval: MINUTE} : {}),
      splitLine: {show: false}, axisPointer: time ? {label: {formatter: ({value: v}) => instant(v)}} : {},
    },
    yAxis: {
      id: 'y', type: 'value', splitNumber: 4, axisLine: {show: false}, axisTick: {show: false},
      axisLabel: {color: colours.muted, fontSize: 11.5, formatter: (v) => formatted(v, panel.format, true)},
      splitLine: {lineStyle: {color: colours.line, opacity: .7}},
    },
    series: series.map(({name, points}, i) => ({
      id: name, name, type: bar ? 'bar' : 'line', data: points.map(([a, b]) => [time ? a : String(a ?? '–'), b === null ? null : Number(b)]),
      ...(bar
        ? {barMaxWidth: 34, itemStyle: {borderRadius: [5, 5, 0, 0]}}
        : {showSymbol: points.length < 3, symbolSize: 5, smooth: .25, smoothMonotone: 'x', lineStyle: {width: 2.2}, emphasis: {disabled: true},
          areaStyle: {opacity: series.length > 3 ? 0 : .13, color: fade(colours.series[i % colours.series.length])}}),
    })),
  };
}

function fade(colour) {
  return {type: 'linear', x: 0, y: 0, x2: 0, y2: 1, colorStops: [{offset: 0, color: colour}, {offset: 1, color: `${colour}00`}]};
}

function pie({panel, result, colours, narrow, x, y}) {
  const total = result.rows.reduce((sum, r) => sum + Number(r[y[0]] ?? 0), 0);
  return {
    tooltip: tooltip(colours, {trigger: 'item', valueFormatter: (v) => `${formatted(v, panel.format)} · ${formatted(total ? v / total : 0, 'percent', true)}`}),
    legend: {...legend(colours, true), top: 'bottom', left: 'center'},
    series: [{
      id: 'pie', type: 'pie', radius: ['52%', '78%'], center: ['50%', narrow ? '44%' : '45%'], padAngle: 1.5, data: result.rows.map((r) => ({name: String(r[x] ?? '–'), value: Number(r[y[0]] ?? 0)})),
      itemStyle: {borderRadius: 5, borderColor: colours.surface, borderWidth: 1},
      label: {show: true, position: 'center', formatter: () => `{total|${formatted(total, panel.format, true)}}\n{word|in all}`,
        rich: {total: {fontSize: 21, fontWeight: 650, color: colours.text, lineHeight: 28}, word: {fontSize: 12, color: colours.muted}}},
      emphasis: {scaleSize: 4}, labelLine: {show: false},
    }],
  };
}

function heatmap({panel, result, colours, narrow, x, y, split}) {
  const time = isInstantType(result.columns[x].type);
  const xs = [...new Set(result.rows.map((r) => r[x]))].sort();
  const rows = [...new Set(result.rows.map((r) => String(split < 0 ? '' : r[split] ?? '–')))].sort().reverse();
  const cells = result.rows.map((r) => [xs.indexOf(r[x]), rows.indexOf(String(split < 0 ? '' : r[split] ?? '–')), Number(r[y[0]] ?? 0)]);
  const label = (v) => (time ? instant(v).replace(/:00$/, '') : String(v));
  return {
    grid: {left: 4, right: 8, top: 6, bottom: 34, containLabel: true},
    tooltip: tooltip(colours, {formatter: ({value: [i, j, v]}) => `${rows[j]} · ${label(xs[i])}: ${formatted(v, panel.format)}`}),
    xAxis: {id: 'x', type: 'category', data: xs.map(label), axisLine: {show: false}, axisTick: {show: false}, axisLabel: {color: colours.muted, fontSize: 11.5, hideOverlap: true, interval: 'auto'}},
    yAxis: {id: 'y', type: 'category', data: rows, axisLine: {show: false}, axisTick: {show: false}, axisLabel: {color: colours.muted, fontSize: 12}},
    visualMap: {
      min: 0, max: Math.max(1, ...cells.map((c) => c[2])), calculable: false, orient: 'horizontal', left: 'center', bottom: 0, itemWidth: 10, itemHeight: narrow ? 90 : 130,
      inRange: {color: colours.heat}, textStyle: {color: colours.muted, fontSize: 11}, text: [formatted(Math.max(0, ...cells.map((c) => c[2])), panel.format, true), '0'],
    },
    series: [{id: 'heatmap', type: 'heatmap', data: cells, itemStyle: {borderColor: colours.surface, borderWidth: 1.5, borderRadius: 3}, emphasis: {itemStyle: {borderColor: colours.text}}}],
  };
}
