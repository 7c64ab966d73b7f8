// core: a decision in words: the last steps, what limited it, and one sentence with its numbers.

import { spanText } from '../api/words/figures.ts';
import { byName } from './allocation/max-min-share.ts';
import { isBlocked, isHeld, isRest } from './allocation/pool.ts';
import { whyKept } from './allocation/preemption.ts';
import type { Allocation } from './allocation.ts';
import type { AppDecision, AppInput, LimitedBy } from './decision.ts';
import { type Shortage, shortageIn } from './demand/launches/launch-trouble.ts';
import { withStep } from './demand/steps.ts';
import type { AppDemand } from './demand.ts';
import { count } from './numbers.ts';

/** Says who holds what an app did not get. */
export type Blockers = (allocation: Allocation) => string;

/** At most so many holders are named. */
const NAMED = 2;

/** Looks at the pool once, so that many limited apps cost no more than one. */
export function blockersIn(allocations: readonly Allocation[]): Blockers {
  let largest: readonly Allocation[] | undefined;
  const known = new Map<number, string>();
  return (allocation) => {
    // One more than are named: the app itself may be among them.
    largest ??= largestOf(allocations, NAMED + 1);
    const { app } = allocation.demand;
    if (largest.includes(allocation)) return blockersOf(app, largest);
    // The others are told the same, priority by priority.
    const told = known.get(app.priority) ?? blockersOf(app, largest);
    known.set(app.priority, told);
    return told;
  };
}

function blockersOf(app: AppInput, largest: readonly Allocation[]): string {
  let named = 0;
  let words = '';
  for (const other of largest) {
    if (other.demand.app.id === app.id || other.granted <= 0) continue;
    words += `${named === 0 ? '' : ', '}${blocker(app, other)}`;
    if (++named === NAMED) break;
  }
  return named === 0 ? 'the budget has no more' : words;
}

function largestOf(allocations: readonly Allocation[], n: number): readonly Allocation[] {
  const largest: Allocation[] = [];
  for (const allocation of allocations) {
    const last = largest.at(-1);
    // Most are not among the largest.
    if (last !== undefined && largest.length === n && !before(allocation, last)) continue;
    const at = largest.findIndex((other) => before(allocation, other));
    largest.splice(at < 0 ? largest.length : at, 0, allocation);
    if (largest.length > n) largest.pop();
  }
  return largest;
}

/** Most instances first, then by name: the order of apps is irrelevant for words too. */
function before(a: Allocation, b: Allocation): boolean {
  return a.granted === b.granted ? byName(a.demand.app.id, b.demand.app.id) < 0 : a.granted > b.granted;
}

function keeperOf({ start }: AppDemand): string {
  return whyKept(start.preemption, start.nowMs, start);
}

function blocker(app: AppInput, { demand: other, granted }: Allocation): string {
  const { name, priority } = other.app;
  if (isHeld(other.app)) return `${name} is held at ${granted}`;
  if (priority < app.priority) return `${name} (priority ${priority}) has ${granted}`;
  if (granted <= other.min) return `${name} keeps its minimum of ${granted}`;
  if (granted <= other.keeps) return `${name} keeps ${granted} for now by ${keeperOf(other)}`;
  return priority === app.priority ? `its equal ${name} has ${granted}` : `${name} has ${granted}`;
}

/** Says for whose sake a remainder does not grow, where that is so. */
export type Lenders = (allocation: Allocation) => string | undefined;

export function lendersIn(allocations: readonly Allocation[]): Lenders {
  let names: readonly string[] | undefined;
  return ({ demand, granted }) => {
    if (!isRest(demand.app) || granted >= demand.wanted) return undefined;
    names ??= allocations
      .filter((other) => other.demand.unknown)
      .map((other) => other.demand.app.name)
      .sort(byName);
    const grows = granted > Math.max(demand.min, demand.requested);
    if (names.length === 0 || grows || granted < demand.requested) return undefined;
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    return `nothing is lent while the need of ${names.slice(0, NAMED).join(', ')}${more} is not known`;
  };
}

/** Says what the cluster has no room for, where that is what an app lacks. */
export type Shortages = (allocation: Allocation) => string | undefined;

type NamedShortage = Shortage & Pick<AppInput, 'id' | 'name'>;

export function shortagesIn(allocations: readonly Allocation[]): Shortages {
  let all: readonly NamedShortage[] | undefined;
  return (allocation) => {
    all ??= shortOf(allocations);
    if (all.length === 0) return undefined;
    const lost = allocation.withRoom > allocation.granted;
    const named = all.filter(({ id }) => lost || (id === allocation.demand.app.id && isWaiting(allocation)));
    if (named.length === 0) return undefined;
    const words = named.slice(0, NAMED).map(({ id, name, instances, reasons, againMs }) => {
      const whose = id === allocation.demand.app.id ? '' : ` of ${name}`;
      const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
      return `for ${instances}${whose}${why}, tried again in ${spanText(againMs)}`;
    });
    return `the cluster has no room ${words.join(', and ')}`;
  };
}

/** Most apps lack nothing. */
function shortOf(allocations: readonly Allocation[]): readonly NamedShortage[] {
  const all: NamedShortage[] = [];
  for (const { demand } of allocations) {
    const { app, trouble, start } = demand;
    const short = shortageIn(trouble, start.nowMs);
    if (short !== undefined) all.push({ ...short, id: app.id, name: app.name });
  }
  return all.sort((a, b) => byName(a.id, b.id));
}

function isWaiting({ demand }: Allocation): boolean {
  return (demand.app.observed?.waiting ?? 0) > 0;
}

export interface Explanation extends Pick<AppDecision, 'steps' | 'summary'> {
  readonly limitedBy: LimitedBy | undefined;
}

/**
 * `summary` reads like "wanted 9: 400 waiting, 42/s arriving, 5/s per instance; granted 8: background keeps its
 * minimum of 2; asks for 6 now, 2 more once their slots are free".
 */
export function explain(
  allocation: Allocation,
  { blockers, shortages, lenders }: { blockers: Blockers; shortages: Shortages; lenders: Lenders },
): Explanation {
  const { demand, wanted, granted, to } = allocation;
  if (isBlocked(demand.app)) return blocked(allocation);
  let { steps } = demand;
  let summary = opening(allocation);
  const isRemainder = isRest(demand.app);
  const short = shortages(allocation);
  if (isRemainder) {
    const after = short === undefined ? granted : allocation.withRoom;
    steps = withStep(steps, {
      rule: 'remainder',
      before: demand.requested,
      after,
      reason: demand.draft.reason,
    });
  }
  const unlent = lenders(allocation);
  if (unlent !== undefined) {
    steps = withStep(steps, { rule: 'lending', before: granted, after: granted, reason: unlent });
    summary += `; ${unlent}`;
  }
  if (short !== undefined) {
    const [before, after] = isRemainder ? [allocation.withRoom, granted] : [granted, aliveOf(demand)];
    steps = withStep(steps, { rule: 'cluster', before, after, reason: short });
    summary += `; ${short}`;
  }
  if (granted !== wanted) {
    const rule = granted < wanted ? 'capacity' : 'preemption';
    const reason = granted < wanted ? blockers(allocation) : `kept for now by ${keeperOf(demand)}`;
    steps = withStep(steps, { rule, before: wanted, after: granted, reason });
    summary += `; granted ${granted}: ${reason}`;
  }
  if (to < granted) {
    const missing = granted - to;
    const reason = `${missing} more once ${missing === 1 ? 'its slot is' : 'their slots are'} free`;
    steps = withStep(steps, { rule: 'handover', before: granted, after: to, reason });
    summary += `; asks for ${to} now, ${reason}`;
  }
  return { steps, summary, limitedBy: limitOf(allocation, short !== undefined) };
}

function aliveOf({ app }: AppDemand): number {
  return count(app.observed?.running ?? 0) + count(app.observed?.staging ?? 0);
}

function blocked({ demand, wanted, granted }: Allocation): Explanation {
  const { reason } = demand.draft;
  const step = { rule: 'creation', before: wanted, after: granted, reason } as const;
  return {
    steps: withStep(demand.steps, step),
    summary: `cannot be created: ${reason}`,
    limitedBy: 'creation',
  };
}

function opening({ demand, wanted, granted }: Allocation): string {
  const { law, reason } = demand.draft;
  if (isHeld(demand.app)) return `kept at ${granted}: ${reason}`;
  if (isRest(demand.app)) return `gets ${granted}: ${reason}`;
  return law === wanted ? `wanted ${wanted}: ${reason}` : `wanted ${wanted}: ${reason}${lastClamp(demand)}`;
}

/** What brought the law's number to the one wanted. */
function lastClamp({ draft, steps }: AppDemand): string {
  const last = steps.at(-1);
  return last === undefined ? '' : `; ${draft.law}, but ${last.reason}`;
}

/** A remainder takes what there is: at its minimum it lacks nothing, and nobody is limited by that. */
function limitOf({ demand, wanted, granted, to }: Allocation, isShort: boolean): LimitedBy | undefined {
  if (to < granted) return 'handover';
  if (granted < wanted) return 'capacity';
  if (granted > wanted) return 'behavior';
  if (demand.limitedBy === 'launching') return 'launching';
  if (isShort) return 'cluster';
  if (!isRest(demand.app)) return demand.limitedBy;
  return granted >= demand.max ? 'max' : undefined;
}
