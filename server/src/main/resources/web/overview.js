// The first page: how the whole project is doing.
import {fillWith, h, setText} from './dom.js';
import {bytes, compact, millis, rate} from './format.js';
import {assetAddress, graph} from './graph.js';
import {failedJobs, jobsCard, jobsReader, runsAddress} from './jobs.js';

export async function overview(view, context) {
  const {project} = context;
  const canvas = h('div.graph', {role: 'region', 'aria-label': 'Graph of assets', tabindex: '0'});
  const jobs = jobsCard();
  const readJobs = jobsReader();
  let known = [];
  const attention = h('div.attention', {'aria-live': 'polite'});
  const figures = {
    in: figure('Events in'), out: figure('Changes delivered'), delay: figure('Watermark delay'), lag: figure('Waiting in topics'),
    aside: figure('Late · rejected'), batch: figure('Batch p50 · p99'), store: figure('Store'), uptime: figure('Running for'),
  };
  fillWith(view,
    h('header.page-head', {}, h('div', {}, h('h1', {}, project.name), h('p.lead', {}, summary(project)))),
    h('dl.figures.eight', {}, Object.values(figures).map((f) => f.element)),
    attention,
    h('section.card.graph-card', {'aria-labelledby': 'graph-title'}, h('h2', {id: 'graph-title'}, 'From source to dashboard'), canvas),
    jobs.element);
  const picture = graph(canvas, project);
  const close = context.onStatus((status) => {
    updateFigures(figures, status);
    picture.update(status);
    updateAttention(attention, project, status, known);
    readJobs((answer) => {
      known = answer;
      jobs.update(answer);
    });
  });
  return {
    title: 'Overview',
    dispose: () => {
      close();
      picture.dispose();
    },
  };
}

function summary(project) {
  const count = (kind) => project.assets.filter((a) => a.kind === kind).length;
  const words = [[count('SOURCE'), 'source stream'], [count('STREAM'), 'stream'], [count('SINK'), 'sink'], [count('DASHBOARD'), 'dashboard']];
  return words.filter(([n]) => n).map(([n, word]) => `${n} ${word}${n === 1 ? '' : 's'}`).join(', ');
}

function figure(name) {
  const value = h('dd', {}, '–');
  return {element: h('div.figure-tile', {}, h('dt', {}, name), value), value};
}

const sum = (parts, key) => parts.reduce((total, p) => total + p[key], 0);

function updateFigures(figures, status) {
  const {sources, sinks, batches} = status;
  const delays = sources.filter((s) => s.health !== 'IDLE' && s.watermarkDelayMillis !== null).map((s) => s.watermarkDelayMillis);
  setText(figures.in.value, rate(sum(sources, 'perSecond')));
  setText(figures.out.value, sinks.length ? rate(sum(sinks, 'perSecond')) : 'no sinks');
  setText(figures.delay.value, delays.length ? millis(Math.max(...delays)) : '–');
  setText(figures.lag.value, compact(sum(sources, 'lag')));
  setText(figures.aside.value, `${compact(sum(sources, 'late'))} · ${compact(sum(sources, 'rejected'))}`);
  setText(figures.batch.value, batches.count ? `${Math.round(batches.p50Millis)} · ${Math.round(batches.p99Millis)} ms` : '–');
  setText(figures.store.value, bytes(status.storeBytes));
  setText(figures.uptime.value, millis(Math.floor(status.uptimeMillis / 1000) * 1000));
}

/** What needs a person, or may soon. */
function updateAttention(element, project, status, jobs) {
  const bad = [
    ...status.sources.map((p) => [p.id, p]), ...status.streams.map((p) => [p.id, p]), ...status.sinks.map((p) => [`sink:${p.id}`, p]),
  ].filter(([, p]) => ['RETRYING', 'PAUSED', 'STOPPED'].includes(p.health));
  const failed = failedJobs(jobs);
  const key = JSON.stringify([bad.map(([id, p]) => [id, p.health, p.reason?.message]), failed.map((job) => [job.name, job.last.run])]);
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  fillWith(element, ...failed.map(notice), bad.map(([id, p]) => {
    const asset = project.assets.find((a) => a.id === id);
    const name = h('a', {href: asset ? assetAddress(asset) : '/system'}, id);
    return h('div.notice', {'data-health': p.health}, h('span.dot', {'aria-hidden': 'true'}),
      h('div', {}, h('p', {}, h('strong', {}, name, ` ${p.health.toLowerCase()}`), p.reason ? `: ${p.reason.message}` : ''),
        p.reason?.hint ? h('p.notice-hint', {}, p.reason.hint) : null));
  }));
}

function notice(job) {
  return h('div.notice', {'data-health': 'STOPPED'}, h('span.dot', {'aria-hidden': 'true'}),
    h('div', {}, h('p', {}, h('strong', {}, 'job ', h('a', {href: runsAddress(job.name)}, job.name), ' failed'), job.last.message ? `: ${job.last.message}` : ''),
      h('p.notice-hint', {}, `what it printed is in .millrace/jobs/${job.last.run}.log`)));
}
