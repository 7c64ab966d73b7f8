// simulator: the code that ships. `decide` is asked what the controller would ask it, and its answer is done.

import type { MetricSpec, TargetSpec } from '../../api/policy.ts';
import { inOrder } from '../../core/change-order.ts';
import { decide } from '../../core/decide.ts';
import type { AppInput, DecisionMemory } from '../../core/decision.ts';
import type { AppObservation, MetricReading } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import type { Member, QueueCount, World } from '../world/world.ts';
import type { Driver } from './law.ts';

/** How a metric source tells of a queue, and what the policy says about it. */
export interface View {
  readonly targetOf: (target: TargetSpec) => TargetSpec;
  readonly sampleOf: (count: QueueCount, atMs: number) => MetricReading;
}

/** As in the controller: a reading serves again in a round that comes this soon after it. */
const SAME_SAMPLE = 0.8;

/**
 * Rounds as the controller has them, every `intervalMs` and when an instance has started or gone: observe, decide,
 * do. A round in between makes do with the last reading.
 */
export class ShippedLaw implements Driver {
  readonly #view: View;
  readonly #targets = new Map<Member, readonly TargetSpec[]>();
  readonly #readings = new Map<Member, MetricReading>();
  #readAtMs = Number.NEGATIVE_INFINITY;
  #memory: DecisionMemory | undefined;

  constructor(view: View) {
    this.#view = view;
  }

  step(world: World): void {
    const { budget, intervalMs } = world.options;
    const ageMs = world.nowMs - this.#readAtMs;
    if (ageMs < intervalMs && !world.stirred) return;
    if (ageMs >= SAME_SAMPLE * intervalMs) this.#read(world);
    const apps = world.members.map((member) => this.#input(member));
    const decision = decide({
      budget,
      apps,
      nowMs: world.nowMs,
      ...(this.#memory !== undefined && { memory: this.#memory }),
    });
    this.#memory = decision.memory;
    const changes = decision.apps.flatMap(({ id, to, from, role }, i) => {
      const member = world.members[i];
      return member === undefined || role === 'fixed' || to === from
        ? []
        : [{ kind: 'scale' as const, app: id, member, from, to, reason: '' }];
    });
    for (const { member, to } of inOrder(changes)) world.scale(member, to);
  }

  #read(world: World): void {
    this.#readAtMs = world.nowMs;
    for (const member of world.members) {
      if (member.terms.targets.length > 0)
        this.#readings.set(member, this.#view.sampleOf(world.count(member), world.nowMs));
    }
  }

  #input(member: Member): AppInput {
    const targets = this.#targetsOf(member);
    const reading = this.#readings.get(member);
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
const SHORT: AppObservation['waitingFor'] = [{ reason: 'NoRoom', text: 'no free slot' }];
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
    waitingFor: waiting > 0 ? SHORT : NOTHING,
    backoffMs: 0,
    hasHealthChecks: false,
    tasks: NOTHING,
    operations: NOTHING,
    definition: DEFINITION,
  };
}

/** A queue whose invisible messages are not counted, and nothing is known about them. */
const VISIBLE_ONLY: MetricSpec = {
  azureStorageQueue: { queueName: 'simulated', count: 'Total', inFlightPerInstance: 1 },
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
      ...defined({ oldestInsertedAtMs: oldestAtMs }),
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
    azureStorageQueue: { queueName: 'simulated', count: 'Waiting', inFlightPerInstance },
  };
}
