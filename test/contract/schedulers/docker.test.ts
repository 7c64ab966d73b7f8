// The contract against a real engine, which the test starts.

import { afterAll, beforeAll, describe } from 'vitest';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { createDockerScheduler } from '../../../src/schedulers/docker/index.ts';
import type { Scheduler } from '../../../src/schedulers/scheduler.ts';
import { engineProxy } from '../../schedulers/docker-engine/proxy.ts';
import {
  BUSYBOX_IMAGE,
  dockerMissing,
  startEngine,
  type TestEngine,
} from '../../schedulers/docker-engine/real-engine.ts';
import { until } from '../../support/until.ts';
import { fakeValues } from '../../support/values.ts';
import { describeScheduler } from '../scheduler.ts';

const never = new AbortController().signal;
const NO_COUNT =
  'an engine has no count that somebody else could set; a container that is removed by hand is replaced';
const NO_LOCK = 'an engine holds no app: nobody waits for anybody';

async function removeApp(scheduler: Scheduler): Promise<void> {
  const app = '/contract/orders';
  await scheduler.apply({ kind: 'delete', app, reason: 'test' }, never);
  await until('the app to be gone', async () => (await scheduler.observe([app], never)).apps.size === 0);
}

describe.skipIf(dockerMissing())('Docker', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.remove());

  describeScheduler(
    'docker',
    async () => {
      const values = fakeValues({ SECRET: 's3cr3t' });
      const proxy = await engineProxy(engine.host);
      const scheduler = createDockerScheduler(
        { host: proxy.host, deadlineMs: 60_000, resyncMs: 60_000 },
        { clock: systemClock, log: silentLogger, values },
      );
      return {
        scheduler,
        // Nobody in the image hears SIGTERM.
        definition: { image: BUSYBOX_IMAGE, command: ['sleep', '600'], mem: 32, stopSignal: 'SIGKILL' },
        slowToStop: { image: BUSYBOX_IMAGE, command: ['sleep', '600'], stopGrace: '2s' },
        asked: () => proxy.asked(),
        loseAnswer: async () => proxy.loseAnswerTo(/^POST .*\/containers\/create/),
        scaleByHand: () => Promise.reject(new Error(NO_COUNT)),
        lock: () => Promise.reject(new Error(NO_LOCK)),
        until: (condition) => until('the condition', condition).then(() => undefined),
        close: async () => {
          // What a closed client has begun may still come about.
          await removeApp(scheduler).catch(() => undefined);
          await scheduler.close();
          await proxy.close();
          await engine.removeContainers();
        },
      };
    },
    {
      'foreign counts': NO_COUNT,
      'count versions': NO_COUNT,
      'stale writes': NO_COUNT,
      gaps: NO_COUNT,
      remaking: NO_COUNT,
      locks: NO_LOCK,
      'single writes': 'an engine has no count: each container is one creation and one start',
      waiting: 'an engine takes any number: it does no accounting',
      'refused targets': 'an engine has no autoscaler',
    },
  );
});
