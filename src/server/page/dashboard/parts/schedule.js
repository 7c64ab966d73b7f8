// server/dashboard: bounds that hold at times: which do now, and what comes next.

/** @import { PageApp } from '../../dashboard-types.ts' */

import { moment } from '../format.js';

/**
 * `min 5 until 17:00:00; next max 4 from 02:30:00 on 30 Nov`
 *
 * @param {NonNullable<PageApp['schedule']>} schedule
 */
export function scheduleText({ inForce, next }, nowMs = Date.now()) {
  const now = inForce.map(
    ({ untilMs, ...bounds }) => `${boundsText(bounds)} until ${moment(untilMs, nowMs)}`,
  );
  const then = next === undefined ? [] : [`next ${boundsText(next)} from ${moment(next.atMs, nowMs)}`];
  return [...now, ...then].join('; ');
}

/** @param {{ min?: number, max?: number }} bounds */
function boundsText({ min, max }) {
  return [min === undefined ? '' : `min ${min}`, max === undefined ? '' : `max ${max}`]
    .filter(Boolean)
    .join(', ');
}
