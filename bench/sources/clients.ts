// bench: what the client library of a source costs the operator that uses it, and nobody else: start and memory, beside an
// operator that reads without any.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPolicies } from '../../src/app/policies/schema.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { preciseNow } from '../cost/marathon.ts';
import type { Figure } from '../cost/measure.ts';
import { startOperatorProcess } from '../cost/process.ts';

/** Each source with a client of its own that is not of Node itself; all that goes over HTTP has the same one. Nobody listens. */
const METRICS: Readonly<Record<string, object>> = {
  'http (undici)': { http: { url: 'http://127.0.0.1:1/n', pointers: { waiting: '/n' } } },
  redis: { redis: { endpoint: 'redis://127.0.0.1:1', list: { name: 'orders' } } },
  nats: { nats: { endpoint: 'nats://127.0.0.1:1', stream: 'ORDERS', consumer: 'workers' } },
  'sqs (@aws-sdk/client-sqs)': {
    sqs: {
      queueUrl: 'http://127.0.0.1:1/123456789012/orders',
      region: 'eu-west-1',
      auth: { accessKeyId: { fromEnv: 'KEY' }, secretAccessKey: { fromEnv: 'KEY' } },
    },
  },
  'postgresql (pg)': {
    postgresql: {
      endpoint: 'postgresql://127.0.0.1:1/jobs',
      auth: { username: 'reader', password: { fromEnv: 'KEY' } },
      query: 'SELECT 1 AS waiting',
    },
  },
  'azureStorageQueue (@azure/storage-queue)': {
    azureStorageQueue: {
      queueName: 'orders',
      accountNameFrom: { fromEnv: 'ACCOUNT' },
      accountKey: { fromEnv: 'KEY' },
      endpoint: 'http://127.0.0.1:1/account',
    },
  },
};
/** What everything else of a policy costs. */
const WITHOUT_CLIENT = { random: { min: 0, max: 100, period: '10s', seed: 1 } };
const ENV = { KEY: 'a2V5', ACCOUNT: 'account' };
/** The first read is made by then. */
const SETTLED_MS = 3_000;

/** @throws Error for a block that is refused: an operator without a policy loads no client */
function policy(metric: object): string {
  const text = JSON.stringify({
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'one' },
    spec: {
      capacity: { slots: 2 },
      apps: [{ name: 'worker', priority: 1, instances: { min: 1 }, targets: [{ queueLength: 5, metric }] }],
    },
  });
  const refused = loadPolicies(text, 'bench').problems.find(({ severity }) => severity === 'error');
  if (refused !== undefined) throw new Error(refused.message);
  return text;
}

/** Start until the API answers, and most memory held after the first reads. */
async function costWith(metric: object): Promise<{ startMs: number; peakMb: number }> {
  const beganMs = preciseNow();
  const operator = await startOperatorProcess((dir) => {
    const policies = join(dir, 'policies');
    mkdirSync(policies);
    writeFileSync(join(policies, 'one.json'), policy(metric));
    return ['--policies', policies, '--marathon', 'http://127.0.0.1:1'];
  }, ENV);
  try {
    const startMs = preciseNow() - beganMs;
    await systemClock.sleep(SETTLED_MS);
    return { startMs, peakMb: operator.peakMb() ?? Number.NaN };
  } finally {
    await operator.stop();
  }
}

export async function clients(): Promise<readonly Figure[]> {
  const bare = await costWith(WITHOUT_CLIENT);
  const figures: Figure[] = [
    { name: 'start with no client', value: bare.startMs, unit: 'ms', note: `${bare.peakMb.toFixed(0)} MB` },
  ];
  for (const [name, metric] of Object.entries(METRICS)) {
    const { startMs, peakMb } = await costWith(metric);
    const more = `${peakMb.toFixed(0)} MB, ${(peakMb - bare.peakMb).toFixed(0)} MB more`;
    figures.push({ name: `start with ${name}`, value: startMs, unit: 'ms', note: more });
  }
  return figures;
}
