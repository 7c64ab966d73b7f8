// bench: one operator with many policies at rest and in motion, and how it answers meanwhile.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/runtime/clock.ts';
import { preciseNow } from '../cost/marathon.ts';
import { share } from '../cost/measure.ts';
import { type OperatorProcess, startOperatorProcess } from '../cost/process.ts';
import { startBenchMarathonThread } from '../cost/threads.ts';
import { type Bucket, bucketsOf, quantileBetween } from './lateness.ts';
import { groupsOf, manyPolicies } from './policies.ts';

const MEASURED_MS = 60_000;
const ASKED_EVERY_MS = 500;
/** Every pool has had as many rounds before anything is measured. */
const ROUNDS_FIRST = 4;
const FIRST_WITHIN_MS = 300_000;
const OBJECTS = '/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies';
const JSON_TYPE = { 'content-type': 'application/json' };

/** What is asked while the rounds go on. */
const QUESTIONS = {
  page: '/',
  list: OBJECTS,
  one: `${OBJECTS}/p-00007`,
  health: '/healthz',
} as const;
export type Question = keyof typeof QUESTIONS;

export interface Loaded {
  readonly policies: number;
  readonly rounds: number;
  readonly late: { readonly p99Ms: number; readonly atMostMs: number; readonly rounds: number };
  readonly cores: number;
  readonly peakMb: number;
  /** 99 of 100, ms. */
  readonly answers: Readonly<Record<Question, number>>;
  readonly writes: number;
}

/** The apps are there, the policies adopt them: what is measured is work, not a first start. */
export async function underLoad(policies: number, step: (doing: string) => void): Promise<Loaded> {
  step(`${policies} policies: apps are made`);
  const marathon = await startBenchMarathonThread();
  for (const group of groupsOf(policies)) {
    const made = await fetch(`${marathon.url}/v2/groups`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify(group),
    });
    if (!made.ok) throw new Error(`making the apps: ${made.status} ${(await made.text()).slice(0, 300)}`);
    await made.body?.cancel();
  }
  const operator = await startOperatorProcess((dir) => {
    const folder = join(dir, 'policies');
    mkdirSync(folder);
    for (const { name, document } of manyPolicies(policies))
      writeFileSync(join(folder, `${name}.yaml`), JSON.stringify(document));
    const places = ['--policies', folder, '--data', join(dir, 'data')];
    return [...places, '--marathon', marathon.url];
  });
  try {
    step(`${policies} policies: first rounds`);
    await firstRounds(operator, ROUNDS_FIRST * policies);
    step(`${policies} policies: measured for ${MEASURED_MS / 1_000} s`);
    await marathon.requests();
    const before = await lookAt(operator);
    const answers = await answersOf(operator);
    const after = await lookAt(operator);
    const writes = (await marathon.requests()).filter(({ method }) => method !== 'GET').length;
    const { value, atMost, samples } = quantileBetween(before.late, after.late, 0.99);
    return {
      policies,
      rounds: after.rounds - before.rounds,
      late: { p99Ms: value * 1_000, atMostMs: atMost * 1_000, rounds: samples },
      cores: (after.cpuMs - before.cpuMs) / (after.atMs - before.atMs),
      peakMb: operator.peakMb() ?? Number.NaN,
      answers,
      writes,
    };
  } finally {
    await operator.stop();
    await marathon.close();
  }
}

interface Look {
  readonly atMs: number;
  readonly cpuMs: number;
  readonly rounds: number;
  readonly late: readonly Bucket[];
}

async function lookAt(operator: OperatorProcess): Promise<Look> {
  const text = await ask(`${operator.url}/metrics`);
  const rounds = Number(/^microscaling_rounds_total\{result="complete"\} (\d+)/m.exec(text)?.[1] ?? 0);
  const late = bucketsOf(text, 'microscaling_round_lateness_seconds');
  return { atMs: preciseNow(), cpuMs: operator.cpuMs() ?? Number.NaN, rounds, late };
}

async function firstRounds(operator: OperatorProcess, rounds: number): Promise<void> {
  const endMs = preciseNow() + FIRST_WITHIN_MS;
  for (;;) {
    const { rounds: done } = await lookAt(operator);
    if (done >= rounds) return;
    if (preciseNow() > endMs)
      throw new Error(`only ${done} of ${rounds} first rounds within ${FIRST_WITHIN_MS / 1_000} s`);
    await systemClock.sleep(2_000);
  }
}

/** Each question in turn, for the time that is measured. */
async function answersOf({ url }: OperatorProcess): Promise<Loaded['answers']> {
  const took = new Map<Question, number[]>();
  const endMs = preciseNow() + MEASURED_MS;
  while (preciseNow() < endMs) {
    for (const [name, path] of Object.entries(QUESTIONS) as [Question, string][]) {
      const beganMs = preciseNow();
      await ask(`${url}${path}`);
      took.set(name, [...(took.get(name) ?? []), preciseNow() - beganMs]);
    }
    await systemClock.sleep(ASKED_EVERY_MS);
  }
  const p99 = (name: Question): number => share(took.get(name) ?? [], 0.99);
  return { page: p99('page'), list: p99('list'), one: p99('one'), health: p99('health') };
}

/** A second time when the first one is not answered: the server may close a connection as it is being used again. */
async function ask(url: string): Promise<string> {
  const answer = await fetch(url).catch(() => fetch(url));
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text.slice(0, 200)}`);
  return text;
}
