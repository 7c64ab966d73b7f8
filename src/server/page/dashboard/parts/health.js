// server/dashboard: one line of health per policy, and what else is wrong.

/** @import { Desk, PageNote, PagePolicy, PagePool, PageView } from '../../dashboard-types.ts' */

import { drawn, el, keep, setAttribute, setText } from '../dom.js';
import { age, local } from '../format.js';
import { pauseControl } from './interventions.js';

/** @type {Readonly<Record<PagePolicy['ready']['status'], string>>} */
const MARKS = { True: '✓', False: '!', Unknown: '…' };
/** @type {Readonly<Record<PagePolicy['ready']['status'], string>>} */
const READY = { True: 'Ready', False: 'Not ready', Unknown: 'Not known yet' };
/**
 * States of their own, that somebody asked for.
 *
 * @type {Readonly<Record<string, string>>}
 */
const STATES = { Paused: 'Paused', Observing: 'Observing' };
/** What the marks of interventions say in the place where they hold. */
const SAID_BY_MARKS = ['PausedByHand', 'Overridden'];
const MODES = {
  Reconcile: 'reconciling',
  Observe: 'observing: decides and reports, writes nothing',
  Paused: 'paused',
};

/** @param {Desk} desk */
export function healthList(desk) {
  const list = el('ul', { class: 'health', 'data-testid': 'health' });
  const lines = {
    /** @param {PagePolicy} policy */ key: (policy) => policy.key,
    create: () => healthLine(desk),
  };
  return {
    node: list,
    /** @param {PagePool} pool */
    update: (pool) => keep(list, pool.policies, lines),
    /**
     * Says how old the last round is; true when it is older than it may be.
     *
     * @param {PagePool} pool
     * @param {number} nowMs
     */
    tick(pool, nowMs) {
      const ageMs = pool.lastRoundAtMs === undefined ? undefined : nowMs - pool.lastRoundAtMs;
      const late = ageMs !== undefined && ageMs > Math.max(3_000, 3 * pool.intervalMs);
      const text = ageMs === undefined ? 'no round yet' : `last round ${age(ageMs)}`;
      for (const node of list.querySelectorAll('.round')) {
        setText(node, text);
        setAttribute(node, 'data-late', late);
      }
      for (const line of drawn(list)) line.tick?.(nowMs);
      return late;
    },
  };
}

/** @param {Desk} desk */
function healthLine(desk) {
  const mark = el('span', { class: 'mark', 'aria-hidden': 'true' });
  const name = el('strong');
  const ready = el('span', { class: 'ready' });
  const mode = el('span', { class: 'mode' });
  const round = el('span', { class: 'round', 'data-testid': 'round-age' });
  const notes = el('ul', { class: 'notes' });
  const pause = pauseControl(desk);
  const parts = [mark, name, ready, mode, round, ...pause.nodes, notes];
  const node = el('li', { 'data-testid': 'policy-health' }, ...parts);
  /** @param {PagePolicy} policy */
  const update = (policy) => {
    const { status, reason, message } = policy.ready;
    const held = policy.paused !== undefined;
    setAttribute(node, 'data-ready', status);
    setAttribute(node, 'data-paused', held);
    setText(mark, held ? '=' : MARKS[status]);
    mode.hidden = held;
    // Of a paused policy nothing is known, as it says already; what is wrong with it is still said.
    ready.hidden = held && status === 'Unknown';
    pause.update(policy);
    setText(name, policy.title);
    setText(ready, status === 'True' ? READY.True : `${STATES[reason] ?? READY[status]}: ${local(message)}`);
    setText(mode, MODES[policy.mode]);
    const notesShown = policy.notes.filter(
      (note) => note.message !== message && !SAID_BY_MARKS.includes(note.reason),
    );
    keep(notes, notesShown, { key: (note) => note.type, create: noteLine });
  };
  return Object.assign(node, { update, tick: pause.tick });
}

function noteLine() {
  const node = el('li');
  /** @param {PageNote} note */
  const update = ({ level, reason, message }) => {
    setAttribute(node, 'data-level', level);
    setText(node, `${reason}: ${local(message)}`);
  };
  return Object.assign(node, { update });
}

/**
 * What is wrong with the operator itself or with documents that do not run as written.
 *
 * @param {Element} list
 * @param {PageView} view
 */
export function showTroubles(list, view) {
  const clusters = view.clusters.length === 0 ? [view.cluster] : view.clusters;
  const away = clusters
    .filter(({ reachable }) => !reachable)
    .map(({ scheduler, url, message }) => ({ source: `${scheduler} at ${url}`, message }));
  const create = () => {
    const node = el('li');
    /** @param {{ source: string, message: string }} trouble */
    const update = (trouble) => setText(node, `${trouble.source}: ${local(trouble.message)}`);
    return Object.assign(node, { update });
  };
  keep(list, [...away, ...view.problems], { key: (t) => `${t.source} ${t.message}`, create });
}
