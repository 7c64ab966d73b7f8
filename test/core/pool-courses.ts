// test support: pools that live: random policies, queues that fill and are worked off, instances that take their time.

import type { BehaviorSpec, TargetSpec } from '../../src/api/policy.ts';
import type { AppDecision, AppInput, AppRole, Budget, DecisionInput } from '../../src/core/decision.ts';
import type { MetricReading } from '../../src/core/observation.ts';
import {
  aBehavior,
  aQueue,
  aScaled,
  aTarget,
  notRead,
  observed,
  scalingRules,
  T0,
} from '../support/builders.ts';
import { poisson, seeded } from '../support/seeded.ts';

type Random = () => number;

/** What differs from source to source. */
type Tells = 'total' | 'split' | 'counter' | 'taken' | 'ages';

interface LivingQueue {
  readonly tells: Tells;
  readonly perS: number;
  readonly swing: number;
  readonly periodS: number;
  /** Messages that an instance holds; 0 where nobody says. */
  readonly held: number;
  waiting: number;
  working: number;
  arrived: number;
  done: number;
  takenSince: number;
  last: MetricReading | undefined;
}

interface LivingApp {
  readonly terms: AppInput;
  readonly startsMs: number;
  readonly serviceS: number;
  readonly queues: readonly LivingQueue[];
  requested: number;
  running: number;
  /** When those that were asked for will run. */
  starting: number[];
}

const BEHAVIORS: readonly BehaviorSpec[] = [
  defaults({}),
  defaults({ giveBackAfter: '5s' }),
  defaults({ maxStep: 2, minHold: '10s' }),
  defaults({ yieldRate: { value: 1, periodSeconds: 10 } }),
  defaults({ startupTime: '3s', futility: 'Ignore' }),
  defaults({
    scaleUp: scalingRules({ policies: [{ type: 'Percent', value: 50, periodSeconds: 10 }], tolerance: 0.1 }),
    scaleDown: scalingRules({
      stabilizationWindowSeconds: 20,
      policies: [{ type: 'Instances', value: 1, periodSeconds: 5 }],
    }),
  }),
  defaults({
    scaleUp: scalingRules({ stabilizationWindowSeconds: 5 }),
    onMetricFailure: { staleAfter: '2s', action: 'Fixed', after: '5s', instances: 3 },
  }),
];

/** The schema's: the law says how long a lower need must last, and looks for instances that are of no use. */
function defaults(over: Partial<BehaviorSpec>): BehaviorSpec {
  const { giveBackAfter: _, ...rest } = aBehavior({ futility: 'Detect' });
  return { ...rest, ...over };
}

const TARGETS: readonly TargetSpec[] = [
  aTarget({ queueLength: 50, metric: aQueue }),
  aTarget({ queueLength: 20 }),
  aTarget({ queueLength: 50, algorithm: { type: 'Queue' } }),
  aTarget({ queueLength: 50, algorithm: { type: 'SimpleQueue' } }),
  aTarget({ drainTime: '10s', name: 'orders' }),
  aTarget({ messageAge: '5s' }),
  aTarget({ perInstance: 10, max: 6 }),
  aTarget({ queueLength: 30, objective: { withinTarget: '95%', per: '1h' } }),
  aTarget({ queueLength: 30, activateAt: 5, algorithm: { type: 'Fluid', fluid: { serviceRate: 4 } } }),
  aTarget({ queueLength: 30, algorithm: { type: 'Fluid', fluid: { metricDelay: '1s', season: '60s' } } }),
  aTarget({ drainTime: '10s', onMetricFailure: { action: 'Min', staleAfter: '1s', after: '3s' } }),
];

const TELLS: readonly Tells[] = ['total', 'split', 'counter', 'taken', 'ages'];

/** What is asked of `decide` round by round; each time the world has gone on by what was answered before. */
export interface Course {
  next(answer: readonly AppDecision[]): Omit<DecisionInput, 'memory'>;
}

export function poolCourse(seed: number): Course {
  const random = seeded(seed);
  const apps = Array.from({ length: 1 + below(random, 7) }, (_, i) => someApp(random, i));
  const budget = someBudget(random, apps);
  let nowMs = T0;
  return {
    next(answer) {
      // Rounds are half a second apart mostly, and now and then there is none for a while, or a second look.
      const dtMs = random() < 0.97 ? 500 : pick(random, [0, 120, 4_000, 45_000]);
      nowMs += dtMs;
      for (const { id, to } of answer) {
        const app = apps.find(({ terms }) => terms.id === id);
        if (app !== undefined) obey(app, to, nowMs);
      }
      return {
        budget,
        nowMs,
        apps: apps.map((app) => lookAt(random, goOn(random, app, { nowMs, dtMs }), nowMs)),
      };
    },
  };
}

function someApp(random: Random, i: number): LivingApp {
  const name = `app-${i}`;
  const role: AppRole = pick(random, ['scaled', 'scaled', 'scaled', 'scaled', 'remainder', 'fixed']);
  const count = role === 'scaled' ? pick(random, [1, 1, 1, 2, 3]) : 0;
  const targets = Array.from({ length: count }, () => pick(random, TARGETS)).map((target, n) =>
    count === 1 ? target : { ...target, name: `t${n}` },
  );
  const requested = below(random, 6);
  const formula = count === 2 && random() < 0.4 ? { formula: 't0 + t1' } : {};
  return {
    terms: aScaled(name, requested, {
      role,
      priority: 1 + below(random, 3),
      min: below(random, 3),
      max: pick(random, [4, 10, 20, Number.POSITIVE_INFINITY]),
      weight: pick(random, [1, 1, 3]),
      targets,
      behavior: pick(random, BEHAVIORS),
      footprint: { cpus: pick(random, [0.1, 0.5, 1]), mem: 100, disk: 0, gpus: 0 },
      countsAgainstBudget: random() < 0.5,
      ...formula,
    }),
    startsMs: pick(random, [500, 1_500, 6_000]),
    serviceS: 0.5 + 6 * random(),
    queues: targets.map(() => someQueue(random)),
    requested,
    running: requested,
    starting: [],
  };
}

function someQueue(random: Random): LivingQueue {
  return {
    tells: pick(random, TELLS),
    perS: 30 * random() ** 2,
    swing: random(),
    periodS: pick(random, [15, 60, 600]),
    held: pick(random, [1, 1, 4, 0]),
    waiting: below(random, 100),
    working: 0,
    arrived: 0,
    done: 0,
    takenSince: 0,
    last: undefined,
  };
}

function someBudget(random: Random, apps: readonly LivingApp[]): Budget {
  const slots = 2 + below(random, 6 * apps.length);
  if (random() < 0.7) return { kind: 'slots', slots };
  if (random() < 0.6)
    return { kind: 'resources', total: { cpus: slots / 3, mem: 100 * slots, disk: 0, gpus: 0 } };
  const roomByApp = Object.fromEntries(apps.map(({ terms }) => [terms.id, below(random, 8)]));
  return { kind: 'cluster', roomByApp };
}

function obey(app: LivingApp, to: number, nowMs: number): void {
  const more = to - app.requested;
  app.requested = to;
  if (more < 0) {
    const unstarted = Math.min(-more, app.starting.length);
    app.starting = app.starting.slice(0, app.starting.length - unstarted);
    app.running = Math.min(app.running, to);
  }
  for (let i = 0; i < Math.min(more, 50); i++) app.starting.push(nowMs + app.startsMs * (1 + i / 10));
}

function goOn(
  random: Random,
  app: LivingApp,
  { nowMs, dtMs }: { readonly nowMs: number; readonly dtMs: number },
): LivingApp {
  const begun = app.starting.filter((atMs) => atMs <= nowMs).length;
  app.starting = app.starting.slice(begun);
  app.running = Math.min(app.requested, app.running + begun);
  for (const queue of app.queues) {
    const { perS, swing, periodS } = queue;
    const wave = 1 + swing * Math.sin((2 * Math.PI * nowMs) / 1000 / periodS);
    const come = poisson(random, (perS * wave * dtMs) / 1000);
    const done = Math.min(
      queue.waiting + queue.working,
      poisson(random, (app.running * app.serviceS * dtMs) / 1000),
    );
    queue.arrived += come;
    queue.done += done;
    const there = Math.max(0, queue.waiting + queue.working + come - done);
    const before = queue.working;
    queue.working = Math.min(there, app.running * Math.max(1, queue.held));
    queue.waiting = there - queue.working;
    queue.takenSince = Math.max(0, done + queue.working - before);
  }
  return app;
}

function lookAt(random: Random, app: LivingApp, nowMs: number): AppInput {
  const { terms, requested, running, queues } = app;
  const { observed: _, ...rest } = terms;
  const readings = queues.map((queue) => readingOf(random, queue, nowMs));
  const gone = random() < 0.004;
  const held = random() < 0.01 && { held: { instances: requested, reason: 'a person did' } };
  const order = random() < 0.01 && { override: { instances: below(random, 12), reason: 'a person said so' } };
  const blocked = gone && random() < 0.5 && { blocked: 'its image is missing' };
  const waiting = random() < 0.05 ? Math.min(1, app.starting.length) : 0;
  const seen = observed(requested, {
    id: terms.id,
    running,
    ready: Math.max(0, running - (random() < 0.02 ? 1 : 0)),
    staging: app.starting.length - waiting,
    waiting,
    waitingFor: waiting > 0 ? [{ reason: 'NoRoom', text: 'InsufficientCpus' }] : [],
    backoffMs: waiting > 0 && random() < 0.5 ? 30_000 : 0,
    tasks: Array.from({ length: Math.min(running, 20) }, (_, n) => ({
      id: `${terms.name}.${n}`,
      phase: 'running' as const,
      startedAtMs: nowMs - 1_000 * (n + 1),
    })),
  });
  return { ...rest, readings, ...(!gone && { observed: seen }), ...held, ...order, ...blocked };
}

/** Now and then a source does not answer, or tells what it told before. */
function readingOf(random: Random, queue: LivingQueue, nowMs: number): MetricReading {
  const luck = random();
  if (luck < 0.03 && queue.last !== undefined) return queue.last;
  if (luck < 0.05)
    return notRead({ sinceMs: nowMs - 2_000, ...(queue.last?.state === 'ok' && { last: queue.last }) });
  const reading = told(random, queue, nowMs);
  queue.last = reading;
  return reading;
}

function told(random: Random, queue: LivingQueue, nowMs: number): MetricReading {
  const { tells, waiting, working } = queue;
  const held = queue.held === 0 ? {} : { heldPerInstance: queue.held };
  const asOfMs = nowMs - below(random, 300);
  const split = { state: 'ok', waiting, inFlight: working, asOfMs, ...held } as const;
  switch (tells) {
    case 'total':
      return {
        state: 'ok',
        waiting: waiting + working,
        unsplit: { waitingAtLeast: Math.min(waiting, 32), restInFlight: true },
        asOfMs,
        ...held,
      };
    case 'split':
      return split;
    case 'counter':
      return { ...split, arrivedTotal: queue.arrived, completedTotal: queue.done };
    case 'taken': {
      const sinceMs = queue.last?.state === 'ok' ? queue.last.asOfMs : asOfMs - 500;
      return { state: 'ok', waiting, asOfMs, taken: { sinceMs, count: queue.takenSince }, ...held };
    }
    case 'ages': {
      const ageMs = queue.perS > 0 ? Math.min(120_000, (1000 * waiting) / queue.perS) : 0;
      const aged = waiting === 0 ? {} : { oldestAgeMs: ageMs };
      const arrivals = waiting < 3 ? {} : { arrivals: [0, 1, 2].map((n) => nowMs - ageMs + 100 * n) };
      return {
        state: 'ok',
        waiting,
        asOfMs,
        mostInstances: { count: 12, reason: 'it has 12 partitions' },
        ...aged,
        ...arrivals,
      };
    }
  }
}

function pick<T>(random: Random, from: readonly T[]): T {
  const picked = from[below(random, from.length)];
  if (picked === undefined) throw new RangeError('nothing to pick from');
  return picked;
}

function below(random: Random, n: number): number {
  return Math.floor(random() * n);
}
