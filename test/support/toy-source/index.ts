// test support: the smallest metric source there can be, to show that one folder and one registration are all it takes.

import type { MetricBlock } from '../../../src/api/schema/metric-block.ts';
import { count, object, text } from '../../../src/api/schema/shapes.ts';
import type { MetricSourceType } from '../../../src/metric-sources/source.ts';

interface BasketMetric {
  readonly name: string;
  /** Eggs that one cook takes at a time. */
  readonly handful: number;
}

const block: MetricBlock = {
  type: 'basket',
  schema: object(
    'Eggs in a basket.',
    {
      name: text('The basket.', { minLength: 1 }),
      handful: count('Eggs that one cook takes at a time.', { minimum: 1, default: 1 }),
    },
    { required: ['name'] },
  ),
  trust: () => [],
  whyNoAge: () => 'metric basket does not tell how old an egg is',
};

/** @param eggs by basket */
export function toySource(eggs: ReadonlyMap<string, number>): MetricSourceType<BasketMetric> {
  return {
    ...block,
    folder: 'basket',
    create: ({ name, handful }, { clock }) => ({
      read: async (signal) => {
        signal.throwIfAborted();
        const asOfMs = clock.monotonic();
        const waiting = eggs.get(name);
        return waiting === undefined
          ? { state: 'unavailable', reason: `basket ${name}: there is none`, sinceMs: asOfMs }
          : { state: 'ok', asOfMs, waiting, inFlight: 0, heldPerInstance: handful };
      },
      close: async () => undefined,
    }),
    describe: ({ name }) => `basket ${name}`,
    heldPerInstance: ({ handful }) => handful,
  };
}
