// server/dashboard: how each policy of a pool is doing: one line, and under it the cause.

/** @import { Desk, Level, PagePolicy, PagePool } from '../../dashboard-types.ts' */

import { drawn, el, keep, setAttribute, setText } from '../dom.js';
import { age } from '../format.js';
import { policyAddress } from '../navigation.js';
import { causeLine } from './cause.js';
import { pauseControl } from './interventions.js';

/**
 * Told apart without colours.
 *
 * @type {Readonly<Record<Level, string>>}
 */
export const MARKS = { ok: '✓', limited: '!', failing: '✕', unknown: '…', paused: '=' };
/** @type {Readonly<Record<Exclude<Level, 'limited'>, string>>} */
const READY = { ok: 'Ready', failing: 'Not ready', unknown: 'Not known yet', paused: 'Paused' };
/** As `get` says it of what passes by itself. */
const READY_LIMITED = { True: 'Ready', False: 'Not ready', Unknown: 'Not known' };
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
     * Says how old the last round is; true when another one should have ended by now.
     *
     * @param {PagePool} pool
     * @param {number} nowMs
     */
    tick(pool, nowMs) {
      const ageMs = pool.lastRoundAtMs === undefined ? undefined : nowMs - pool.lastRoundAtMs;
      const late = pool.overdueSinceMs !== undefined;
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
  const name = el('a');
  const ready = el('span', { class: 'ready' });
  const mode = el('span', { class: 'mode' });
  const round = el('span', { class: 'round', 'data-testid': 'round-age' });
  const cause = causeLine();
  const pause = pauseControl(desk);
  const parts = [mark, el('strong', {}, name), ready, mode, round, ...pause.nodes, cause.node];
  const node = el('li', { 'data-testid': 'policy-health' }, ...parts);
  /** @param {PagePolicy} policy */
  const update = (policy) => {
    const { level } = policy.health;
    const held = policy.paused !== undefined;
    mode.hidden = level === 'paused';
    // The badge of the pause says it, with who and why.
    ready.hidden = held;
    pause.update(policy);
    setText(name, policy.title);
    setAttribute(name, 'href', policyAddress(policy.key));
    const word = level === 'limited' ? READY_LIMITED[policy.ready.status] : READY[level];
    setText(ready, policy.ready.reason === 'Observing' ? 'Observing' : word);
    setText(mode, MODES[policy.mode]);
    setAttribute(node, 'data-level', level);
    setText(mark, MARKS[level]);
    cause.update(policy);
  };
  /** @param {number} nowMs */
  const tick = (nowMs) => {
    pause.tick(nowMs);
    cause.tick(nowMs);
  };
  return Object.assign(node, { update, tick });
}
