// server/dashboard: puts the page together: what the stream says goes to the parts that draw it.

/** @import { Desk, Hello, PageView } from '../dashboard-types.ts' */

import { Past } from './charts/past.js';
import { pastView } from './charts/then.js';
import { capitalised, drawn, keep, part, setAttribute, setText } from './dom.js';
import { time } from './format.js';
import { asked, followLinks, query } from './navigation.js';
import { showClusters } from './overview/clusters.js';
import { overview } from './overview/list.js';
import { showTab } from './overview/tab.js';
import { troubleList } from './overview/troubles.js';
import { interventionList } from './parts/intervention-list.js';
import { decisionList, showEvents } from './parts/lists.js';
import { poolSection } from './parts/pool.js';
import { backToLogin, showUser } from './parts/user.js';
import { sender } from './send.js';
import { openStream } from './stream.js';

const TICK_MS = 500;

const samples = new Past();
/** @type {Hello} */
let hello = { writes: 'off' };
let live = false;
/** How often the address was changed. */
let moves = 0;
/** @type {PageView | undefined} */
let view;

/** @type {Desk} */
const desk = {
  past: samples,
  send: sender(() => hello.token),
  writes: () => (past.on() ? 'off' : hello.writes),
  live: () => live && !past.on(),
  decisions: () => view?.decisions ?? [],
  now: () => stream.serverNow(),
  replays: () => hello.replays === true,
  lookBack: (lists, pool) => past.look(lists, pool),
};

const past = pastView(() => {
  if (view !== undefined) draw(view);
});
const troubles = troubleList(part('troubles'));
const list = overview(part('overview'));
const interventions = interventionList(part('interventions-section'), part('interventions'), desk);
const decisions = decisionList(part('decisions'));
const stream = openStream(
  {
    hello(next) {
      hello = next;
      setText(part('version'), `microscaling ${next.version}`);
      part('no-changes').hidden = hello.writes !== 'off';
      showUser(part('user'), hello.user);
      void recall();
    },
    view(next) {
      view = next;
      samples.add(next.sample, silenceS(next));
      draw(next);
    },
    alive: () => showConnection(true),
    refused: () => void backToLogin(),
    silent: (lastWordMs) => showConnection(false, lastWordMs),
  },
  query,
);
followLinks(() => {
  moves += 1;
  past.look(undefined, undefined);
  samples.forget();
  list.moved();
  stream.look();
});
setInterval(tick, TICK_MS);

/** @param {PageView} view */
function draw(view) {
  const key = `${asked('policy')} ${asked('pool')}`;
  showEmpty(view);
  part('back').hidden = key === ' ';
  troubles.update(view.troubles);
  list.update(view);
  keep(part('pools'), past.pools(view), {
    key: (pool) => `${pool.name} ${asked('policy')} ${moves}`,
    create: () => poolSection(desk),
  });
  interventions.update(view.interventions);
  showLists(view);
  showClusters(part('clusters'), view.clusters);
  showTab(view);
  tick();
}

/** @param {PageView} view */
function showLists(view) {
  const then = past.lists();
  const lists = then ?? view;
  decisions.update(lists.decisions);
  showEvents(part('events'), lists.events);
  setText(part('decisions-title'), then === undefined ? 'Decisions' : 'Decisions of that time');
  setText(part('events-title'), then === undefined ? 'Events' : 'Events of that time');
  setText(part('interventions-title'), past.on() ? 'Interventions now' : 'Interventions');
}

/** @param {PageView} view */
function showEmpty({ ready, missing, counted, pools }) {
  const nothing = counted.policies === 0 && pools.length === 0;
  part('empty').hidden = !nothing && missing === undefined;
  part('empty-hint').hidden = !ready && missing === undefined;
  if (missing !== undefined) setText(part('empty-text'), `${missing} is not running here.`);
  else setText(part('empty-text'), ready ? 'No policy is running here yet.' : 'Waiting for the operator…');
  setText(
    part('empty-command'),
    missing === undefined ? 'microscaling apply -f policy.yaml' : 'microscaling get policies',
  );
}

function tick() {
  const nowMs = stream.serverNow();
  const shownMs = live ? nowMs : (view?.atMs ?? nowMs);
  if (live) setText(part('connection'), `${past.on() ? 'looking back · now' : 'live ·'} ${time(nowMs)}`);
  for (const pool of drawn(part('pools'))) pool.tick?.(past.atMs() ?? shownMs);
  troubles.tick(shownMs);
  list.tick(shownMs);
  interventions.tick(shownMs);
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
  const wanted = query();
  try {
    const response = await fetch(`/ui/history${wanted}`);
    if (!response.ok) return;
    const columns = await response.json();
    if (wanted !== query()) return;
    samples.load(columns);
    if (view !== undefined) {
      samples.add(view.sample);
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
