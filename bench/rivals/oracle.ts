// bench: two laws that know what cannot be known. The causal one knows λ and μ as they are now; the clairvoyant one
// knows every arrival to come, and is the bound.

import { type Extremes, keepLargest } from '../../src/core/demand/history.ts';
import type { Driver } from '../../src/simulator/law/law.ts';
import { STEP_S } from '../../src/simulator/load/curve.ts';
import { targetMessages } from '../../src/simulator/target.ts';
import type { Member, World } from '../../src/simulator/world/world.ts';
import { followAsks } from './asks.ts';
import { predictWaiting } from './outlook.ts';
import { carryOut } from './places.ts';
import { isRound } from './rounds.ts';

/** Where the queue is to be, as a share of the target; further below it where chance moves the queue by more. */
const AIM = 0.3;
const MARGIN = 3;
/** How far the predicted queue may be from there until something is done, as shares of the target. */
const UP_ABOVE = 0.3;
const DOWN_BELOW = 0.6;
/** The time in which the queue is to be where it should. */
const HORIZON_S = 6;
/** Beyond the dead time, this far ahead arrivals are known to the clairvoyant. */
const FORESIGHT_S = 4;
const HOLD_MS = 8_000;
const ROUNDING = 0.15;

/**
 * need = [λ + (q_p − a)/H] / μ with true λ and μ, with q_p, the queue at the end of the dead time d, and the aim
 * a = min(0.3·T, T − 3·√(1.5·λ·d)), three deviations of what chance adds in d (Poisson arrivals, and half as much for
 * the work). Up when the queue would otherwise end above a + 0.3·T, down when it would end below a − 0.6·T, and then
 * to the largest need of the last 8 s. Rule and constants are the best of a search over seeds 1 to 3 of the synthetic
 * sets: an oracle that could easily be beaten would be no measure.
 */
export class OracleLaw implements Driver {
  readonly #clairvoyant: boolean;
  readonly #minds = new Map<Member, Mind>();

  constructor({ clairvoyant }: { readonly clairvoyant: boolean }) {
    this.#clairvoyant = clairvoyant;
  }

  step(world: World): void {
    if (!isRound(world)) return;
    const wanted = new Map<Member, number>();
    for (const member of world.members) {
      if (member.terms.role !== 'scaled' || member.demand === undefined) continue;
      const mind = this.#minds.get(member) ?? { asks: [], needs: [] };
      this.#minds.set(member, mind);
      wanted.set(member, this.#count(member, mind, world));
    }
    carryOut(world, wanted);
  }

  #count(member: Member, mind: Mind, world: World): number {
    const { options, nowMs } = world;
    const asked = member.instances.requested;
    const target = targetMessages(member, world);
    const service = options.serviceRate * (member.demand?.curve.service[world.k] ?? 1);
    const deadTimeS = (options.delays.startMs + options.delays.stopMs) / 1000;
    const later = this.#arrivals(member, world.k, { fromS: deadTimeS, toS: deadTimeS + FORESIGHT_S });
    const predicted = predictWaiting({
      waiting: member.queue?.waiting ?? 0,
      arrivals: this.#arrivals(member, world.k, { fromS: 0, toS: deadTimeS }),
      service,
      ready: Math.min(member.instances.running, asked),
      pending: followAsks(mind.asks, member, nowMs),
      nowMs,
      deadTimeS,
      leadS: deadTimeS,
    });
    const chance = Math.sqrt(1.5 * later * deadTimeS);
    const aim = Math.min(AIM * target, target - MARGIN * chance);
    const need = (later + (predicted - aim) / HORIZON_S) / service;
    mind.needs = keepLargest(mind.needs, [nowMs, Math.max(0, Math.ceil(need))], HOLD_MS);
    const end = predicted + (later - service * asked) * HORIZON_S;
    if (end > aim + UP_ABOVE * target) return Math.max(asked, Math.ceil(need - ROUNDING));
    return end < aim - DOWN_BELOW * target ? Math.min(asked, mind.needs[1] ?? asked) : asked;
  }

  /** Messages/s from `fromS` to `toS` from now: what comes, or what the rate says now. */
  #arrivals({ demand }: Member, now: number, { fromS, toS }: { fromS: number; toS: number }): number {
    if (demand === undefined) return 0;
    const { curve, arrivals } = demand;
    const overS = toS - fromS;
    const steps = Math.round(overS / STEP_S);
    if (!this.#clairvoyant || steps === 0) return curve.rate[now] ?? 0;
    const first = now + Math.round(fromS / STEP_S) + 1;
    let sum = 0;
    for (let k = first; k < first + steps; k++) sum += arrivals[Math.min(k, curve.steps - 1)] ?? 0;
    return sum / overS;
  }
}

interface Mind {
  /** When each instance that does not serve yet was asked for. */
  readonly asks: [atMs: number, count: number][];
  needs: Extremes;
}
