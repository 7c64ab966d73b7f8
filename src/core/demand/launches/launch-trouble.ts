// core: apps that wait for room, and apps that do not start (docs/design/round.md#allocation).

import { count } from '../../numbers.ts';
import type { AppObservation } from '../../observation.ts';

export interface TroubleMemory {
  /** Launches are held back: the app's tasks fail. */
  readonly backingOff?: { readonly sinceMs: number; readonly seenMs: number };
  /** Offers were too small for instances that wait. */
  readonly short?: {
    readonly seenMs: number;
    /** When a shortage that goes on counts (again). */
    readonly dueMs: number;
    /** Instances for which room is set aside. */
    readonly instances: number;
    /** What there was too little of, in the scheduler's words. */
    readonly reasons?: readonly string[];
  };
}

/** One object for all, which is at hand: most apps have none. */
export const NO_TROUBLE: TroubleMemory = {};

/** So long an app may back off before its unlaunched grants go back; and so long until it may try again. */
const BROKEN_AFTER_MS = 60_000;
/** A back-off this soon after the last one belongs to it. */
const SAME_TROUBLE_MS = 2 * BROKEN_AFTER_MS;
/** Every launch sees small offers for a moment. */
const SHORT_AFTER_MS = 5_000;
/** So long it takes until room set aside is free: victims have to stop first. */
const SHORT_AGAIN_MS = 20_000;
/** So long remainders leave room that the cluster turned out not to have. */
const SHORT_FOR_MS = 60_000;
const MOST_REASONS = 2;

export function followTrouble(
  memory: TroubleMemory,
  observed: AppObservation | undefined,
  nowMs: number,
): TroubleMemory {
  if ((observed?.waiting ?? 0) <= 0 && memory.backingOff === undefined && memory.short === undefined)
    return memory;
  const backingOff = followBackOff(memory.backingOff, observed, nowMs);
  const short = followShortage(memory.short, observed, nowMs);
  if (backingOff === undefined && short === undefined) return NO_TROUBLE;
  return { ...(backingOff !== undefined && { backingOff }), ...(short !== undefined && { short }) };
}

function followBackOff(
  memory: TroubleMemory['backingOff'],
  observed: AppObservation | undefined,
  nowMs: number,
): TroubleMemory['backingOff'] {
  const known = memory !== undefined && nowMs - memory.seenMs < SAME_TROUBLE_MS ? memory : undefined;
  if (observed === undefined || observed.waiting <= 0 || !(observed.backoffMs > 0)) return known;
  return { sinceMs: known?.sinceMs ?? nowMs, seenMs: nowMs };
}

function followShortage(
  memory: TroubleMemory['short'],
  observed: AppObservation | undefined,
  nowMs: number,
): TroubleMemory['short'] {
  const known = memory !== undefined && nowMs - memory.seenMs < SHORT_FOR_MS ? memory : undefined;
  const waiting = observed?.waiting ?? 0;
  const reasons = (observed?.waitingFor ?? [])
    .filter(({ reason }) => reason === 'NoRoom')
    .slice(0, MOST_REASONS)
    .map(({ text }) => text);
  if (waiting <= 0 || reasons.length === 0) return known?.instances === 0 ? undefined : known;
  const goesOn = known !== undefined && nowMs - known.seenMs <= SHORT_AFTER_MS;
  const dueMs = goesOn ? known.dueMs : nowMs + SHORT_AFTER_MS;
  const instances = known?.instances ?? 0;
  if (nowMs < dueMs) return { seenMs: nowMs, dueMs, instances, reasons };
  const missing = Math.min(waiting, observed?.requested ?? 0);
  return { seenMs: nowMs, dueMs: nowMs + SHORT_AGAIN_MS, instances: instances + missing, reasons };
}

/** Room that the cluster turned out not to have for an app; undefined while it has. */
export interface Shortage {
  readonly instances: number;
  readonly reasons: readonly string[];
  /** How long until remainders try for that room again. */
  readonly againMs: number;
}

export function shortageIn({ short }: TroubleMemory, nowMs: number): Shortage | undefined {
  if (short === undefined || short.instances <= 0) return undefined;
  const againMs = Math.max(0, short.seenMs + SHORT_FOR_MS - nowMs);
  return { instances: short.instances, reasons: short.reasons ?? [], againMs };
}

/** The most a broken app may be granted: what it has launched. Undefined while it is not broken. */
export function launchLimit(
  trouble: TroubleMemory,
  observed: AppObservation | undefined,
  nowMs: number,
): number | undefined {
  const { backingOff } = trouble;
  if (backingOff === undefined || observed === undefined) return undefined;
  const broken = backingOff.seenMs - backingOff.sinceMs >= BROKEN_AFTER_MS;
  if (!broken || nowMs - backingOff.seenMs >= BROKEN_AFTER_MS) return undefined;
  return count(observed.running) + count(observed.staging);
}

/** How long until a broken app may try to launch more than it has. */
export function triesAgainMs({ backingOff }: TroubleMemory, nowMs: number): number {
  return backingOff === undefined ? 0 : Math.max(0, backingOff.seenMs + BROKEN_AFTER_MS - nowMs);
}
