// bench: somebody who knows the service rate and the dead time and has counted every arrival so far, but knows no rate
// of arrivals: what a law could reach that learns everything else at once.

import { type Extremes, keepLargest } from '../../src/core/demand/history.ts';
import type { Driver } from '../../src/simulator/law/law.ts';
import { targetMessages } from '../../src/simulator/target.ts';
import type { Member, World } from '../../src/simulator/world/world.ts';
import { followAsks } from './asks.ts';
import { predictWaiting } from './outlook.ts';
import { carryOut } from './places.ts';
import { isRound } from './rounds.ts';

export interface SeenOptions {
  /** Arrivals are averaged over this long … */
  readonly windowS: number;
  /** … or over so many polls, or until so many came, if that is longer … */
  readonly windowPolls: number;
  readonly windowMessages: number;
  /** … unless the newest ones differ from it by so many deviations: then only they count. */
  readonly changeAt: number;
  /** Where the queue is to be, as a share of the target; further below it where chance moves the queue by more. */
  readonly aim: number;
  readonly margin: number;
  /** How far the predicted queue may be from there until something is done, as shares of the target. */
  readonly upAbove: number;
  readonly downBelow: number;
  /** The time in which the queue is to be where it should, and at least so many dead times. */
  readonly horizonS: number;
  readonly horizonLeads: number;
  /** … and so many times the work of one message. */
  readonly horizonServices: number;
  /** How long a lower need must last, and at least so many dead times. */
  readonly holdS: number;
  readonly holdLeads: number;
  readonly rounding: number;
}

/**
 * The best that a search found on 69 cells of the fast suite (seed 2, those up to a scale of 120 s, six loads), compared by
 * R − 2·V: an oracle that could easily be beaten would be no measure.
 */
const SEEN: SeenOptions = {
  windowS: 20,
  windowPolls: 1.5,
  windowMessages: 170,
  changeAt: 4,
  aim: 0.25,
  margin: 1.2,
  upAbove: 0.18,
  downBelow: 0.27,
  horizonS: 3,
  horizonLeads: 1,
  horizonServices: 1.4,
  holdS: 2.7,
  holdLeads: 1.6,
  rounding: 0.18,
};

export class SeenLaw implements Driver {
  readonly #options: SeenOptions;
  readonly #minds = new Map<Member, Mind>();

  constructor(options: SeenOptions = SEEN) {
    this.#options = options;
  }

  step(world: World): void {
    if (!isRound(world)) return;
    const wanted = new Map<Member, number>();
    for (const member of world.members) {
      if (member.terms.role !== 'scaled' || member.demand === undefined) continue;
      const mind = this.#minds.get(member) ?? { asks: [], needs: [], counts: [] };
      this.#minds.set(member, mind);
      wanted.set(member, this.#count(member, mind, world));
    }
    carryOut(world, wanted);
  }

  #count(member: Member, mind: Mind, world: World): number {
    const o = this.#options;
    const { options, nowMs } = world;
    const asked = member.instances.requested;
    const target = targetMessages(member, world);
    const service = options.serviceRate * (member.demand?.curve.service[world.k] ?? 1);
    const deadTimeS = (options.delays.startMs + options.delays.stopMs) / 1000;
    const leadS = deadTimeS + options.intervalMs / 1000;
    const arrivals = this.#arrivals(mind, member, world);
    const predicted = predictWaiting({
      waiting: member.queue?.waiting ?? 0,
      arrivals,
      service,
      ready: Math.min(member.instances.running, asked),
      pending: followAsks(mind.asks, member, nowMs),
      nowMs,
      deadTimeS,
      leadS,
    });
    const horizonS = Math.max(o.horizonS, o.horizonLeads * leadS, o.horizonServices / service);
    const aim = Math.min(o.aim * target, target - o.margin * Math.sqrt(1.5 * arrivals * leadS));
    const need = (arrivals + (predicted - aim) / horizonS) / service;
    const holdMs = 1000 * Math.max(o.holdS, o.holdLeads * leadS);
    mind.needs = keepLargest(mind.needs, [nowMs, Math.max(0, Math.ceil(need))], holdMs);
    const end = predicted + (arrivals - service * asked) * horizonS;
    if (end > aim + o.upAbove * target) return Math.max(asked, Math.ceil(need - o.rounding));
    return end < aim - o.downBelow * target ? Math.min(asked, mind.needs[1] ?? asked) : asked;
  }

  /** Messages/s, of what was counted since the last change. */
  #arrivals({ counts }: Mind, { series }: Member, { k, options }: World): number {
    const { windowS, windowPolls, windowMessages } = this.#options;
    const pollS = options.intervalMs / 1000;
    const total = series.arrived[k] ?? 0;
    const newest = total - (counts.at(-1)?.total ?? 0);
    counts.push({ total, arrived: newest, overS: counts.length === 0 ? 0.1 : pollS });
    forget(counts, Math.max(windowS, windowPolls * pollS), windowMessages);
    counts.splice(0, changeIn(counts, this.#options.changeAt));
    return rateOf(counts);
  }
}

/** Drops the oldest as long as the rest still reaches over the span and has so many messages. */
function forget(counts: Counted[], spanS: number, messages: number): void {
  let { arrived, overS } = sumOf(counts);
  let old = 0;
  for (; old < counts.length - 1; old++) {
    arrived -= counts[old]?.arrived ?? 0;
    overS -= counts[old]?.overS ?? 0;
    if (overS < spanS || arrived < messages) break;
  }
  counts.splice(0, old);
}

/** Where the latest counts begin to differ from all before them by most, if by so many deviations; 0 if they do not. */
function changeIn(counts: readonly Counted[], deviations: number): number {
  const all = sumOf(counts);
  const before = { arrived: 0, overS: 0 };
  let at = 0;
  let most = deviations;
  for (let i = 1; i < counts.length; i++) {
    before.arrived += counts[i - 1]?.arrived ?? 0;
    before.overS += counts[i - 1]?.overS ?? 0;
    const afterS = all.overS - before.overS;
    const expected = (before.arrived / before.overS) * afterS;
    const variance = expected * (1 + afterS / before.overS) + 1;
    const z = Math.abs(all.arrived - before.arrived - expected) / Math.sqrt(variance);
    if (z > most) {
      most = z;
      at = i;
    }
  }
  return at;
}

interface Counted {
  readonly total: number;
  readonly arrived: number;
  readonly overS: number;
}

interface Mind {
  /** When each instance that does not serve yet was asked for. */
  readonly asks: [atMs: number, count: number][];
  needs: Extremes;
  readonly counts: Counted[];
}

function sumOf(counts: readonly Counted[]): { readonly arrived: number; readonly overS: number } {
  let arrived = 0;
  let overS = 0;
  for (const count of counts) {
    arrived += count.arrived;
    overS += count.overS;
  }
  return { arrived, overS };
}

function rateOf(counts: readonly Counted[]): number {
  const { arrived, overS } = sumOf(counts);
  return overS === 0 ? 0 : arrived / overS;
}
