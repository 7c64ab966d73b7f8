// bench: reads queues once a second in a process of its own, and tells what that cost it.

import { Agent, request } from 'undici';
import type { MetricSpec } from '../../src/api/policy.ts';
import { metricSources } from '../../src/metric-sources/registry.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { preciseNow } from '../cost/marathon.ts';
import { share } from '../cost/measure.ts';
import type { ReadingCost, ReadingOrder } from './order.ts';

const EVERY_MS = 1_000;
const TICK_MS = 5;
const WARM_UP_MS = 5_000;

type Read = () => Promise<boolean>;

const never = new AbortController().signal;
const deps = {
  clock: systemClock,
  log: silentLogger,
  values: {
    resolve: (): string => 'secret',
  },
};

function specOf(kind: string, i: number, { http, redis }: ReadingOrder['ports']): MetricSpec {
  const origin = `http://127.0.0.1:${http}`;
  const auth = { basic: { username: 'reader', password: { fromEnv: 'PASSWORD' } } };
  if (kind === 'http') return { http: { url: `${origin}/${i}`, pointers: { waiting: '/messages_ready' } } };
  if (kind === 'redis')
    return { redis: { endpoint: `redis://127.0.0.1:${redis}`, database: 0, list: { name: `list-${i}` } } };
  return {
    rabbitmq: { endpoint: origin, queueName: `queue-${i}`, vhost: '/', statisticsInterval: '5s', auth },
  };
}

function readOfSource(kind: string, i: number, ports: ReadingOrder['ports']): Read {
  const source = metricSources.create(specOf(kind, i, ports), deps);
  return async () => (await source.read(never)).state === 'ok';
}

/** What nobody can do with less, with the same client: one request, its text, its JSON. */
function bareRead(i: number, { http }: ReadingOrder['ports'], dispatcher: Agent): Read {
  const url = `http://127.0.0.1:${http}/${i}`;
  return async () => {
    const { body } = await request(url, { dispatcher });
    const answer = JSON.parse(await body.text()) as { readonly messages_ready?: unknown };
    return answer.messages_ready === 5;
  };
}

function readsOf({ kinds, queues, ports }: ReadingOrder): readonly Read[] {
  const bare = new Agent();
  return Array.from({ length: queues }, (_, i) => {
    const kind = kinds[i % kinds.length] ?? 'http';
    return kind === 'undici' ? bareRead(i, ports, bare) : readOfSource(kind, i, ports);
  });
}

/** Each queue has its own place in the second. */
async function readFor(order: ReadingOrder): Promise<ReadingCost> {
  const reads = readsOf(order);
  const startMs = preciseNow();
  const endMs = startMs + WARM_UP_MS + order.seconds * 1_000;
  let lateness: number[] = [];
  let latency: number[] = [];
  let failed = 0;
  let measuredFrom: { readonly atMs: number; readonly cpu: NodeJS.CpuUsage } | undefined;
  const readOne = async (read: Read): Promise<void> => {
    const beganMs = preciseNow();
    const isOk = await read().catch(() => false);
    latency.push(preciseNow() - beganMs);
    if (!isOk) failed += 1;
  };
  for (let next = 0, nowMs = startMs; nowMs < endMs; nowMs = preciseNow()) {
    if (measuredFrom === undefined && nowMs - startMs >= WARM_UP_MS) {
      measuredFrom = { atMs: nowMs, cpu: process.cpuUsage() };
      [lateness, latency, failed] = [[], [], 0];
    }
    for (; dueMs(next) <= nowMs; next += 1) {
      const read = reads[next % reads.length];
      if (read === undefined) break;
      lateness.push(nowMs - dueMs(next));
      void readOne(read);
    }
    await systemClock.sleep(TICK_MS);
  }
  function dueMs(turn: number): number {
    return startMs + (turn * EVERY_MS) / reads.length;
  }
  const { user, system } = process.cpuUsage(measuredFrom?.cpu);
  const wallMs = preciseNow() - (measuredFrom?.atMs ?? startMs);
  return {
    cores: (user + system) / 1_000 / wallMs,
    readsPerS: latency.length / (wallMs / 1_000),
    failed,
    latenessP99Ms: share(lateness, 0.99),
    latencyMedianMs: share(latency, 0.5),
    latencyP99Ms: share(latency, 0.99),
    rssMb: process.memoryUsage.rss() / 1_024 / 1_024,
  };
}

process.once('disconnect', () => process.exit(0));
process.once('message', async (order: ReadingOrder) => {
  process.send?.(await readFor(order));
  process.disconnect();
});
