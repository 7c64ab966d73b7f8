// How soon a task that runs is seen, in virtual time: with the timing and the budget of calls that the operator has, and calls that
// take as long as those to AWS. Cluster and tasks are the fake's, which test/contract holds against moto.

import { expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { CallBudget } from '../../../../src/schedulers/ecs/api/budget.ts';
import type { ReadApi } from '../../../../src/schedulers/ecs/api/ecs-api.ts';
import { BUDGETS } from '../../../../src/schedulers/ecs/connection.ts';
import { POLL_MS } from '../../../../src/schedulers/ecs/index.ts';
import { READ_TIMING, ServiceReader } from '../../../../src/schedulers/ecs/read/reader.ts';
import { FakeCluster } from '../fake/fake-cluster.ts';

const CALL_MS = 100;
const ROUND_MS = 500;
/** Of pods and containers, and so of tasks. */
const SEEN_WITHIN_MS = 1_000;
const never = new AbortController().signal;

/** The fake's answers, each a call after it was asked for, in its turn. */
function slowly(cluster: FakeCluster, clock: VirtualClock): { readonly api: ReadApi; calls(): number } {
  const budget = new CallBudget(BUDGETS.read, { clock, random: () => 0 });
  let calls = 0;
  const ask = async <T>(answer: () => T): Promise<T> => {
    await budget.take(never);
    calls += 1;
    await clock.sleep(CALL_MS / 2);
    const answered = answer();
    await clock.sleep(CALL_MS / 2);
    budget.answered();
    return answered;
  };
  return {
    calls: () => calls,
    api: {
      services: (_, names) => ask(() => names.flatMap((name) => cluster.describe(name) ?? [])),
      scalableServices: () => ask(() => new Set<string>()),
      taskDefinition: () => ask(() => ({})),
      taskArns: ({ service }, status) => ask(() => cluster.taskArns(service, status)),
      tasks: (_, arns) => ask(() => cluster.tasks(arns)),
    },
  };
}

async function world(services: number) {
  const clock = new VirtualClock(1_000_000);
  const cluster = new FakeCluster('prod');
  const names = Array.from({ length: services }, (_, i) => `worker-${i}`);
  for (const name of names) cluster.create({ name, desired: 1 });
  const { api, calls } = slowly(cluster, clock);
  const ids = names.map((name) => `prod/${name}`);
  const running = new Map<string, number>();
  /** As a round does, which a change wakes. */
  const observe = async (): Promise<void> => {
    for (const [id, { look }] of await reader.look(ids, never))
      if (look.state === 'seen')
        running.set(id, look.tasks.filter(({ phase }) => phase === 'running').length);
  };
  const onChange = (): void => void observe();
  const reader = new ServiceReader({ clock, timing: READ_TIMING, api: () => api, closing: never, onChange });
  /** As the operator does while it watches. */
  const pass = async (ms: number): Promise<void> => {
    const endMs = clock.monotonic() + ms;
    while (clock.monotonic() < endMs) {
      await clock.advance(Math.min(endMs - clock.monotonic(), POLL_MS - (clock.monotonic() % POLL_MS)));
      if (clock.monotonic() % POLL_MS === 0) reader.poll();
      if (clock.monotonic() % ROUND_MS === 0) void observe();
    }
  };
  void observe();
  await pass(60_000);
  expect([...running.values()]).toEqual(ids.map(() => 1));
  /** One more task of each; they start until the result is called. */
  const ask = (): readonly (() => void)[] => {
    const letRun = names.map((name) => cluster.startSlowly(name));
    for (const name of names) {
      cluster.update(name, 2);
      reader.hurry(`prod/${name}`);
    }
    return letRun;
  };
  return { clock, running, pass, calls, ask };
}

/** How long the first service's new task runs until it is seen, while `services` have one that starts. */
async function seenAfterMs(services: number, startsForMs: number): Promise<number> {
  const { clock, running, pass, ask } = await world(services);
  const [letRun] = ask();
  await pass(startsForMs);
  expect(running.get('prod/worker-0')).toBe(1);
  letRun?.();
  const sinceMs = clock.monotonic();
  while (running.get('prod/worker-0') !== 2 && clock.monotonic() < sinceMs + 10_000) await pass(10);
  return clock.monotonic() - sinceMs;
}

it.each([1, 2, 3])(
  'sees a task that runs within a second, whenever it begins to, while %i services have tasks that start',
  async (services) => {
    const seen: number[] = [];
    // At every moment between two looks.
    for (let startsForMs = 5_000; startsForMs < 6_000; startsForMs += 20)
      seen.push(await seenAfterMs(services, startsForMs));
    expect(Math.max(...seen)).toBeLessThanOrEqual(SEEN_WITHIN_MS);
  },
);

it('asks less than it may while tasks start', async () => {
  const { pass, calls, ask } = await world(3);
  ask();
  // Not of what was saved up before.
  await pass(10_000);
  const begun = calls();
  await pass(50_000);
  expect((calls() - begun) / 50).toBeLessThan(0.95 * BUDGETS.read.perSecond);
});
