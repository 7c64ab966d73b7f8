// core: a decision in words: the last steps, what limited it, and one sentence with its numbers.

import { spanText } from '../api/figures.ts';
import type { AppDecision, LimitedBy } from './decision.ts';
import { whyKept } from './manners.ts';
import { count } from './numbers.ts';
import { isBlocked, isHeld, isRest } from './pool.ts';
import type { Outcome } from './settle.ts';
import { byName } from './share.ts';
import { type Shortage, shortageIn } from './trouble.ts';
import type { Wish } from './wish.ts';

/** Says who holds what an app did not get. */
export type Blockers = (outcome: Outcome) => string;

/** At most so many holders are named. */
const NAMED = 2;

/** Looks at the pool once, so that many limited apps cost no more than one. */
export function blockersIn(outcomes: readonly Outcome[]): Blockers {
  let largest: readonly Outcome[] | undefined;
  return ({ wish }) => {
    // One more than are named: the app itself may be among them.
    largest ??= largestOf(outcomes, NAMED + 1);
    let named = 0;
    let words = '';
    for (const other of largest) {
      if (other.wish.app.id === wish.app.id || other.granted <= 0) continue;
      words += `${named === 0 ? '' : ', '}${blocker(wish, other)}`;
      if (++named === NAMED) break;
    }
    return named === 0 ? 'the budget has no more' : words;
  };
}

function largestOf(outcomes: readonly Outcome[], n: number): readonly Outcome[] {
  const largest: Outcome[] = [];
  for (const outcome of outcomes) {
    const at = largest.findIndex((other) => before(outcome, other));
    if (at >= 0) largest.splice(at, 0, outcome);
    else if (largest.length < n) largest.push(outcome);
    if (largest.length > n) largest.pop();
  }
  return largest;
}

/** Most instances first, then by name: the order of apps is irrelevant for words too. */
function before(a: Outcome, b: Outcome): boolean {
  return a.granted === b.granted ? byName(a.wish.app.id, b.wish.app.id) < 0 : a.granted > b.granted;
}

function keeperOf({ manners, nowMs, app, timing }: Wish): string {
  return whyKept(manners, nowMs, { behavior: app.behavior, timing });
}

function blocker({ app }: Wish, { wish: other, granted }: Outcome): string {
  const { name, priority } = other.app;
  if (isHeld(other.app)) return `${name} is held at ${granted}`;
  if (priority < app.priority) return `${name} (priority ${priority}) has ${granted}`;
  if (granted <= other.min) return `${name} keeps its minimum of ${granted}`;
  if (granted <= other.keeps) return `${name} keeps ${granted} for now by ${keeperOf(other)}`;
  return priority === app.priority ? `its equal ${name} has ${granted}` : `${name} has ${granted}`;
}

/** Says for whose sake a remainder does not grow, where that is so. */
export type Lenders = (outcome: Outcome) => string | undefined;

export function lendersIn(outcomes: readonly Outcome[]): Lenders {
  let names: readonly string[] | undefined;
  return ({ wish, granted }) => {
    if (!isRest(wish.app) || granted >= wish.wanted) return undefined;
    names ??= outcomes
      .filter((other) => other.wish.unknown)
      .map((other) => other.wish.app.name)
      .sort(byName);
    const grows = granted > Math.max(wish.min, wish.requested);
    if (names.length === 0 || grows || granted < wish.requested) return undefined;
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    return `nothing is lent while the need of ${names.slice(0, NAMED).join(', ')}${more} is not known`;
  };
}

/** Says what the cluster has no room for, where that is what an app lacks. */
export type Shortages = (outcome: Outcome) => string | undefined;

export function shortagesIn(outcomes: readonly Outcome[]): Shortages {
  let all: readonly (Shortage & { readonly id: string; readonly name: string })[] | undefined;
  return (outcome) => {
    all ??= outcomes
      .flatMap(({ wish: { app, memory, nowMs } }) => {
        const short = shortageIn(memory.trouble, nowMs);
        return short === undefined ? [] : [{ ...short, id: app.id, name: app.name }];
      })
      .sort((a, b) => byName(a.id, b.id));
    const lost = outcome.withRoom > outcome.granted;
    const named = all.filter(({ id }) => lost || (id === outcome.wish.app.id && isWaiting(outcome)));
    if (named.length === 0) return undefined;
    const words = named.slice(0, NAMED).map(({ id, name, instances, reasons, againMs }) => {
      const whose = id === outcome.wish.app.id ? '' : ` of ${name}`;
      const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
      return `for ${instances}${whose}${why}, tried again in ${spanText(againMs)}`;
    });
    return `the cluster has no room ${words.join(', and ')}`;
  };
}

function isWaiting({ wish }: Outcome): boolean {
  return (wish.app.observed?.waiting ?? 0) > 0;
}

export interface Explanation extends Pick<AppDecision, 'steps' | 'summary'> {
  readonly limitedBy: LimitedBy | undefined;
}

/**
 * `summary` reads like "wanted 9: 400 waiting, 42/s arriving, 5/s per instance; granted 8: background keeps its
 * minimum of 2; asks for 6 now, 2 more once their slots are free".
 */
export function explain(
  outcome: Outcome,
  { blockers, shortages, lenders }: { blockers: Blockers; shortages: Shortages; lenders: Lenders },
): Explanation {
  const { wish, wanted, granted, to } = outcome;
  if (isBlocked(wish.app)) return blocked(outcome);
  let { steps } = wish;
  let summary = opening(outcome);
  const short = shortages(outcome);
  if (isRest(wish.app)) {
    const after = short === undefined ? granted : outcome.withRoom;
    steps = [...steps, { rule: 'remainder', before: wish.requested, after, reason: wish.reason }];
  }
  const unlent = lenders(outcome);
  if (unlent !== undefined) {
    steps = [...steps, { rule: 'lending', before: granted, after: granted, reason: unlent }];
    summary += `; ${unlent}`;
  }
  if (short !== undefined) {
    const [before, after] = isRest(wish.app) ? [outcome.withRoom, granted] : [granted, aliveOf(wish)];
    steps = [...steps, { rule: 'cluster', before, after, reason: short }];
    summary += `; ${short}`;
  }
  if (granted !== wanted) {
    const rule = granted < wanted ? 'capacity' : 'manners';
    const reason = granted < wanted ? blockers(outcome) : `kept for now by ${keeperOf(wish)}`;
    steps = [...steps, { rule, before: wanted, after: granted, reason }];
    summary += `; granted ${granted}: ${reason}`;
  }
  if (to < granted) {
    const missing = granted - to;
    const reason = `${missing} more once ${missing === 1 ? 'its slot is' : 'their slots are'} free`;
    steps = [...steps, { rule: 'handover', before: granted, after: to, reason }];
    summary += `; asks for ${to} now, ${reason}`;
  }
  return { steps, summary, limitedBy: limitOf(outcome, short !== undefined) };
}

function aliveOf({ app }: Wish): number {
  return count(app.observed?.running ?? 0) + count(app.observed?.staging ?? 0);
}

function blocked({ wish, wanted, granted }: Outcome): Explanation {
  const { reason } = wish;
  const step = { rule: 'creation', before: wanted, after: granted, reason } as const;
  return { steps: [...wish.steps, step], summary: `cannot be created: ${reason}`, limitedBy: 'creation' };
}

function opening({ wish, wanted, granted }: Outcome): string {
  if (isHeld(wish.app)) return `kept at ${granted}: ${wish.reason}`;
  if (isRest(wish.app)) return `gets ${granted}: ${wish.reason}`;
  const { law, reason } = wish;
  return law === wanted ? `wanted ${wanted}: ${reason}` : `wanted ${wanted}: ${reason}${lastClamp(wish)}`;
}

/** What brought the law's number to the one wanted. */
function lastClamp({ law, steps }: Wish): string {
  const last = steps.at(-1);
  return last === undefined ? '' : `; ${law}, but ${last.reason}`;
}

/** A remainder takes what there is: at its minimum it lacks nothing, and nobody is limited by that. */
function limitOf({ wish, wanted, granted, to }: Outcome, isShort: boolean): LimitedBy | undefined {
  if (to < granted) return 'handover';
  if (granted < wanted) return 'capacity';
  if (granted > wanted) return 'behavior';
  if (wish.limitedBy === 'launching') return 'launching';
  if (isShort) return 'cluster';
  if (!isRest(wish.app)) return wish.limitedBy;
  return granted >= wish.max ? 'max' : undefined;
}
