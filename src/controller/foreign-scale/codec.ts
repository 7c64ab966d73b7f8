// controller: of one app's count, what is remembered when nobody has looked for a while. Pure.

import { isObject } from '../../api/schema/json-schema.ts';
import { defined } from '../../lang/defined.ts';
import { NEW_TRACK, type Track } from './foreign-scale.ts';

/**
 * A person's hold and a fight over the count go on, each until its time; writes that may still land are still ours.
 * What was asked for and seen last is not kept: the scheduler's counts are the truth after an absence.
 */
export type StoredTrack = Pick<Track, 'adrift' | 'hold' | 'conflictUntilMs'> &
  Partial<Pick<Track, 'alternations' | 'answered'>>;

/** Undefined when there is nothing to keep, which is how it mostly is. */
export function storedTrack(track: Track): StoredTrack | undefined {
  const { adrift = [], hold, conflictUntilMs, alternations, answered } = track;
  const kept = {
    ...(adrift.length > 0 && { adrift }),
    ...defined({ hold, conflictUntilMs }),
    ...(alternations.length > 0 && { alternations, answered }),
  };
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/**
 * The track to go on with. Under a hold, the count that is held is what the scheduler should show: another one was
 * set by somebody in the meantime, and counts as such.
 */
function resumedTrack({ hold, ...kept }: StoredTrack): Track {
  return { ...NEW_TRACK, ...kept, ...(hold !== undefined && { hold, seen: { requested: hold.instances } }) };
}

/** As it is after a time in which this operator did not look: another instance acted. */
export function afterAbsence(tracks: ReadonlyMap<string, Track>): Map<string, Track> {
  return new Map(
    [...tracks].flatMap(([app, track]): (readonly [string, Track])[] => {
      const kept = storedTrack(track);
      return kept === undefined ? [] : [[app, resumedTrack(kept)]];
    }),
  );
}

/** With its times moved from one clock to another; `seen` has the scheduler's. */
export function movedTrack(track: Track, byMs: number): Track {
  const { adrift, hold, conflictUntilMs, alternations } = track;
  return {
    ...track,
    ...(adrift && { adrift: adrift.map((late) => ({ ...late, untilMs: late.untilMs + byMs })) }),
    ...(hold && { hold: { ...hold, untilMs: hold.untilMs + byMs } }),
    ...(conflictUntilMs !== undefined && { conflictUntilMs: conflictUntilMs + byMs }),
    alternations: alternations.map((atMs) => atMs + byMs),
  };
}

/** From a store; undefined when nothing of it can be read. */
export function readTrack(raw: unknown): Track | undefined {
  if (!isObject(raw)) return undefined;
  const { adrift, hold, conflictUntilMs, alternations, answered } = raw;
  return resumedTrack({
    ...(Array.isArray(adrift) && { adrift: adrift.filter(isBounded) }),
    ...(isBounded(hold) && { hold: { instances: hold.instances, untilMs: hold.untilMs } }),
    ...(isNumber(conflictUntilMs) && { conflictUntilMs }),
    ...(Array.isArray(alternations) && {
      alternations: alternations.filter(isNumber),
      answered: answered !== false,
    }),
  });
}

function isBounded(raw: unknown): raw is { readonly instances: number; readonly untilMs: number } {
  return isObject(raw) && Number.isSafeInteger(raw['instances']) && isNumber(raw['untilMs']);
}

function isNumber(raw: unknown): raw is number {
  return typeof raw === 'number' && Number.isFinite(raw);
}
