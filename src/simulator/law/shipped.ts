// simulator: the code that ships. `decide` is asked what the controller would ask it, and its answer is done.

import type { TargetSpec } from '../../api/policy.ts';
import { inOrder } from '../../core/change-order.ts';
import { decide } from '../../core/decide.ts';
import type { AppInput, Decision } from '../../core/decision.ts';
import type { AppObservation, MetricReading, MetricSample } from '../../core/observation.ts';
import { metricSources } from '../../metric-sources/registry.ts';
import type { KnownQueue } from '../../metric-sources/source.ts';
import type { Member, World } from '../world/world.ts';
import type { Driver } from './law.ts';

/** How a metric source tells of a queue, and what the policy says about it. */
export interface View {
  readonly targetOf: (target: TargetSpec) => TargetSpec;
  readonly sampleOf: (queue: KnownQueue, target: TargetSpec, before?: KnownQueue) => MetricReading;
}

export interface Before {
  readonly decision: Decision;
  readonly readAtMs: number;
  /** By app id: they serve until the next are due. */
  readonly readings: ReadonlyMap<string, readonly MetricReading[]>;
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
  readonly #readings = new Map<Member, readonly MetricReading[]>();
  readonly #queues = new Map<Member, KnownQueue>();
  #readAtMs = Number.NEGATIVE_INFINITY;
  #last: Decision | undefined;
  readonly #before: Before['readings'] | undefined;

  /** @param before what was decided and read before the first step; absent: nothing was */
  constructor(view: View, before?: Before) {
    this.#view = view;
    if (before === undefined) return;
    this.#last = before.decision;
    this.#readAtMs = before.readAtMs;
    this.#before = before.readings;
  }

  /** What was decided last. */
  get last(): Decision | undefined {
    return this.#last;
  }

  /** When the queues were counted last. */
  get readAtMs(): number {
    return this.#readAtMs;
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
      ...(this.#last !== undefined && { memory: this.#last.memory }),
    });
    this.#last = decision;
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
      if (member.terms.targets.length === 0) continue;
      const queue = world.count(member);
      const before = this.#queues.get(member);
      this.#queues.set(member, queue);
      const readings = member.terms.targets.map((target) => this.#view.sampleOf(queue, target, before));
      this.#readings.set(member, readings);
    }
  }

  #input(member: Member): AppInput {
    const targets = this.#targetsOf(member);
    return {
      ...member.terms,
      targets,
      readings: this.#readings.get(member) ?? this.#before?.get(member.terms.id) ?? NOTHING,
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

export const VIEWS = {
  /** As the policy says, read as its metric source reads. */
  policy: {
    targetOf: (target) => target,
    sampleOf: (queue, { metric }, before) => metricSources.seen(metric, queue, before),
  },
  /** What waits, and nothing is known about the rest. */
  queue: {
    targetOf: fluid,
    sampleOf: ({ waiting, asOfMs }) => ({ state: 'ok', waiting, asOfMs }),
  },
  inFlight: { targetOf: fluid, sampleOf: total },
  /** All that its metric source tells. */
  source: {
    targetOf: fluid,
    sampleOf: (queue, { metric }, before) => metricSources.seen(metric, queue, before),
  },
  counters: {
    targetOf: fluid,
    sampleOf: (queue, target) => ({ ...total(queue, target), arrivedTotal: queue.arrived }),
  },
} as const satisfies Readonly<Record<string, View>>;

function fluid(target: TargetSpec): TargetSpec {
  return { ...target, algorithm: { ...target.algorithm, type: 'Fluid' } };
}

/** A count of all messages, from which those in flight are to be derived. */
function total({ total: waiting, asOfMs }: KnownQueue, { metric }: TargetSpec): MetricSample {
  const heldPerInstance = metricSources.heldPerInstance(metric);
  const unsplit = { waitingAtLeast: 0, restInFlight: true };
  return { state: 'ok', asOfMs, waiting, unsplit, heldPerInstance };
}
