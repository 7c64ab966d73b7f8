// core: a decision in words: the last steps, what limited it, and one sentence with its numbers.

import type { AppDecision, LimitedBy } from './decision.ts';
import { isHeld, isRest } from './pool.ts';
import type { Outcome } from './settle.ts';
import { byName } from './share.ts';
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

function blocker({ app }: Wish, { wish: other, granted }: Outcome): string {
  const { name, priority } = other.app;
  if (isHeld(other.app)) return `${name} is held at ${granted}`;
  if (priority < app.priority) return `${name} (priority ${priority}) has ${granted}`;
  if (granted <= other.min) return `${name} keeps its minimum of ${granted}`;
  if (granted <= other.keeps) return `${name} keeps ${granted} for now`;
  return priority === app.priority ? `its equal ${name} has ${granted}` : `${name} has ${granted}`;
}

/**
 * `summary` reads like "wanted 9: 400 waiting, 42/s arriving, 5/s per instance; granted 8: background keeps its
 * minimum of 2; asks for 6 now, 2 more once their slots are free".
 */
export function explain(
  outcome: Outcome,
  blockers: Blockers,
): Pick<AppDecision, 'steps' | 'summary'> & { readonly limitedBy: LimitedBy | undefined } {
  const { wish, wanted, granted, to } = outcome;
  let { steps } = wish;
  let summary = opening(outcome);
  if (isRest(wish.app))
    steps = [...steps, { rule: 'remainder', before: wish.requested, after: granted, reason: wish.reason }];
  if (granted !== wanted) {
    const rule = granted < wanted ? 'capacity' : 'manners';
    const reason = granted < wanted ? blockers(outcome) : 'kept for now by minHold or yieldRate';
    steps = [...steps, { rule, before: wanted, after: granted, reason }];
    summary += `; granted ${granted}: ${reason}`;
  }
  if (to < granted) {
    const missing = granted - to;
    const reason = `${missing} more once ${missing === 1 ? 'its slot is' : 'their slots are'} free`;
    steps = [...steps, { rule: 'handover', before: granted, after: to, reason }];
    summary += `; asks for ${to} now, ${reason}`;
  }
  return { steps, summary, limitedBy: limitOf(outcome) };
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

function limitOf({ wish, wanted, granted, to }: Outcome): LimitedBy | undefined {
  if (to < granted) return 'handover';
  if (granted < wanted) return 'capacity';
  if (granted > wanted) return 'behavior';
  if (!isRest(wish.app) || wish.limitedBy === 'launching') return wish.limitedBy;
  if (granted >= wish.max) return 'max';
  return granted <= wish.min ? 'min' : undefined;
}
