// server/dashboard: puts the page together: what the stream says goes to the parts that draw it.

/** @import { Desk, Hello, PageView } from '../dashboard-types.ts' */

import { Past } from './charts/past.js';
import { capitalised, drawn, keep, part, setAttribute, setText } from './dom.js';
import { number, time } from './format.js';
import { showTroubles } from './parts/health.js';
import { showDecisions, showEvents } from './parts/lists.js';
import { poolSection } from './parts/pool.js';
import { backToLogin, showUser } from './parts/user.js';
import { openStream } from './stream.js';

const TICK_MS = 500;

const past = new Past();
/** @type {Hello} */
let hello = { writes: 'off' };
let live = false;
/** @type {PageView | undefined} */
let view;

/** @type {Desk} */
const desk = { past, send, writes: () => hello.writes, live: () => live };

const stream = openStream({
  hello(next) {
    hello = next;
    setText(part('about'), `microscaling ${next.version}`);
    part('no-changes').hidden = hello.writes !== 'off';
    showUser(part('user'), hello.user);
    void recall();
  },
  view(next) {
    view = next;
    past.add(next.sample, silenceS(next));
    draw(next);
  },
  alive: () => showConnection(true),
  refused: () => void backToLogin(),
  silent: (lastWordMs) => showConnection(false, lastWordMs),
});
setInterval(tick, TICK_MS);

/** @param {PageView} view */
function draw(view) {
  part('empty').hidden = view.pools.length > 0;
  setText(part('empty'), view.ready ? 'No policy is running here yet.' : 'Waiting for the operator…');
  showTroubles(part('troubles'), view);
  keep(part('pools'), view.pools, { key: (pool) => pool.name, create: () => poolSection(desk) });
  showDecisions(part('decisions'), view.decisions);
  showEvents(part('events'), view.events);
  document.title = `${headline(view)}microscaling`;
  tick();
}

function tick() {
  const nowMs = stream.serverNow();
  if (live) setText(part('connection'), `live · ${time(nowMs)}`);
  for (const pool of drawn(part('pools'))) pool.tick?.(live ? nowMs : (view?.atMs ?? nowMs));
}

/**
 * The first queue and its target, for the browser's tab.
 *
 * @param {PageView} view
 */
function headline({ pools }) {
  const metric = pools.flatMap((pool) => pool.apps).flatMap((app) => app.metrics)[0];
  if (metric === undefined) return '';
  const value = metric.state === 'unavailable' ? undefined : metric.value;
  return `${number(value)}${metric.target === undefined ? '' : `/${number(metric.target)}`} · `;
}

/**
 * @param {boolean} now
 * @param {number} [lastWordMs]
 */
function showConnection(now, lastWordMs) {
  const changed = live !== now || part('banner').hidden !== now;
  if (!changed) return;
  live = now;
  const since =
    lastWordMs === undefined
      ? 'no answer from the operator yet'
      : `connection lost, showing state of ${time(lastWordMs)}`;
  setAttribute(document.body, 'data-stale', !now);
  part('banner').hidden = now;
  setText(part('banner'), now ? '' : `${capitalised(since)}. Trying again…`);
  if (!now) setText(part('connection'), 'not live');
  tick();
}

/** Fetches what happened before this page looked; without it the charts begin now. */
async function recall() {
  try {
    const response = await fetch('/ui/history');
    if (!response.ok) return;
    past.load(await response.json());
    if (view !== undefined) {
      past.add(view.sample);
      draw(view);
    }
  } catch {
    // The stream goes on, or says itself that the connection is lost.
  }
}

/** @param {PageView} view */
function silenceS({ pools }) {
  return Math.max(5_000, ...pools.map((pool) => 3 * pool.intervalMs)) / 1000;
}

/**
 * Sends one change. Throws with a sentence.
 *
 * @type {Desk['send']}
 */
async function send(method, path, body = {}) {
  const headers = { 'content-type': 'application/json', 'x-microscaling-token': hello.token ?? '' };
  let response;
  try {
    response = await fetch(path, { method, headers, body: JSON.stringify(body) });
  } catch {
    throw new Error('the operator did not answer; nothing was changed');
  }
  if (response.ok) return;
  if (response.status === 401) void backToLogin();
  const { message } = await response.json().catch(() => ({}));
  throw new Error(message ?? `the operator answered ${response.status}`);
}
