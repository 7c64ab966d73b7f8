// test support: nothing goes along with a pool.

import type { CarriedState } from '../../../../src/app/operator/leases/shard.ts';

export function nothingCarried(): CarriedState {
  return {
    learning: { of: () => undefined, taken: () => undefined },
    stored: { subscribe: () => () => undefined },
    interventions: {
      of: () => undefined,
      written: () => undefined,
      taken: () => undefined,
      left: () => undefined,
      lost: () => undefined,
    },
  };
}
