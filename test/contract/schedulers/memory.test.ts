// The contract of every scheduler, of the one in memory, in virtual time.

import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { createMemoryScheduler } from '../../../src/schedulers/memory/index.ts';
import { fakeValues } from '../../support/values.ts';
import { describeScheduler } from '../scheduler.ts';

describeScheduler(
  'memory',
  async () => {
    const clock = new VirtualClock(1_000_000);
    const values = fakeValues({ SECRET: 's3cr3t' });
    const scheduler = createMemoryScheduler({ startMs: 200, stopMs: 100, slots: 6 }, { clock, values });
    return {
      scheduler,
      definition: { cmd: 'sleep 60', mem: 32 },
      capacity: 6,
      loseAnswer: async () => {
        const end = scheduler.interfere({
          apply: async (_, next) => {
            end();
            await next();
            throw new TransientError('the answer was lost');
          },
        });
      },
      cutOff: async () => async () => undefined,
      asked: () => ({ writes: scheduler.stats().writes, lists: scheduler.stats().reads }),
      scaleByHand: async (app, instances) => scheduler.others.scale(app, instances),
      lock: async (app) => {
        const unlock = scheduler.others.lock(app);
        return async () => unlock();
      },
      until: async (condition) => {
        for (let round = 0; round < 100; round++) {
          if (await condition()) return;
          await clock.advance(50);
        }
        throw new Error('the condition never held');
      },
      close: () => scheduler.close(),
    };
  },
  {
    'stale writes': 'it takes a count whatever the one before was, as Marathon does',
    resting: 'it is its own cluster: there is nothing to list',
    remaking: 'it keeps nothing of an app but its name, as Marathon does',
    'refused targets': 'nothing else scales there',
  },
);
