// simulator: the code that ships. `decide` is asked what the controller would ask it, and its answer is done.

import type { MetricSpec, TargetSpec } from '../api/policy.ts';
import { decide } from '../core/decide.ts';
import type { AppInput, DecisionMemory } from '../core/decision.ts';
import type { AppObservation, MetricReading } from '../core/observation.ts';
import type { Driver } from './law.ts';
import { isRound } from './rounds.ts';
import type { Member, QueueCount, World } from './world.ts';

/** How a metric source tells of a queue, and what the policy says about it. */
export interface View {
  readonly targetOf: (target: TargetSpec) => TargetSpec;
  readonly sampleOf: (count: QueueCount, atMs: number) => MetricReading;
}

/** Rounds as the controller has them, every `intervalMs`: observe, decide, do. */
export class ShippedLaw implements Driver {
  readonly #view: View;
  readonly #targets = new Map<Member, readonly TargetSpec[]>();
  #memory: DecisionMemory | undefined;

  constructor(view: View) {
    this.#view = view;
  }

  step(world: World): void {
    if (!isRound(world)) return;
    const { budget } = world.options;
    const apps = world.members.map((member) => this.#input(member, world));
    const decision = decide({
      budget,
      apps,
      nowMs: world.nowMs,
      ...(this.#memory !== undefined && { memory: this.#memory }),
    });
    this.#memory = decision.memory;
    const changes = decision.apps.flatMap(({ to, from, role }, i) => {
      const member = world.members[i];
      return member === undefined || role === 'fixed' || to === from
        ? []
        : [{ member, to, delta: to - from }];
    });
    for (const { member, to, delta } of changes) if (delta < 0) world.scale(member, to);
    for (const { member, to, delta } of changes) if (delta > 0) world.scale(member, to);
  }

  #input(member: Member, world: World): AppInput {
    const targets = this.#targetsOf(member);
    const reading = targets.length === 0 ? undefined : this.#view.sampleOf(world.count(member), world.nowMs);
    return {
      ...member.terms,
      targets,
      readings: reading === undefined ? [] : targets.map(() => reading),
      observed: observationOf(member),
    };
  }

  #targetsOf(member: Member): readonly TargetSpec[] {
    let targets = this.#targets.get(member);
    if (targets === undefined) {
      targets = member.terms.targets.map(this.#view.targetOf);
      this.#targets.set(member, targets);
    }
    return targets;
  }
}

const NOTHING: readonly never[] = [];
const SHORT: readonly string[] = ['InsufficientCpus'];
const DEFINITION = {};

function observationOf({ terms, instances }: Member): AppObservation {
  const { requested, running, staging, killing, waiting } = instances;
  return {
    id: terms.id,
    requested,
    running,
    staging,
    killing,
    unreachable: 0,
    ready: running,
    waiting,
    waitingReasons: waiting > 0 ? SHORT : NOTHING,
    backoffMs: 0,
    hasHealthChecks: false,
    tasks: NOTHING,
    deployments: NOTHING,
    definition: DEFINITION,
  };
}

/** A queue whose invisible messages are not counted, and nothing is known about them. */
const VISIBLE_ONLY: MetricSpec = {
  azureStorageQueue: { queueName: { value: 'simulated' }, count: 'Total', inFlightPerInstance: 1 },
};

const PEEK = 32;

export const VIEWS = {
  /** As the policy says, read as the Azure source reads: a count of all messages and a peek at up to 32. */
  policy: {
    targetOf: (target) => target,
    sampleOf: ({ total, waiting, oldestAtMs }, atMs) => ({
      state: 'ok',
      value: total,
      atMs,
      ...(waiting < PEEK ? { visible: waiting } : { visibleAtLeast: PEEK }),
      ...(oldestAtMs !== undefined && { oldestInsertedAtMs: oldestAtMs }),
    }),
  },
  queue: {
    targetOf: (target) => fluid(target, VISIBLE_ONLY),
    sampleOf: ({ waiting }, atMs) => ({ state: 'ok', value: waiting, atMs }),
  },
  inFlight: {
    targetOf: (target) => fluid(target, waitingOf(target)),
    sampleOf: ({ total }, atMs) => ({ state: 'ok', value: total, atMs }),
  },
  counters: {
    targetOf: (target) => fluid(target, waitingOf(target)),
    sampleOf: ({ total, arrived }, atMs) => ({ state: 'ok', value: total, arrivedTotal: arrived, atMs }),
  },
} as const satisfies Readonly<Record<string, View>>;

function fluid(target: TargetSpec, metric: MetricSpec): TargetSpec {
  return { ...target, metric, algorithm: { ...target.algorithm, type: 'Fluid' } };
}

/** A count of all messages, from which those in flight are to be derived. */
function waitingOf({ metric }: TargetSpec): MetricSpec {
  const inFlightPerInstance = metric.azureStorageQueue?.inFlightPerInstance ?? 1;
  return {
    azureStorageQueue: { queueName: { value: 'simulated' }, count: 'Waiting', inFlightPerInstance },
  };
}
