// A simulation follows the schedules of a policy, by the day and hour that it pretends.

import { expect, it } from 'vitest';
import { SCHEDULERS } from '../../src/schedulers/registry.ts';
import { requireLaw, SHIPPED_LAWS } from '../../src/simulator/law/laws.ts';
import { curveOf, STEP_MS } from '../../src/simulator/load/curve.ts';
import { run } from '../../src/simulator/run.ts';
import { scenario } from '../../src/simulator/scenario.ts';
import { DEFAULT_SETTINGS } from '../../src/simulator/settings.ts';
import { aFiller, anApp, aPolicy, wants } from '../support/fakes.ts';

/** A Monday in winter. */
const NEARLY_EIGHT_IN_BERLIN_MS = Date.parse('2026-01-05T06:59:00Z');
const MINUTES = 4;

const policy = aPolicy('office', [
  anApp('web', {
    ...wants(1),
    instances: { min: 1, max: 9 },
    schedules: [{ cron: '0 8 * * 1-5', timezone: 'Europe/Berlin', for: '1m', min: 6 }],
  }),
  aFiller('rest'),
]);

/** Instances asked for at the end of each minute, with next to nothing to do. */
function minutesFrom(fromMs: number): readonly number[] {
  const { footprint } = SCHEDULERS.marathon;
  const world = run(
    requireLaw(SHIPPED_LAWS, 'fluid-inflight'),
    scenario(policy, {
      settings: { ...DEFAULT_SETTINGS, fromMs },
      seed: 1,
      curveFor: () => curveOf(60 * MINUTES, () => 0.1),
      footprint,
    }),
  );
  const requested = world.members[0]?.series.requested ?? [];
  return Array.from({ length: MINUTES }, (_, i) => requested[((i + 1) * 60_000) / STEP_MS - 1] ?? -1);
}

it('has the least of a schedule while it is in force, and gives back afterwards', () => {
  expect(minutesFrom(NEARLY_EIGHT_IN_BERLIN_MS)).toEqual([1, 6, 1, 1]);
});

it('has it not on another day', () => {
  const sunday = NEARLY_EIGHT_IN_BERLIN_MS - 24 * 3_600_000;
  expect(minutesFrom(sunday)).toEqual([1, 1, 1, 1]);
});
