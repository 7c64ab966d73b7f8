// controller: who else turns the count of a scaled app. Pure: what was seen and asked before × what is seen now.

import { durationMs } from '../../api/duration.ts';
import type { AppSpec } from '../../api/policy.ts';
import { instantText } from '../../api/words/instant.ts';
import type { AppObservation } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';

/** What is remembered of one app's count. Little of it outlives the process (codec.ts): the scheduler's counts are the truth. */
export interface Track {
  /** What we last asked the scheduler for, whether or not it went through. */
  readonly asked?: number;
  /** Counts that we asked for and got no answer to: a scheduler that stalled may still take them up, each once. */
  readonly adrift?: readonly { readonly instances: number; readonly untilMs: number }[];
  /** What the scheduler showed last, or confirmed to us. */
  readonly seen?: {
    readonly requested: number;
    readonly lastScalingAtMs?: number;
    readonly countVersion?: string;
    readonly uid?: string;
  };
  /** A person's count that is kept until then. */
  readonly hold?: { readonly instances: number; readonly untilMs: number };
  /** When somebody else changed the count, each after we had changed it back. */
  readonly alternations: readonly number[];
  /** We changed the count since the last foreign change. */
  readonly answered: boolean;
  /** Nothing is written to the app until then. */
  readonly conflictUntilMs?: number;
}

export const NEW_TRACK: Track = { alternations: [], answered: true };

/** Three foreign counts within a minute, with ours in between: somebody else steers this app. */
const ALTERNATIONS_TO_CONFLICT = 3;
const ALTERNATION_WINDOW_MS = 60_000;
/** How late a write may land after we gave up on it. */
const ADRIFT_MS = 300_000;

export interface ForeignScaleResult {
  readonly track: Track;
  /** A foreign change, seen in this round. */
  readonly foreignChange?: { readonly from: number; readonly to: number };
  /** The count to keep in this round, and why. */
  readonly held?: { readonly instances: number; readonly reason: string };
  /** Which situation `held` comes from. */
  readonly situation: 'none' | 'manual' | 'conflict';
}

interface ForeignScaleInput {
  readonly observed: AppObservation;
  readonly rule: AppSpec['manualScale'];
  /** Monotonic, like all times of a track. */
  readonly nowMs: number;
  /** For the times that people read. */
  readonly wallAheadMs: number;
}

/**
 * A count is foreign when it is neither what we last asked for nor what we saw last, and its version says that
 * the app was scaled since. What was deleted and made anew is another app: its count is where it begins. Else
 * `manualScale` says what happens:
 *
 * | action | this round        | afterwards                        |
 * |--------|-------------------|-----------------------------------|
 * | Hold   | their count stays | … until `holdFor` after the last  |
 * | Adopt  | their count stays | the law goes on from it           |
 * | Revert | our count again   | the law goes on                   |
 *
 * An answer that is answered three times is a second operator: the app is left alone until nobody has touched it
 * for `holdFor`.
 */
export function checkForeignScale(
  before: Track,
  { observed, rule, nowMs, wallAheadMs }: ForeignScaleInput,
): ForeignScaleResult {
  const holdForMs = durationMs(rule.holdFor);
  const { requested, lastScalingAtMs, countVersion, uid, writtenBy } = observed;
  const track = isAnother(before, observed) ? NEW_TRACK : before;
  const now = { requested, wallAheadMs };
  const seen = { requested, ...defined({ lastScalingAtMs, countVersion, uid }) };
  if (!isForeign(track, observed)) {
    return assessment({ ...expire(track, nowMs), seen }, now);
  }
  const landed = track.adrift?.find((late) => late.instances === requested && late.untilMs > nowMs);
  if (landed !== undefined) {
    const adrift = track.adrift?.filter((late) => late !== landed) ?? [];
    return assessment({ ...expire(track, nowMs), seen, adrift }, now);
  }
  const recent = track.alternations.filter((atMs) => nowMs - atMs < ALTERNATION_WINDOW_MS);
  const alternations = track.answered ? [...recent, nowMs] : [nowMs];
  const from = track.seen?.requested ?? requested;
  const foreignChange = { from, to: requested };
  const next: Track = { ...expire(track, nowMs), seen, alternations, answered: false };
  if (alternations.length >= ALTERNATIONS_TO_CONFLICT || next.conflictUntilMs !== undefined) {
    const conflict = { ...next, conflictUntilMs: nowMs + holdForMs };
    return { ...assessment(conflict, now), foreignChange };
  }
  const who = writtenBy === undefined || writtenBy === 'us' ? 'somebody' : writtenBy.name;
  const change = `${who} changed the count from ${from} to ${requested}`;
  if (rule.action === 'Hold') {
    const withHold = { ...next, hold: { instances: requested, untilMs: nowMs + holdForMs } };
    return { ...assessment(withHold, now), foreignChange };
  }
  const back = rule.action === 'Revert' ? (track.asked ?? from) : requested;
  const reason =
    rule.action === 'Revert' ? `${change}: put back to ${back}` : `${change}: going on from there`;
  return { track: next, foreignChange, held: { instances: back, reason }, situation: 'none' };
}

/** Our own write: remembered before it is made, so that one that lands late is still known as ours. */
export function noteAsked(track: Track, to: number): Track {
  return { ...track, asked: to, answered: true };
}

/** A try was not answered: whether it was taken up is not known, and it may be so later, over a newer count of ours. */
export function noteAdrift(track: Track, to: number, nowMs: number): Track {
  const still = (track.adrift ?? []).filter(({ untilMs }) => untilMs > nowMs);
  return { ...track, adrift: [...still, { instances: to, untilMs: nowMs + ADRIFT_MS }] };
}

/** The scheduler confirmed our count. */
export function noteAccepted(track: Track, to: number): Track {
  return { ...track, seen: { ...track.seen, requested: to } };
}

/** Neither what was asked of the one before nor what was seen of it is said of this one. */
function isAnother({ seen }: Track, { uid }: AppObservation): boolean {
  return seen?.uid !== undefined && uid !== undefined && seen.uid !== uid;
}

function isForeign(
  { asked, seen }: Track,
  { requested, lastScalingAtMs, countVersion }: AppObservation,
): boolean {
  if (seen === undefined || requested === asked || requested === seen.requested) return false;
  if (countVersion !== undefined) return countVersion !== seen.countVersion;
  return lastScalingAtMs === undefined || lastScalingAtMs !== seen.lastScalingAtMs;
}

/** Without a hold or a conflict whose time is over. */
function expire(track: Track, nowMs: number): Track {
  const { hold, conflictUntilMs, ...rest } = track;
  return {
    ...rest,
    ...(hold !== undefined && hold.untilMs > nowMs ? { hold } : {}),
    ...(conflictUntilMs !== undefined && conflictUntilMs > nowMs ? { conflictUntilMs } : {}),
  };
}

function assessment(
  track: Track,
  { requested, wallAheadMs }: { readonly requested: number; readonly wallAheadMs: number },
): ForeignScaleResult {
  if (track.conflictUntilMs !== undefined) {
    const reason = `somebody else keeps changing the count; nothing is written until ${instantText(track.conflictUntilMs + wallAheadMs)} or later`;
    return { track, held: { instances: requested, reason }, situation: 'conflict' };
  }
  if (track.hold !== undefined) {
    const { instances, untilMs } = track.hold;
    const reason = `a person set ${instances}; kept until ${instantText(untilMs + wallAheadMs)}`;
    return { track, held: { instances, reason }, situation: 'manual' };
  }
  return { track, situation: 'none' };
}
