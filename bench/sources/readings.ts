// bench: `npm run bench -- sources`: 5,000 queues read once a second by one process, beside what the bare client needs for it.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { defined } from '../../src/lang/defined.ts';
import type { Figure } from '../cost/measure.ts';
import type { ReadingCost, ReadingOrder } from './order.ts';

const QUEUES = 5_000;
const SECONDS = 15;
/** Of the reads that were due, fewer were not made. */
const LEAST_SHARE = 0.99;

const RUNS = [
  { name: 'http, redis, rabbitmq', kinds: ['http', 'redis', 'rabbitmq'], most: 1 },
  { name: 'http', kinds: ['http'], most: undefined },
  { name: 'bare undici', kinds: ['undici'], most: undefined },
] as const;

/** Of 5,000 queues, once a second each; the ratio is that of the HTTP reads to the bare client's. */
export async function readings(step: (doing: string) => void): Promise<readonly Figure[]> {
  const mock = started('mock');
  try {
    const ports = await told<ReadingOrder['ports']>(mock);
    const figures: Figure[] = [];
    const cores = new Map<string, number>();
    let invalid: string | undefined;
    for (const { name, kinds, most } of RUNS) {
      step(name);
      const cost = await costOf({ kinds, queues: QUEUES, seconds: SECONDS, ports });
      cores.set(name, cost.cores);
      if (name !== RUNS[0].name) invalid ??= invalidBecause(cost);
      figures.push(figureOf(`${QUEUES} queues: ${name}`, cost, most));
    }
    const ratio = (cores.get('http') ?? Number.NaN) / (cores.get('bare undici') ?? Number.NaN);
    const note = 'processors for the same HTTP reads: source over bare undici';
    return [
      ...figures,
      { name: 'the http source beside bare undici', value: ratio, unit: '×', note, ...defined({ invalid }) },
    ];
  } finally {
    mock.kill();
  }
}

/** Why its figures say nothing: a read that fails or is never made costs less than one that is answered. */
function invalidBecause({ failed, readsPerS }: ReadingCost): string | undefined {
  if (failed > 0) return `${failed} reads failed`;
  if (readsPerS < LEAST_SHARE * QUEUES) return `only ${Math.round(readsPerS)} of ${QUEUES} reads a second`;
  return undefined;
}

function figureOf(name: string, cost: ReadingCost, limit: number | undefined): Figure {
  const { readsPerS, failed, latenessP99Ms, latencyMedianMs, latencyP99Ms, rssMb } = cost;
  const latency = `answered in ${latencyMedianMs.toFixed(1)} ms, p99 ${latencyP99Ms.toFixed(1)} ms`;
  const note = `${Math.round(readsPerS)} reads/s, ${failed} failed, p99 ${latenessP99Ms.toFixed(1)} ms late, ${latency}, ${Math.round(rssMb)} MB`;
  const invalid = invalidBecause(cost);
  return { name, value: cost.cores, unit: 'cores', note, ...defined({ limit, invalid }) };
}

async function costOf(order: ReadingOrder): Promise<ReadingCost> {
  const reader = started('reader');
  try {
    const cost = told<ReadingCost>(reader);
    reader.send(order);
    return await cost;
  } finally {
    reader.kill();
  }
}

function started(program: 'mock' | 'reader'): ChildProcess {
  return fork(resolve(import.meta.dirname, `${program}.ts`), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** The next message; a process that ends without one is an error. */
async function told<T>(child: ChildProcess): Promise<T> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a process of the benchmark ended early: ${code}`);
  });
  ended.catch(() => undefined);
  const [message] = await Promise.race([once(child, 'message'), ended]);
  return message as T;
}
