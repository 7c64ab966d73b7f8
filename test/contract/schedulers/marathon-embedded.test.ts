// The contract of every scheduler, of Marathon against the embedded server and real processes.

import { call, startEmulator } from '../../schedulers/marathon/embedded.ts';
import { createScheduler } from '../../schedulers/marathon/setup.ts';
import { until } from '../../support/until.ts';
import { describeScheduler } from '../scheduler.ts';

/** Takes a second to end after SIGTERM. */
const SLOW_TO_STOP = "trap 'sleep 1; exit 0' TERM; while :; do sleep 0.05; done";

const JSON_TYPE = { 'content-type': 'application/json' };
const DEFINITION = { cmd: 'exec sleep 600', cpus: 0.1, mem: 32 };

describeScheduler(
  'marathon, against the embedded server and real processes',
  async () => {
    const { emulator, close } = await startEmulator(6);
    const scheduler = createScheduler({ urls: [emulator.url] });
    return {
      scheduler,
      definition: DEFINITION,
      slowToStop: { ...DEFINITION, cmd: SLOW_TO_STOP },
      capacity: 6,
      asked: () => ({ writes: scheduler.stats().writes, lists: scheduler.stats().reads }),
      // As a person does while a deployment still holds the app: again.
      scaleByHand: async (app, instances) => {
        const asked = { method: 'PUT', headers: JSON_TYPE, body: JSON.stringify({ instances }) };
        await until('a count that is taken', async () => {
          const { ok } = await fetch(`${emulator.url}/v2/apps${app}`, asked);
          return ok;
        });
      },
      lock: async (app) => {
        // A restart that can never finish: the new version needs more than there is.
        const wanted = { cpus: 100, upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 } };
        const { deploymentId } = (await call(emulator, 'PATCH', `/v2/apps${app}`, wanted)) as {
          deploymentId: string;
        };
        return async () => {
          await call(emulator, 'DELETE', `/v2/deployments/${deploymentId}`);
        };
      },
      until: async (condition) => {
        await until('the contract', condition);
      },
      close: async () => {
        await scheduler.close();
        await close();
      },
    };
  },
  {
    'stale writes': 'Marathon takes a count whatever the one before was',
    remaking: 'Marathon keeps nothing of an app but its name: a new one looks like one that was scaled',
    'refused targets': 'Marathon has no autoscaler of its own',
    'lost answers': 'nothing lies between it and its client; the scripted server loses answers',
    gaps: 'its streams do not break; those of the scripted server do',
  },
);
