// simulator: the part of a replay after another count was asked for: the recorded arrivals meet modelled instances.

import { inOrder } from '../../core/change-order.ts';
import type { AppInput, Decision } from '../../core/decision.ts';
import type { MetricSample } from '../../core/observation.ts';
import { type Before, ShippedLaw, type View } from '../law/shipped.ts';
import { STEP_MS } from '../load/curve.ts';
import type { Demand } from '../load/demand.ts';
import { Queue } from '../world/queue.ts';
import { World, type WorldApp } from '../world/world.ts';
import type { Question } from './candidate.ts';
import { likeRecorded, lookAt } from './inference.ts';

/** What is known of one app's work. */
export interface Work {
  readonly perS: number;
  /** From the first step of the whole replay on. */
  readonly demand: Demand;
  /** The reading that tells most of those that were recorded. */
  readonly template: MetricSample;
}

export interface ModelOptions {
  readonly question: Question;
  /** What was decided from it: done first. */
  readonly decision: Decision;
  /** Monotonic. */
  readonly atMs: number;
  /** The step in which it begins, and how many there are. */
  readonly from: number;
  readonly steps: number;
  readonly intervalMs: number;
  readonly delays: { readonly startMs: number; readonly stopMs: number };
  readonly metricAgeMs: number;
  readonly work: ReadonlyMap<string, Work>;
}

export interface ModelRun {
  readonly world: World;
  readonly last: Decision;
}

export function runModel(options: ModelOptions): ModelRun {
  const { question, decision, atMs, from, steps, intervalMs, delays, work } = options;
  const serviceRate = [...work.values()][0]?.perS ?? 1;
  const world = new World({
    apps: question.apps.map((app) => worldApp(app, work.get(app.id), { from, serviceRate })),
    budget: question.budget,
    spare: 0,
    delays,
    serviceRate,
    serviceSpread: 0,
    metricAgeMs: options.metricAgeMs,
    metricError: 0,
    intervalMs,
    steps: Math.max(1, steps - from),
    fromMs: atMs,
  });
  const law = new ShippedLaw(viewOf(options), { decision, readAtMs: atMs, readings: readingsIn(question) });
  const changes = decision.apps.flatMap(({ id, to, from: was, role }) =>
    role === 'fixed' || to === was ? [] : [{ kind: 'scale' as const, app: id, from: was, to, reason: '' }],
  );
  for (const { app, to } of inOrder(changes)) {
    const member = world.members.find(({ terms }) => terms.id === app);
    if (member !== undefined) world.scale(member, to);
  }
  while (!world.isOver) {
    world.step();
    law.step(world);
  }
  return { world, last: law.last ?? decision };
}

function worldApp(
  app: AppInput,
  work: Work | undefined,
  { from, serviceRate }: { readonly from: number; readonly serviceRate: number },
): WorldApp {
  const {
    readings: _readings,
    observed,
    held: _held,
    override: _override,
    blocked: _blocked,
    ...terms
  } = app;
  const { requested = 0, running = 0, staging = 0, killing = 0 } = observed ?? {};
  const heldPerInstance = work?.template.heldPerInstance ?? 1;
  return {
    terms,
    initial: running,
    standing: { requested, running, staging, killing },
    heldPerInstance,
    ...(work !== undefined && {
      demand: cut(work.demand, from),
      queue: (demand: Demand) =>
        new Queue(demand, {
          serviceRate,
          serviceSpread: 0,
          heldPerInstance,
          initial: Math.round(lookAt(app)?.total ?? 0),
        }),
    }),
  };
}

export function cut({ curve, arrivals, luck, error }: Demand, from: number): Demand {
  return {
    curve: {
      steps: curve.steps - from,
      rate: curve.rate.subarray(from),
      service: curve.service.subarray(from),
    },
    arrivals: arrivals.subarray(from),
    luck: luck.subarray(from),
    error: error.subarray(from),
  };
}

function readingsIn({ apps }: Question): Before['readings'] {
  return new Map(apps.map(({ id, readings }) => [id, readings]));
}

/** Readings as the recorded source would give them, with its counters going on. */
function viewOf({ question, work }: ModelOptions): View {
  const known = new Map(
    question.apps.flatMap((app) => {
      const own = work.get(app.id);
      const look = lookAt(app);
      if (own === undefined) return [];
      const total = Math.round(look?.total ?? 0);
      const base = { arrived: (look?.arrived ?? 0) - total, completed: look?.completed ?? 0 };
      return app.targets.map((target) => [target, { template: own.template, base }] as const);
    }),
  );
  return {
    targetOf: (target) => target,
    sampleOf: (queue, target) => {
      const found = known.get(target);
      return found === undefined
        ? { state: 'unavailable', reason: 'this metric was not recorded', sinceMs: queue.asOfMs }
        : likeRecorded(found.template, queue, found.base);
    },
  };
}

/** The step that a time is in. */
export function stepOf(atMs: number, fromMs: number): number {
  return Math.max(0, Math.floor((atMs - fromMs) / STEP_MS));
}
