// The contract against a real swarm of one node, which the test starts.

import { afterAll, beforeAll, describe } from 'vitest';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { SwarmScheduler } from '../../../src/schedulers/swarm/index.ts';
import { engineProxy } from '../../schedulers/docker-engine/proxy.ts';
import { dockerMissing } from '../../schedulers/docker-engine/real-engine.ts';
import { startSwarm, type TestSwarm } from '../../schedulers/swarm/real-swarm.ts';
import { until } from '../../support/until.ts';
import { fakeValues } from '../../support/values.ts';
import { describeScheduler } from '../scheduler.ts';

const NAME = 'orders';
/** A part of the cpus that is a short decimal fraction, which is all that the command takes. */
const FITTING = 8;
const NOTHING_MADE = 'a service must exist: only its count is written';

describe.skipIf(dockerMissing())('Swarm', () => {
  let swarm: TestSwarm;
  let cpusEach = '';
  beforeAll(async () => {
    swarm = await startSwarm();
    cpusEach = String(Number(await swarm.docker('info', '--format', '{{.NCPU}}')) / FITTING);
  });
  afterAll(() => swarm.remove());

  describeScheduler(
    'swarm',
    async () => {
      const proxy = await engineProxy(swarm.host);
      const scheduler = new SwarmScheduler(
        { host: proxy.host, deadlineMs: 60_000, resyncMs: 60_000 },
        { clock: systemClock, log: silentLogger, values: fakeValues({}) },
      );
      const update = (...options: readonly string[]) =>
        swarm.docker('service', 'update', '--detach', '--no-resolve-image', ...options, NAME);
      return {
        scheduler,
        app: NAME,
        title: `Service ${NAME}`,
        definition: { cpus: Number(cpusEach), mem: 16 },
        capacity: FITTING,
        provide: (instances) =>
          swarm.runService(NAME, instances, '--reserve-cpu', cpusEach, '--reserve-memory', '16M'),
        asked: () => proxy.asked(),
        loseAnswer: async () => proxy.loseAnswerTo(/^POST .*\/services\/\w+\/update/),
        cutOff: async () => {
          const connect = proxy.cut();
          return async () => connect();
        },
        scaleByHand: async (_, instances) => {
          await swarm.docker('service', 'scale', '--detach', `${NAME}=${instances}`);
        },
        remake: async (instances) => {
          await swarm.docker('service', 'rm', NAME);
          await swarm.createService(NAME, instances, '--reserve-cpu', cpusEach);
        },
        lock: async () => {
          // It waits for its new task to prove itself.
          await update('--force', '--update-monitor', '1h');
          return async () => {
            await update('--update-monitor', '1s');
          };
        },
        until: async (condition) => {
          await until('the condition', condition).catch(async (error: unknown) => {
            const tasks = await swarm.docker('service', 'ps', '--no-trunc', NAME).catch(String);
            throw new Error(`${String(error)}; the swarm shows: ${tasks}`);
          });
        },
        close: async () => {
          await scheduler.close();
          await proxy.close();
          await swarm.removeServices();
        },
      };
    },
    {
      creating: NOTHING_MADE,
      definitions: NOTHING_MADE,
      'refused targets': 'a swarm has no autoscaler; modes without a count are in services.test.ts',
    },
  );
});
