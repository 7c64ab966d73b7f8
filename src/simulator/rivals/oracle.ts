// simulator: two who know what nobody can know. The causal one knows λ and μ as they are now; the clairvoyant one
// knows every arrival to come, and is the bound.

import { predictWaiting } from '../../core/law/prediction.ts';
import { STEP_MS, STEP_S } from '../curve.ts';
import type { Driver } from '../law.ts';
import { isRound } from '../rounds.ts';
import { targetMessages } from '../target.ts';
import type { Member, World } from '../world.ts';
import { carryOut } from './places.ts';

/** Sizing and dead zone are those of control.md §1 with true values in the place of estimates. */
export class OracleLaw implements Driver {
  readonly #clairvoyant: boolean;
  readonly #wanted = new Map<Member, number>();
  /** When each instance that does not serve yet was asked for. */
  readonly #asks = new Map<Member, [atMs: number, count: number][]>();

  constructor({ clairvoyant }: { readonly clairvoyant: boolean }) {
    this.#clairvoyant = clairvoyant;
  }

  step(world: World): void {
    if (!isRound(world)) return;
    for (const member of world.members)
      if (member.terms.role === 'scaled' && member.demand !== undefined)
        this.#wanted.set(member, this.#count(member, world));
    carryOut(world, this.#wanted);
  }

  #count(member: Member, world: World): number {
    const { options, k } = world;
    const { startMs, stopMs } = options.delays;
    const target = targetMessages(member, world);
    const service = options.serviceRate * (member.demand?.curve.service[k] ?? 1);
    const asked = member.instances.requested;
    const deadTimeS = (startMs + stopMs) / 1000;
    const leadS = deadTimeS + options.intervalMs / 1000;
    const horizonS = Math.max(6, 3 * leadS);
    const hurryS = Math.max(1, 0.3 * leadS);
    const arrivals = this.#arrivals(member, k, leadS);
    const later = this.#clairvoyant ? this.#arrivals(member, k + leadS / STEP_S, horizonS) : arrivals;
    const predicted = predictWaiting({
      waiting: member.queue?.waiting ?? 0,
      arrivals,
      service,
      ready: Math.min(member.instances.running, asked),
      pending: this.#pending(member, world.nowMs),
      nowMs: world.nowMs,
      deadTimeS,
      leadS,
    });
    const steered = later + Math.min(predicted - 0.6 * target, 0.4 * target) / horizonS;
    const need = Math.ceil((steered + Math.max(0, predicted - target) / hurryS) / service - 0.15);
    const end = predicted + (later - service * asked) * horizonS;
    if (end > 0.8 * target) return Math.max(asked, need);
    return end < 0.05 * target ? Math.min(asked, Math.max(0, need)) : asked;
  }

  /** Messages/s from step `from` on: what comes, or what the rate says now. */
  #arrivals({ demand }: Member, from: number, overS: number): number {
    if (demand === undefined) return 0;
    if (!this.#clairvoyant) return demand.curve.rate[Math.round(from)] ?? 0;
    const first = Math.round(from) + 1;
    const steps = Math.max(1, Math.round(overS / STEP_S));
    let sum = 0;
    for (let k = first; k < first + steps; k++)
      sum += demand.arrivals[Math.min(k, demand.arrivals.length - 1)] ?? 0;
    return sum / (steps * STEP_S);
  }

  #pending(member: Member, nowMs: number): readonly (readonly [number, number])[] {
    const { requested, running } = member.instances;
    const asks = this.#asks.get(member) ?? [];
    this.#asks.set(member, asks);
    let surplus = asks.reduce((sum, [, n]) => sum + n, 0) - Math.max(0, requested - running);
    if (surplus < 0) asks.push([nowMs - STEP_MS, -surplus]);
    for (let oldest = asks[0]; oldest !== undefined && surplus > 0; oldest = asks[0]) {
      const served = Math.min(surplus, oldest[1]);
      oldest[1] -= served;
      surplus -= served;
      if (oldest[1] === 0) asks.shift();
    }
    return asks;
  }
}
