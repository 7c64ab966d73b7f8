// bench: what the operator must reach against a Marathon: reaction, rest, and five hundred apps.

import { systemClock } from '../../src/runtime/clock.ts';
import { preciseNow, startBenchMarathon } from './marathon.ts';
import { type Figure, share } from './measure.ts';
import { benchApp, benchPolicy, Queues, reached, settled, startBenchOperator } from './operator.ts';
import { startBenchMarathonThread } from './threads.ts';

const INTERVAL_MS = 500;
const REACTIONS = 40;
/** Crossings are spread over the interval, and so far apart that they do not wait for each other. */
const APART_MS = 137;

/** From a queue crossing its target to the first PUT for its app reaching Marathon. */
export async function reaction(): Promise<readonly Figure[]> {
  const marathon = await startBenchMarathonThread();
  const queues = new Queues(0);
  const channels = Array.from({ length: REACTIONS }, (_, i) => i + 1);
  const policies = channels.map((n) =>
    benchPolicy(`p-${n}`, `${INTERVAL_MS}ms`, [benchApp(n, { queueLength: 50 })]),
  );
  const operator = startBenchOperator({ policies, marathon: marathon.url, queues });
  try {
    await reached('forty apps', () => settled(operator.state, REACTIONS));
    await systemClock.sleep(4 * INTERVAL_MS);
    await marathon.requests();
    const crossedAtMs = new Map<string, number>();
    for (const n of channels) {
      queues.set(n, 400);
      crossedAtMs.set(`/v2/apps/p-${n}/app-${n}`, preciseNow());
      await systemClock.sleep(APART_MS);
    }
    await systemClock.sleep(2 * INTERVAL_MS);
    const puts = (await marathon.requests()).filter(({ method }) => method === 'PUT');
    const latencies = [...crossedAtMs].map(
      ([path, atMs]) => (puts.find((put) => put.path === path)?.atMs ?? Number.POSITIVE_INFINITY) - atMs,
    );
    return [
      {
        name: 'metric crossing to PUT, median',
        value: share(latencies, 0.5),
        unit: 'ms',
        limit: INTERVAL_MS + 50,
        note: `interval ${INTERVAL_MS} ms, ${REACTIONS} crossings, law Fluid`,
      },
      { name: 'metric crossing to PUT, p95', value: share(latencies, 0.95), unit: 'ms', note: 'the same' },
    ];
  } finally {
    await operator.stop();
    await marathon.close();
  }
}

const MANY = 500;
const SWINGS = 6;

interface MeasuredRound {
  readonly durationMs: number;
  /** CPU of the process since the round before, both sides and all threads. */
  readonly cpuMs: number;
  readonly lists: number;
  readonly writes: number;
}

/** One pool of 500 apps: rounds at rest, rounds that list them all, and rounds that change every count. */
export async function manyApps(): Promise<readonly Figure[]> {
  const marathon = await startBenchMarathonThread();
  const queues = new Queues(10);
  const channels = Array.from({ length: MANY }, (_, i) => i + 1);
  const rounds: MeasuredRound[] = [];
  let lists = 0;
  let conflicts = 0;
  let cpu = process.cpuUsage();
  const operator = startBenchOperator({
    policies: [
      benchPolicy(
        'many',
        `${INTERVAL_MS}ms`,
        channels.map((n) => benchApp(n, { perInstance: 10 })),
      ),
    ],
    marathon: marathon.url,
    queues,
    onCall: ({ endpoint, outcome }) => {
      if (endpoint === 'apps') lists += 1;
      if (outcome === 'conflict') conflicts += 1;
    },
    onRound: ({ durationMs, changes }) => {
      const { user, system } = process.cpuUsage(cpu);
      rounds.push({ durationMs, lists, writes: changes.length, cpuMs: (user + system) / 1_000 });
      lists = 0;
      cpu = process.cpuUsage();
    },
  });
  try {
    await reached('five hundred apps', () => settled(operator.state, MANY));
    rounds.length = 0;
    await marathon.requests();
    for (let swing = 1; swing <= SWINGS; swing++) {
      const count = 1 + (swing % 2);
      for (const n of channels) queues.set(n, 10 * count);
      const total = (): number =>
        operator.state.view().pools.reduce((sum, pool) => sum + pool.capacity.used, 0);
      await reached('every count to change', () => total() === MANY * count && settled(operator.state, MANY));
      await systemClock.sleep(2 * INTERVAL_MS);
    }
    const writes = (await marathon.requests()).filter(({ method }) => method !== 'GET').length;
    const took = (which: (round: MeasuredRound) => boolean): number[] =>
      rounds.filter(which).map(({ durationMs }) => durationMs);
    const everyCount = rounds.filter((round) => round.writes === MANY);
    const cpuMs = share(
      everyCount.map((round) => round.cpuMs),
      0.5,
    );
    const note = `${MANY} apps in one pool, Marathon in a thread of its own`;
    return [
      {
        name: 'full round: list, metrics, decision; median',
        value: share(
          took((r) => r.writes === 0 && r.lists > 0),
          0.5,
        ),
        unit: 'ms',
        limit: 1_000,
        note,
      },
      {
        name: 'full round that changes every count; median',
        value: share(
          everyCount.map(({ durationMs }) => durationMs),
          0.5,
        ),
        unit: 'ms',
        limit: 1_000,
        note: `${MANY} writes in it; ${cpuMs.toFixed(0)} ms of CPU, operator and server`,
      },
      {
        name: 'round at rest; median',
        value: share(
          took((r) => r.writes === 0 && r.lists === 0),
          0.5,
        ),
        unit: 'ms',
        note: 'nothing asked of Marathon',
      },
      {
        name: 'writes per change of a count',
        value: writes / (SWINGS * MANY),
        unit: '',
        limit: 1,
        note: `${SWINGS * MANY} changes`,
      },
      { name: 'conflicts of our own making', value: conflicts, unit: '', limit: 0, note: 'HTTP 409' },
    ];
  } finally {
    await operator.stop();
    await marathon.close();
  }
}

const RESTING = 100;
const REST_MS = 60_000;

/** A minute in which nothing happens. */
export async function rest(): Promise<readonly Figure[]> {
  const marathon = await startBenchMarathon();
  const queues = new Queues(10);
  const apps = Array.from({ length: RESTING }, (_, i) => benchApp(i + 1, { perInstance: 10 }));
  const policies = [benchPolicy('rest', `${INTERVAL_MS}ms`, apps)];
  const operator = startBenchOperator({ policies, marathon: marathon.url, queues });
  try {
    await reached('a hundred apps', () => settled(operator.state, RESTING));
    await systemClock.sleep(4 * INTERVAL_MS);
    await marathon.requests();
    await systemClock.sleep(REST_MS);
    const seen = await marathon.requests();
    const gets = seen.filter(({ method }) => method === 'GET').length;
    const note = `${RESTING} apps for ${REST_MS / 1000} s`;
    return [
      { name: 'steady state: GETs a minute', value: (gets * 60_000) / REST_MS, unit: '', limit: 2, note },
      { name: 'steady state: writes', value: seen.length - gets, unit: '', limit: 0, note },
    ];
  } finally {
    await operator.stop();
    await marathon.close();
  }
}
