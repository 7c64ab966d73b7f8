// test support: nothing is held by hand.

import type { Hands } from '../../../../src/app/operator/leases/shard.ts';

export function noHands(): Hands {
  return {
    learning: { of: () => undefined, taken: () => undefined },
    stored: { subscribe: () => () => undefined },
    travelling: {
      of: () => undefined,
      written: () => undefined,
      taken: () => undefined,
      left: () => undefined,
      lost: () => undefined,
    },
  };
}
