// What the project's jobs have done, and when they are due next.
import {get} from './api.js';
import {fillWith, h, prose} from './dom.js';
import {clock, instant, millis} from './format.js';

const WORDS = {
  queued: 'Waits', running: 'Running', retrying: 'Tries again', 'cut off': 'Cut off', succeeded: 'Succeeded', failed: 'Failed', skipped: 'Skipped',
};

/** Asks for the jobs, and not again before the answer is there. */
export function jobsReader() {
  let asking = false;
  return async (use) => {
    if (asking) return;
    asking = true;
    try {
      use((await get('/api/jobs')).jobs);
    } catch {
      // The page says itself that the server does not answer.
    } finally {
      asking = false;
    }
  };
}

/** A card with a row for each job; hidden while there are none. */
export function jobsCard() {
  const list = h('ul.jobs');
  const element = h('section.card.jobs-card', {'aria-labelledby': 'jobs-title', hidden: true}, h('h2', {id: 'jobs-title'}, 'Jobs'), list);
  return {
    element,
    update: (jobs) => {
      element.hidden = !jobs.length;
      const key = JSON.stringify([jobs, jobs.map((job) => nextText(job)), jobs.map((job) => resultText(job.last))]);
      if (list.dataset.key === key || list.contains(document.activeElement)) return;
      list.dataset.key = key;
      fillWith(list, jobs.map(row));
    },
  };
}

/** Jobs whose newest run has failed. */
export const failedJobs = (jobs) => jobs.filter((job) => job.last?.state === 'failed');

export const runsAddress = (job) =>
  `/sql?q=${encodeURIComponent(`SELECT run, due_at, trigger, state, attempts, started_at, ended_at, message\nFROM system.job_runs\nWHERE job = '${job.replaceAll("'", "''")}'\nORDER BY run DESC\nLIMIT 100`)}`;

function row(job) {
  const last = job.last;
  return h('li.job', {'data-state': last?.state ?? 'none'},
    h('div.job-what', {},
      h('p.job-name', {}, h('a', {href: runsAddress(job.name)}, job.name), h('span.job-schedule', {}, job.schedule ?? 'by hand')),
      job.description ? h('p.job-description', {}, prose(job.description)) : null),
    strip(job),
    h('div.job-last', {title: last?.message || null},
      h('span.job-state', {}, h('span.dot', {'aria-hidden': 'true'}), last ? WORDS[last.state] : 'Never ran'),
      h('span.job-detail', {}, resultText(last))),
    h('div.job-next', {},
      h('span.job-label', {}, 'Next'),
      h('span', {title: job.nextDue ? instant(job.nextDue) : null}, nextText(job))));
}

function resultText(run) {
  if (!run) return '';
  const parts = [];
  if (run.state === 'running') parts.push(`since ${clock(run.startedAt)}`);
  else if (run.state === 'retrying') parts.push(`at ${clock(run.retryAt)}`);
  else if (run.startedAt && run.endedAt) parts.push(`in ${millis(new Date(run.endedAt) - new Date(run.startedAt))}`, ago(run.endedAt));
  if (run.attempts > 1) parts.push(run.done ? `${run.attempts} tries` : `try ${run.attempts}`);
  return parts.join(' · ');
}

function ago(at) {
  const passed = Date.now() - new Date(at);
  return passed < 60_000 ? 'just now' : `${millis(Math.floor(passed / 60_000) * 60_000)} ago`;
}

function nextText(job) {
  if (job.paused) return 'paused';
  if (!job.nextDue) return job.schedule ? 'never' : 'when asked';
  const left = new Date(job.nextDue) - Date.now();
  // Seconds only where they are few: a line that changes all the time draws eyes to it.
  return left < 60_000 ? 'within a minute' : `in ${millis(Math.ceil(left / 60_000) * 60_000)}`;
}

/** The newest runs as bars: how long they took, and how they ended. */
function strip(job) {
  const took = (run) => (run.startedAt ? new Date(run.endedAt ?? Date.now()) - new Date(run.startedAt) : 0);
  const longest = Math.max(1, ...job.runs.map(took));
  const counted = ['succeeded', 'failed'].map((state) => [job.runs.filter((run) => run.state === state).length, state]).filter(([n]) => n);
  const label = counted.length ? `The newest runs: ${counted.map(([n, state]) => `${n} ${state}`).join(', ')}` : 'No run has ended';
  return h('div.job-runs', {role: 'img', 'aria-label': label}, job.runs.map((run) =>
    h('span.job-run', {
      'data-state': run.state, style: {'--took': `${Math.max(8, Math.round((100 * took(run)) / longest))}%`},
      title: `run ${run.run}, ${WORDS[run.state].toLowerCase()}, due ${instant(run.dueAt)}${run.startedAt ? `, ${millis(took(run))}` : ''}${run.message ? `: ${run.message}` : ''}`,
    })));
}
