// server/dashboard: below the charts: how to try a change against the time they show, and where their history begins.

/** @import { Desk, PagePool } from '../../dashboard-types.ts' */

import { el, setText } from '../dom.js';
import { openReplay } from '../parts/replay.js';
import { fixedSpan, replayCommand } from './range.js';

/**
 * @param {Desk} desk
 * @param {() => { fromMs: number, toMs: number }} span
 */
export function replayLine(desk, span) {
  /** @type {PagePool['policies'][number] | undefined} */
  let policy;
  const command = el('code');
  const typed = el('span', {}, ' or ', command);
  const tryIt = el(
    'button',
    { type: 'button', class: 'small', 'data-testid': 'replay-open' },
    'Try a change against this time…',
  );
  const begins = el('span', { class: 'begins', 'data-testid': 'history-begins' });
  const node = el('p', { class: 'counts', 'data-testid': 'replay' }, tryIt, typed, begins);
  tryIt.addEventListener('click', () => {
    if (policy !== undefined) openReplay(policy, span(), desk);
  });
  return {
    node,
    /** @param {string} text where the charts are empty because nothing is known of that time */
    begins: (text) => setText(begins, text),
    /** @param {PagePool} pool */
    update(pool) {
      [policy] = pool.policies;
      const fixed = fixedSpan();
      tryIt.hidden = !desk.replays();
      typed.hidden = fixed === undefined;
      const isEmpty = typed.hidden && tryIt.hidden && begins.textContent === '';
      node.hidden = policy === undefined || isEmpty;
      if (fixed !== undefined && policy !== undefined) setText(command, replayCommand(policy.key, fixed));
    },
  };
}
