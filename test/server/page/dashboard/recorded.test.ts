// What the charts of the past make of a recorded history.

import { expect, it } from 'vitest';
import type { PolicyHistory } from '../../../../src/server/page/dashboard-types.ts';

interface Recorded {
  readonly beginsMs: number | undefined;
  readonly troubles: readonly object[];
}

const { Recorded } = (await import(
  new URL('../../../../src/server/page/dashboard/charts/recorded.js', import.meta.url).href
)) as { readonly Recorded: new (histories: readonly PolicyHistory[], pool: object) => Recorded };

const pool = { capacitySeries: 'capacity', apps: [] };

function recorded(over: Partial<PolicyHistory>): Recorded {
  const history = {
    ...{ policy: 'default/shop', fromMs: 0, toMs: 60_000, stepMs: 1_000, detail: 'rounds' as const },
    ...{ atMs: [], apps: [], conditions: [], decisions: [], events: [], notes: [] },
    capacity: { total: [], used: [], unit: 'slots' },
    ...over,
  };
  return new Recorded([history], pool);
}

it('marks the time in which a policy was not well, and not that in which counts wait as the policy says', () => {
  const spans = [
    { type: 'Ready', status: 'False', reason: 'NotRead', fromMs: 1_000, toMs: 2_000 },
    { type: 'ScalingLimited', status: 'True', reason: 'LimitedByBehavior', fromMs: 2_000, toMs: 3_000 },
    { type: 'ScalingLimited', status: 'True', reason: 'AtCapacity', fromMs: 3_000 },
    { type: 'ScalingLimited', status: 'False', reason: 'WithinLimits', fromMs: 0, toMs: 2_000 },
  ] as const;
  const { troubles } = recorded({ conditions: spans.map((span) => ({ ...span, message: 'why' })) });
  expect(troubles).toEqual([
    { reason: 'NotRead', message: 'why', fromMs: 1_000, toMs: 2_000, level: 'failing' },
    { reason: 'AtCapacity', message: 'why', fromMs: 3_000, toMs: 60_000, level: 'limited' },
  ]);
});

it('knows when the record begins, and when there is none', () => {
  expect(recorded({ recordedFromMs: 7_000 }).beginsMs).toBe(7_000);
  expect(recorded({}).beginsMs).toBeUndefined();
});
