// core: a decision in words: the last steps, what limited it, and one sentence with its numbers.

import type { DecisionStep, LimitedBy } from './decision.ts';
import type { Wish } from './wish.ts';

/** What became of a wish. */
export interface Outcome {
  readonly wish: Wish;
  readonly granted: number;
  readonly to: number;
}

/** Says who holds what an app did not get. */
export type Blockers = (outcome: Outcome) => string;

/** At most so many holders are named. */
const NAMED = 2;
const CANDIDATES = 6;

/** Looks at the pool once, so that many limited apps cost no more than one. */
export function blockersIn(outcomes: readonly Outcome[]): Blockers {
  let largest: readonly Outcome[] | undefined;
  return ({ wish }) => {
    largest ??= outcomes.toSorted((a, b) => b.granted - a.granted).slice(0, CANDIDATES);
    const named = largest
      .filter((other) => other.wish.app.id !== wish.app.id && other.granted > 0)
      .slice(0, NAMED)
      .map((other) => blocker(wish, other));
    return named.length === 0 ? 'the budget has no more' : named.join(', ');
  };
}

function blocker({ app }: Wish, { wish: other, granted }: Outcome): string {
  const { name, priority } = other.app;
  if (other.app.held !== undefined) return `${name} is held at ${granted}`;
  if (priority < app.priority) return `${name} (priority ${priority}) has ${granted}`;
  if (granted <= other.min) return `${name} keeps its minimum of ${granted}`;
  if (granted <= other.keeps) return `${name} keeps ${granted} for now`;
  return priority === app.priority ? `its equal ${name} has ${granted}` : `${name} has ${granted}`;
}

export function limitOf({ wish, granted, to }: Outcome): LimitedBy | undefined {
  if (to < granted) return 'handover';
  if (wish.app.role === 'remainder') return remainderLimit(wish, granted);
  if (granted < wish.wanted) return 'capacity';
  return granted > wish.wanted ? 'behavior' : wish.limitedBy;
}

function remainderLimit(wish: Wish, granted: number): LimitedBy | undefined {
  if (wish.limitedBy === 'held' || wish.limitedBy === 'launching') return wish.limitedBy;
  if (granted >= wish.max) return 'max';
  return granted <= wish.min ? 'min' : undefined;
}

export function stepsOf(outcome: Outcome, blockers: Blockers): readonly DecisionStep[] {
  const { wish, granted, to } = outcome;
  const steps = [...wish.steps];
  if (wish.app.role === 'remainder') {
    if (wish.app.held === undefined)
      steps.push({ rule: 'remainder', before: wish.requested, after: granted, reason: wish.reason });
  } else if (granted < wish.wanted) {
    steps.push({ rule: 'capacity', before: wish.wanted, after: granted, reason: blockers(outcome) });
  } else if (granted > wish.wanted) {
    const reason = 'kept for now by minHold or yieldRate';
    steps.push({ rule: 'manners', before: wish.wanted, after: granted, reason });
  }
  if (to < granted)
    steps.push({ rule: 'handover', before: granted, after: to, reason: waitFor(granted - to) });
  return steps;
}

function waitFor(n: number): string {
  return `${n} more once ${n === 1 ? 'its slot is' : 'their slots are'} free`;
}

/** "wanted 9: 400 waiting, 42/s arriving, 5/s per instance; granted 8: background keeps its minimum of 2" */
export function summaryOf(outcome: Outcome, blockers: Blockers): string {
  const { wish, granted, to } = outcome;
  const waits = to < granted ? `; asks for ${to} now, ${waitFor(granted - to)}` : '';
  if (wish.app.held !== undefined && wish.limitedBy === 'held')
    return `kept at ${granted}: ${wish.reason}${waits}`;
  if (wish.app.role === 'remainder') return `gets ${granted}: ${wish.reason}${waits}`;
  const clamp = granted === wish.wanted ? lastClamp(wish) : '';
  const wanted = `wanted ${wish.wanted}: ${wish.reason}${clamp}`;
  if (granted === wish.wanted) return `${wanted}${waits}`;
  const why = granted < wish.wanted ? blockers(outcome) : 'kept for now by minHold or yieldRate';
  return `${wanted}; granted ${granted}: ${why}${waits}`;
}

/** What brought the law's number to the one wanted. */
function lastClamp({ steps }: Wish): string {
  const last = steps.at(-1);
  if (last === undefined || last.rule === 'law' || last.rule === 'metric' || last.rule === 'start') return '';
  return ` (${last.before} but ${last.reason})`;
}
