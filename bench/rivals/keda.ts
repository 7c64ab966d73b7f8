// bench: KEDA with the HorizontalPodAutoscaler: one count per so many messages, behind windows and limits.

import type { Driver } from '../../src/simulator/law/law.ts';
import { STEP_MS } from '../../src/simulator/load/curve.ts';
import type { Member, World } from '../../src/simulator/world/world.ts';
import { carryOut } from './places.ts';

export interface KedaOptions {
  /** Messages per instance, `queueLength` of KEDA's azure-queue scaler. */
  readonly perInstance: number;
  /** How often the queue is counted, ms. */
  readonly pollingMs: number;
  /** How often the autoscaler decides, ms. */
  readonly syncMs: number;
  readonly tolerance: number;
  /** Scaling down follows the highest recommendation of so long, ms. */
  readonly downWindowMs: number;
  /** At most double, or so many more, in each sync; Infinity for no limit. */
  readonly upAtLeast: number;
}

/** The defaults of KEDA and of the HorizontalPodAutoscaler's behavior. */
export const KEDA_DEFAULT: KedaOptions = {
  perInstance: 5,
  pollingMs: 30_000,
  syncMs: 15_000,
  tolerance: 0.1,
  downWindowMs: 300_000,
  upAtLeast: 4,
};

/** As quick as it can be set: both clocks at 5 s, no limit upwards, a minute's window downwards. */
export const KEDA_AGGRESSIVE: KedaOptions = {
  ...KEDA_DEFAULT,
  pollingMs: 5_000,
  syncMs: 5_000,
  downWindowMs: 60_000,
  upAtLeast: Number.POSITIVE_INFINITY,
};

/** The autoscaler of one app. */
export class Autoscaler {
  readonly #options: KedaOptions;
  #recommendations: { readonly atMs: number; readonly count: number }[] = [];

  constructor(options: KedaOptions) {
    this.#options = options;
  }

  /** @returns the count to ask for, given the one asked for now */
  sync(messages: number, current: number, nowMs: number): number {
    const { perInstance, tolerance, downWindowMs, upAtLeast } = this.#options;
    const usage = messages / (perInstance * Math.max(1, current));
    const within = Math.abs(usage - 1) <= tolerance;
    const recommended = within ? current : Math.ceil(messages / perInstance);
    this.#recommendations = this.#recommendations.filter(({ atMs }) => atMs > nowMs - downWindowMs);
    this.#recommendations.push({ atMs: nowMs, count: recommended });
    if (recommended > current) return Math.min(recommended, Math.max(2 * current, current + upAtLeast));
    const highest = Math.max(...this.#recommendations.map(({ count }) => count));
    return Math.min(current, highest);
  }
}

export class KedaLaw implements Driver {
  readonly #options: KedaOptions;
  readonly #scalers = new Map<Member, Autoscaler>();
  readonly #counted = new Map<Member, number>();
  readonly #wanted = new Map<Member, number>();

  constructor(options: KedaOptions) {
    this.#options = options;
  }

  step(world: World): void {
    const { pollingMs, syncMs } = this.#options;
    const atMs = world.k * STEP_MS;
    const scaled = world.members.filter(({ terms }) => terms.role === 'scaled');
    if (atMs % pollingMs < STEP_MS)
      for (const member of scaled) this.#counted.set(member, world.count(member).waiting);
    if (atMs % syncMs >= STEP_MS) return;
    for (const member of scaled) {
      const scaler = this.#scalers.get(member) ?? new Autoscaler(this.#options);
      this.#scalers.set(member, scaler);
      const { min, max } = member.terms;
      const wanted = scaler.sync(this.#counted.get(member) ?? 0, member.instances.requested, world.nowMs);
      this.#wanted.set(member, Math.min(max, Math.max(min, wanted)));
    }
    carryOut(world, this.#wanted);
  }
}
