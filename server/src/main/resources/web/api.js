// Talking to the server: requests, and streams of events that come back by themselves.

/** A problem as the server tells it: message, hint, place. */
export class ServerProblem extends Error {
  constructor(problem) {
    super(problem.message);
    this.problem = problem;
  }
}

async function answer(response) {
  let body;
  try {
    body = await response.json();
  } catch {
    throw new ServerProblem({message: `The server answered ${response.status}.`});
  }
  if (body.error) throw new ServerProblem(body.error);
  return body;
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new ServerProblem({message: 'The server does not answer.', hint: 'Is `millrace run` still running?'});
  }
  return answer(response);
}

export const get = (path) => request(path);

export const query = (sql, signal) =>
  request('/api/query', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({sql}), signal});

const HIDDEN_MILLIS = 15_000;
const SILENCE_MILLIS = 16_000;

/**
 * Listens to server-sent events until it is closed. Comes back after a disconnect; rests while the page is
 * hidden, because a browser opens only six connections to one server for all of its tabs.
 * `onState` hears 'connecting', 'live' or 'paused'.
 */
export function listen(path, handlers, onState) {
  let source = null;
  let retry = 0;
  let timer = null;
  let silence = null;
  let hidden = null;

  const heard = () => {
    retry = 0;
    onState('live');
    clearTimeout(silence);
    silence = setTimeout(again, SILENCE_MILLIS);
  };
  const again = () => {
    shut();
    onState('paused');
    retry += 1;
    timer = setTimeout(open, Math.min(5000, 500 * 2 ** Math.min(retry, 4)));
  };
  const open = () => {
    clearTimeout(timer);
    source = new EventSource(path);
    source.onopen = heard;
    source.onerror = again;
    for (const [event, handler] of Object.entries(handlers)) {
      source.addEventListener(event, (message) => {
        heard();
        handler(JSON.parse(message.data));
      });
    }
  };
  const shut = () => {
    clearTimeout(timer);
    clearTimeout(silence);
    source?.close();
    source = null;
  };
  const visibility = () => {
    clearTimeout(hidden);
    if (document.hidden) {
      hidden = setTimeout(() => {
        shut();
        onState('paused');
      }, HIDDEN_MILLIS);
    } else if (source === null) {
      open();
    }
  };

  // A page that is kept for the back button would keep its connection, too.
  const kept = (event) => {
    if (event.persisted && source === null) open();
  };

  document.addEventListener('visibilitychange', visibility);
  addEventListener('pagehide', shut);
  addEventListener('pageshow', kept);
  onState('connecting');
  open();
  return () => {
    document.removeEventListener('visibilitychange', visibility);
    removeEventListener('pagehide', shut);
    removeEventListener('pageshow', kept);
    clearTimeout(hidden);
    shut();
  };
}
