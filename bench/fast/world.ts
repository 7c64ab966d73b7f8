// bench: a cell of the fast suite under one load, the same for every law.

import { demandOf } from '../../src/simulator/load/demand.ts';
import { DEFAULT_SETTINGS } from '../../src/simulator/settings.ts';
import type { WorldOptions } from '../../src/simulator/world/world.ts';
import { consumerTerms, remainderTerms } from '../terms.ts';
import type { Cell } from './cells.ts';
import { fastCurve } from './loads.ts';

/** The target is what the whole pool serves in a second; below this, chance alone would decide. */
const LEAST_TARGET = 5;
const WARM_UP_S = 120;

export interface FastWorld {
  readonly options: Omit<WorldOptions, 'spare'>;
  /** Steps before this one do not count. */
  readonly from: number;
}

export function fastWorld(cell: Cell, load: string, seed: number): FastWorld {
  const { slots, serviceRate, startS, scaleS, start, pollS } = cell;
  const capacity = slots * serviceRate;
  const warmUpS = start === 'warm' ? WARM_UP_S : 0;
  const curve = fastCurve(load, { capacity, scaleS, warmUpS, seed });
  const target = Math.max(LEAST_TARGET, Math.round(capacity));
  return {
    options: {
      apps: [
        {
          terms: consumerTerms(slots, target),
          initial: 1,
          demand: demandOf(curve, seed, load),
          heldPerInstance: 1,
        },
        { terms: remainderTerms(slots), initial: slots - 1, heldPerInstance: 1 },
      ],
      budget: { kind: 'slots', slots },
      delays: { startMs: startS * 1000, stopMs: DEFAULT_SETTINGS.stopMs },
      serviceRate,
      serviceSpread: DEFAULT_SETTINGS.serviceSpread,
      metricAgeMs: 0,
      metricError: 0,
      intervalMs: pollS * 1000,
      steps: curve.steps,
    },
    from: Math.round(warmUpS * 10),
  };
}
