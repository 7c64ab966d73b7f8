// programs: the remainder does background work: units that can be counted, so that spare capacity has a worth.

import { createHash } from 'node:crypto';
import { Pace } from './pace.ts';
import type { Program } from './program.ts';
import { numberSetting } from './settings.ts';
import { Tally } from './tally.ts';

const TICK_MS = 100;
/** About 0.2 ms of computation a unit: real work that leaves the machine to the others. */
const HASHES_PER_UNIT = 100;

export const run: Program = async (context, signal) => {
  const { env, clock, print } = context;
  const unitsPerSecond = numberSetting(env, { name: 'REMAINDER_WORK', default: 10, min: 0, max: 1000 });
  const tally = new Tally(context, { counter: 'work', noun: 'units of background work done' });
  print(`doing background work, ${unitsPerSecond} units/s`);
  try {
    const pace = new Pace(() => unitsPerSecond, clock.monotonic());
    let state: Buffer = Buffer.from(env['MESOS_TASK_ID'] ?? 'remainder');
    while (!signal.aborted) {
      const units = pace.take(clock.monotonic());
      for (let unit = 0; unit < units; unit++) state = workUnit(state);
      tally.add(units);
      tally.report();
      await clock.sleep(TICK_MS, signal);
    }
  } catch (error) {
    if (error !== signal.reason) throw error;
  } finally {
    await tally.close();
  }
};

/** One unit: a chain of hashes, each over the one before, so that none can be left out. */
export function workUnit(state: Buffer): Buffer {
  let digest = state;
  for (let i = 0; i < HASHES_PER_UNIT; i++) digest = createHash('sha256').update(digest).digest();
  return digest;
}
