// core: an objective's account: how long its target was missed within a moving window, and what that lets the law miss now.

import { durationMs } from '../../api/duration.ts';
import type { ObjectiveSpec } from '../../api/policy.ts';
import { isObject } from '../../api/schema/json-schema.ts';
import { DEFAULT_MISS_TOLERANCE } from '../law/law.ts';
import { clamp } from '../numbers.ts';

/** A stretch of the window: since when, how much of it is known, how much of that was above the target; ms. */
export type Span = readonly [sinceMs: number, knownMs: number, aboveMs: number];

/** Time above one target. Plain JSON, bounded: `SPANS` and one more. */
export type MissAccount = {
  /** Oldest first; together they cover the window. */
  readonly spans: readonly Span[];
  /** The last look: when it was, and 1 where the target was missed; absent after one that told nothing. */
  readonly last?: readonly [atMs: number, above: 0 | 1];
};

/** For people. Times in ms, shares from 0 to 1. */
export interface ObjectiveState {
  /** The share of time that may be above the target. */
  readonly allowed: number;
  readonly perMs: number;
  /** How much of the window is known: nobody looked at the rest, or could not tell. */
  readonly knownMs: number;
  readonly aboveMs: number;
  /** Share of the budget `allowed · per` that is spent; above 1 it is overspent. */
  readonly spent: number;
  /** ε: the share of time that the law may miss the target from here on. */
  readonly missTolerance: number;
}

/** Whether it can be read, whoever wrote it. */
export function isAccount(raw: unknown): raw is MissAccount {
  if (!isObject(raw)) return false;
  const { spans, last } = raw;
  return Array.isArray(spans) && spans.every(isSpan) && (last === undefined || isNumbers(last, 2));
}

function isSpan(raw: unknown): raw is Span {
  return isNumbers(raw, 3) && raw.every((ms) => ms >= 0);
}

function isNumbers(raw: unknown, length: number): raw is readonly number[] {
  return Array.isArray(raw) && raw.length === length && raw.every(Number.isFinite);
}

/** What happens while nobody looks is not known. Known time is rounded, so that it is not another text each time. */
export function lastingAccount({ spans }: MissAccount): MissAccount {
  return {
    spans: spans.map(([sinceMs, knownMs, aboveMs]) => [sinceMs, down(knownMs, 60_000), down(aboveMs, 1_000)]),
  };
}

function down(ms: number, unitMs: number): number {
  return unitMs * Math.floor(ms / unitMs);
}

/** With its times moved from one clock to another. */
export function movedAccount({ spans, last }: MissAccount, byMs: number): MissAccount {
  return {
    spans: spans.map(([sinceMs, knownMs, aboveMs]) => [sinceMs + byMs, knownMs, aboveMs]),
    ...(last && { last: [last[0] + byMs, last[1]] }),
  };
}

const SPANS = 12;
/** What a look found holds until the next one, but not for longer: unknown is neither within nor above. */
const LONGEST_LOOK_MS = 120_000;
const NOTHING: MissAccount = { spans: [] };

/** @param missed whether the target is missed now; undefined: not known */
export function followMisses(
  account: MissAccount | undefined,
  {
    missed,
    nowMs,
    perMs,
  }: { readonly missed: boolean | undefined; readonly nowMs: number; readonly perMs: number },
): MissAccount {
  const { spans, last } = account ?? NOTHING;
  const next = missed === undefined ? undefined : ([nowMs, missed ? 1 : 0] as const);
  const lookMs = last === undefined ? 0 : clamp(nowMs - last[0], 0, LONGEST_LOOK_MS);
  const aboveMs = last?.[1] === 1 ? lookMs : 0;
  return { spans: noted(spans, [nowMs, lookMs, aboveMs], perMs), ...(next && { last: next }) };
}

function noted(spans: readonly Span[], [nowMs, lookMs, aboveMs]: Span, perMs: number): readonly Span[] {
  const widthMs = perMs / SPANS;
  const newest = spans.at(-1);
  // What lies in the future was noted before a clock was set back.
  if (newest !== undefined && newest[0] <= nowMs && nowMs - newest[0] < widthMs) {
    const grown = [newest[0], newest[1] + lookMs, newest[2] + aboveMs] as const;
    return [...spans.slice(0, -1), grown];
  }
  const oldestMs = nowMs - perMs - widthMs;
  return [...spans.filter(([sinceMs]) => sinceMs > oldestMs && sinceMs <= nowMs), [nowMs, lookMs, aboveMs]];
}

type Terms = Pick<ObjectiveState, 'allowed' | 'perMs'>;

/** Remembers what is a pure function of an immutable object. */
const parsed = new WeakMap<ObjectiveSpec, Terms>();

export function termsOf(objective: ObjectiveSpec): Terms {
  const known = parsed.get(objective);
  if (known !== undefined) return known;
  const terms = { allowed: allowedShare(objective.withinTarget), perMs: durationMs(objective.per) };
  parsed.set(objective, terms);
  return terms;
}

/** Where the account stands, and what the law may miss from here on. */
export function objectiveState(
  objective: ObjectiveSpec,
  account: MissAccount | null | undefined,
  nowMs: number,
): ObjectiveState {
  const { allowed, perMs } = termsOf(objective);
  let knownMs = 0;
  let aboveMs = 0;
  for (const [sinceMs, known, above] of account?.spans ?? []) {
    const inside = shareInside(sinceMs, { nowMs, perMs });
    knownMs += inside * known;
    aboveMs += inside * above;
  }
  const spent = aboveMs / (allowed * perMs);
  return { allowed, perMs, knownMs, aboveMs, spent, missTolerance: paced(allowed, spent) };
}

/** The oldest span leaves the window little by little. */
function shareInside(
  sinceMs: number,
  { nowMs, perMs }: { readonly nowMs: number; readonly perMs: number },
): number {
  const widthMs = perMs / SPANS;
  return clamp((sinceMs + widthMs - (nowMs - perMs)) / widthMs, 0, 1);
}

/** `99.5%` → 0.005. */
export function allowedShare(withinTarget: ObjectiveSpec['withinTarget']): number {
  return (100 - Number.parseFloat(withinTarget)) / 100;
}

const LEAST_TOLERANCE = 1e-4;
const MOST_TOLERANCE = 0.5;
/** So many times what is allowed while nothing is spent, and that part of it when all is. */
const PACE = 4;
/** Overspent by more than this is no more urgent. */
const MOST_SPENT = 2;

/**
 * ε = a · 4^(1 − 2x), with a the share that is allowed and x the part of the budget that is spent: four times as much
 * while nothing is spent, what is allowed at half of it, a quarter at the end. Where the law misses just what it may,
 * x settles where x = 4^(1 − 2x): at two thirds of the budget.
 */
export function paced(allowed: number, spent: number): number {
  return clamp(allowed * PACE ** (1 - 2 * clamp(spent, 0, MOST_SPENT)), LEAST_TOLERANCE, MOST_TOLERANCE);
}

/** ε of a target. Without an objective nothing is paced. */
export function toleranceOf(
  objective: ObjectiveSpec | undefined,
  account: MissAccount | null | undefined,
  nowMs: number,
): number {
  if (objective === undefined) return DEFAULT_MISS_TOLERANCE;
  return objectiveState(objective, account, nowMs).missTolerance;
}
