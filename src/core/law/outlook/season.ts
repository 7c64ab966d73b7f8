// core: what a repeating pattern says about arrivals to come (docs/design/law.md#looking-ahead).

export interface SeasonMemory {
  /** λ in each part of the season, messages/s, newer cycles weighing more; -1 where none was seen yet. */
  readonly profile: readonly number[];
  /** Means of the latest parts, oldest first: what "as it was" would have said. */
  readonly recent: readonly number[];
  /** The part that goes on now, counted from the epoch, with its mean so far and what that is made of, ms. */
  readonly part: number;
  readonly mean: number;
  readonly overMs: number;
  /** Mean squared errors of the profile and of "as it was", and how many comparisons they are made of. */
  readonly profileError: number;
  readonly persistenceError: number;
  readonly compared: number;
}

const PARTS = 60;
const MOST_RECENT = 12;
const NEWEST_CYCLE = 0.5;
/**
 * The profile is trusted while it is better than "as it was" by 15 %, over half a season at least. In root mean
 * square and not in absolute errors: what a forecast is wanted for is the few parts in
 * which "as it was" is far off, and they are lost in a mean over all the quiet ones.
 */
const BETTER = 0.85;
const COMPARED_AT_LEAST = PARTS / 2;

export interface Sighting {
  readonly atMs: number;
  /** How long it has been so, ms. */
  readonly forMs: number;
  /** λ, messages/s. */
  readonly arrivals: number;
  /** How far ahead a forecast has to look, ms. */
  readonly leadMs: number;
}

/** Takes in what the arrivals are estimated to be. */
export function followSeason(
  memory: SeasonMemory | undefined,
  seen: Sighting,
  seasonMs: number,
): SeasonMemory {
  const part = Math.floor(seen.atMs / partMs(seasonMs));
  if (memory === undefined) return { ...EMPTY, part, mean: seen.arrivals };
  if (part === memory.part) {
    const overMs = memory.overMs + seen.forMs;
    const share = overMs > 0 ? seen.forMs / overMs : 0;
    return { ...memory, overMs, mean: memory.mean + share * (seen.arrivals - memory.mean) };
  }
  const done = memory.overMs > 0 ? closePart(memory, Math.ceil(seen.leadMs / partMs(seasonMs))) : memory;
  return { ...done, part, mean: seen.arrivals, overMs: 0 };
}

/**
 * The largest λ that the profile knows for a stretch of time, messages/s; 0 while it is not to be trusted: a
 * forecast may call for more, never for less.
 */
export function forecast(
  memory: SeasonMemory | undefined,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  seasonMs: number,
): number {
  if (memory === undefined || !isTrusted(memory)) return 0;
  const first = Math.floor(fromMs / partMs(seasonMs));
  const last = Math.min(Math.floor(toMs / partMs(seasonMs)), first + PARTS - 1);
  let most = 0;
  for (let part = first; part <= last; part++) most = Math.max(most, memory.profile[indexOf(part)] ?? 0);
  return most;
}

export function isTrusted({ compared, profileError, persistenceError }: SeasonMemory): boolean {
  return compared >= COMPARED_AT_LEAST && profileError < BETTER ** 2 * persistenceError;
}

const EMPTY: SeasonMemory = {
  profile: new Array<number>(PARTS).fill(-1),
  recent: [],
  part: 0,
  mean: 0,
  overMs: 0,
  profileError: 0,
  persistenceError: 0,
  compared: 0,
};

/**
 * A season that was not followed for a while: the part that was going on is lost, and with it what came just
 * before the next one.
 *
 * @param anew whether it has to prove itself again before it is trusted
 */
export function interrupted(season: SeasonMemory, anew: boolean): SeasonMemory {
  const { profile, profileError, persistenceError, compared } = season;
  const proof = anew
    ? { profileError: 0, persistenceError: 0, compared: 0 }
    : { profileError: short(profileError), persistenceError: short(persistenceError), compared };
  return { ...EMPTY, profile, ...proof };
}

/** From a store; undefined when it is none. */
export function readSeason(raw: unknown): SeasonMemory | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { profile, profileError, persistenceError, compared } = raw as Readonly<Record<string, unknown>>;
  if (!Array.isArray(profile) || profile.length !== PARTS || !profile.every(isNumber)) return undefined;
  if (!isNumber(profileError) || !isNumber(persistenceError) || !isNumber(compared)) return undefined;
  return { ...EMPTY, profile, profileError, persistenceError, compared };
}

function isNumber(raw: unknown): raw is number {
  return typeof raw === 'number' && Number.isFinite(raw);
}

function closePart(memory: SeasonMemory, partsAhead: number): SeasonMemory {
  const { profile, recent, part, mean } = memory;
  const index = indexOf(part);
  const known = profile[index] ?? -1;
  const before = recent.at(-Math.min(Math.max(1, partsAhead), MOST_RECENT));
  const errors = known >= 0 && before !== undefined ? compare(memory, { known, before }) : {};
  const next = [...profile];
  next[index] = short(known >= 0 ? known + NEWEST_CYCLE * (mean - known) : mean);
  return { ...memory, ...errors, profile: next, recent: [...recent, short(mean)].slice(-MOST_RECENT) };
}

function compare(
  { mean, profileError, persistenceError, compared }: SeasonMemory,
  { known, before }: { readonly known: number; readonly before: number },
): Pick<SeasonMemory, 'profileError' | 'persistenceError' | 'compared'> {
  const weight = Math.max(1 / (compared + 1), 1 / PARTS);
  return {
    profileError: profileError + weight * ((known - mean) ** 2 - profileError),
    persistenceError: persistenceError + weight * ((before - mean) ** 2 - persistenceError),
    compared: Math.min(compared + 1, PARTS),
  };
}

/** How long one part of a season is. */
export function partMs(seasonMs: number): number {
  return Math.max(1, seasonMs / PARTS);
}

function indexOf(part: number): number {
  return ((part % PARTS) + PARTS) % PARTS;
}

/** Sixty numbers have to fit into an app's 4 KiB. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}
