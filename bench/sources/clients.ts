// bench: what the client library of a source costs the operator that uses it, and nobody else: start and memory, beside an
// operator that reads without any; and what the sources that nobody uses cost the operator and the demo.

import { join } from 'node:path';
import { systemClock } from '../../src/runtime/clock.ts';
import { preciseNow } from '../cost/marathon.ts';
import { type Figure, share } from '../cost/measure.ts';
import { startOperatorProcess } from '../cost/process.ts';
import { demoCost } from './demo.ts';
import { packagesLoadedWith } from './loaded.ts';
import { ENV, writePolicy } from './policy.ts';

/** Each source with a client of its own; all that goes over HTTP has the same one. Nobody listens. */
const METRICS: readonly { readonly name: string; readonly client?: string; readonly metric: object }[] = [
  {
    name: 'http (undici)',
    client: 'undici',
    metric: { http: { url: 'http://127.0.0.1:1/n', pointers: { waiting: '/n' } } },
  },
  { name: 'redis', metric: { redis: { endpoint: 'redis://127.0.0.1:1', list: { name: 'orders' } } } },
  {
    name: 'nats',
    metric: { nats: { endpoint: 'nats://127.0.0.1:1', stream: 'ORDERS', consumer: 'workers' } },
  },
  {
    name: 'kafka',
    metric: { kafka: { endpoint: 'kafka://127.0.0.1:1', topic: 'orders', group: 'workers' } },
  },
  {
    name: 'sqs (@aws-sdk/client-sqs)',
    client: '@aws-sdk/client-sqs',
    metric: {
      sqs: {
        queueUrl: 'http://127.0.0.1:1/123456789012/orders',
        region: 'eu-west-1',
        auth: { accessKeyId: { fromEnv: 'KEY' }, secretAccessKey: { fromEnv: 'KEY' } },
      },
    },
  },
  {
    name: 'postgresql (pg)',
    client: 'pg',
    metric: {
      postgresql: {
        endpoint: 'postgresql://127.0.0.1:1/jobs',
        auth: { username: 'reader', password: { fromEnv: 'KEY' } },
        query: 'SELECT 1 AS waiting',
      },
    },
  },
  {
    name: 'kedaExternal (@grpc/grpc-js)',
    client: '@grpc/grpc-js',
    metric: {
      kedaExternal: { endpoint: 'grpc://127.0.0.1:1', scaledObject: { name: 'web', namespace: 'shop' } },
    },
  },
];
/** What everything else of a policy costs. */
const WITHOUT_CLIENT = { random: { min: 0, max: 100, period: '10s', seed: 1 } };
/** Each in turn, so that what else the machine does falls on all of them. */
const SAMPLES = 5;
/** The first read is made by then. */
const SETTLED_MS = 3_000;
/** In this process all other sources are left out as it starts. */
const WITHOUT_SOURCES = { NODE_OPTIONS: `--import ${join(import.meta.dirname, 'without-sources.ts')}` };
/** That changes nothing, for a start that costs the same otherwise. */
const WITH_SOURCES = { NODE_OPTIONS: `--import ${join(import.meta.dirname, 'with-sources.ts')}` };

interface Cost {
  readonly startMs: number;
  readonly peakMb: number;
}

/** Start until the API answers, and most memory held after the first reads. */
async function costWith(metric: object, variables: Readonly<Record<string, string>> = {}): Promise<Cost> {
  const beganMs = preciseNow();
  const operator = await startOperatorProcess(
    (dir) => ['--policies', writePolicy(dir, metric), '--marathon', 'http://127.0.0.1:1'],
    { ...ENV, ...variables },
  );
  try {
    const startMs = preciseNow() - beganMs;
    await systemClock.sleep(SETTLED_MS);
    return { startMs, peakMb: operator.peakMb() ?? Number.NaN };
  } finally {
    await operator.stop();
  }
}

/** Medians of as many samples of each, taken in turn. */
async function mediansOf(
  works: readonly (() => Promise<Cost>)[],
  samples = SAMPLES,
): Promise<readonly Cost[]> {
  const costs: Cost[][] = works.map(() => []);
  for (let round = 0; round < samples; round++)
    for (const [i, work] of works.entries()) costs[i]?.push(await work());
  const median = (values: readonly number[]): number => share(values, 0.5);
  return costs.map((each) => ({
    startMs: median(each.map(({ startMs }) => startMs)),
    peakMb: median(each.map(({ peakMb }) => peakMb)),
  }));
}

export async function clients(step: (doing: string) => void): Promise<readonly Figure[]> {
  const works = [WITHOUT_CLIENT, ...METRICS.map(({ metric }) => metric)];
  step('each client library');
  const [bare, ...costs] = await mediansOf(works.map((metric) => () => costWith(metric)));
  const { startMs, peakMb } = bare ?? { startMs: Number.NaN, peakMb: Number.NaN };
  const figures: Figure[] = [
    {
      name: 'start with no client',
      value: startMs,
      unit: 'ms',
      note: `${peakMb.toFixed(0)} MB, medians of ${SAMPLES}`,
    },
  ];
  for (const [i, { name, client, metric }] of METRICS.entries()) {
    const cost = costs[i];
    if (cost === undefined) continue;
    const more = `${cost.peakMb.toFixed(0)} MB, ${(cost.peakMb - peakMb).toFixed(0)} MB more`;
    const isLoaded = client === undefined || (await packagesLoadedWith(metric)).includes(client);
    figures.push({
      name: `start with ${name}`,
      value: cost.startMs,
      unit: 'ms',
      note: more,
      ...(!isLoaded && { invalid: `${client} was not loaded` }),
    });
  }
  step('sources that nobody names');
  return [...figures, ...(await unused())];
}

/** With all sources beside none but those of the demo: what is registered and not named may cost next to nothing. */
async function unused(): Promise<readonly Figure[]> {
  const [all, none, demoAll, demoNone] = [
    ...(await mediansOf([
      () => costWith(WITHOUT_CLIENT, WITH_SOURCES),
      () => costWith(WITHOUT_CLIENT, WITHOUT_SOURCES),
    ])),
    ...(await mediansOf([() => demoCost(WITH_SOURCES), () => demoCost(WITHOUT_SOURCES)])),
  ];
  const figure = (name: string, withAll: Cost | undefined, without: Cost | undefined): Figure => {
    const [a, b] = [withAll ?? { startMs: 0, peakMb: 0 }, without ?? { startMs: 0, peakMb: 0 }];
    const note = `${a.startMs.toFixed(0)} ms and ${a.peakMb.toFixed(0)} MB with all sources, ${b.startMs.toFixed(0)} ms and ${b.peakMb.toFixed(0)} MB with none but the demo's; medians of ${SAMPLES}`;
    return { name, value: a.startMs - b.startMs, unit: 'ms', note };
  };
  return [
    figure('sources that nobody names: the operator', all, none),
    figure('sources that nobody names: the demo', demoAll, demoNone),
  ];
}
