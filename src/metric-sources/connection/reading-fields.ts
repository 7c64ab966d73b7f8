// metric-sources: a reading from named values, for sources that are told where each of its fields is found: a JSON pointer, a
// query, a column, a metric's name.

import { exactlyOne, type JsonSchema } from '../../api/schema/json-schema.ts';
import { count, object } from '../../api/schema/shapes.ts';
import type { MetricSample } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import { TransientError } from '../../runtime/errors.ts';
import { countFrom, numberFrom } from './numbers.ts';

/** The fields, each with what its value is. */
const FIELDS = {
  waiting: 'messages that nobody works on',
  total: 'all messages, those in flight included, where no number of waiting ones is known',
  inFlight: 'messages that consumers hold',
  arrivedTotal: 'a counter of messages that arrived',
  completedTotal: 'a counter of messages that were worked off',
  oldestAgeSeconds: 'the age of the oldest waiting message, in seconds',
  asOf: 'when the numbers were true: a date, or seconds or milliseconds since 1970',
} as const;

export type ReadingField = keyof typeof FIELDS;

export const READING_FIELDS = Object.keys(FIELDS) as readonly ReadingField[];

/** Where the fields of a reading are found, or what was found there. */
export type ReadingFields<T> = { readonly [F in ReadingField]?: T };

/** The property of a block that says where the fields are: one of waiting and total, and any of the others. */
export function readingFields(
  description: string,
  where: string,
  shape: (description: string) => JsonSchema,
): JsonSchema {
  const fields = READING_FIELDS.map((field) => [field, shape(`${where} ${FIELDS[field]}.`)] as const);
  return object(description, Object.fromEntries(fields), { oneOf: exactlyOne('waiting', 'total') });
}

/** `inFlightPerInstance` of a block. */
export const inFlightPerInstance: JsonSchema = count(
  'How many messages one busy consumer holds at a time, if that is known.',
  { minimum: 1, maximum: 10_000 },
);

export interface ReadingContext {
  /** The operator's clock at the read, ms. */
  readonly nowMs: number;
  /** The clock that `asOf` is by at that moment, ms since the epoch. */
  readonly wallMs: number;
  readonly inFlightPerInstance?: number | undefined;
  /** How a field's place is called in an error: `the value at /ready`. */
  readonly nameOf: (field: ReadingField) => string;
}

/** @throws TransientError naming the field whose value is none */
export function sampleOfFields(found: ReadingFields<unknown>, context: ReadingContext): MetricSample {
  const { nowMs, wallMs, inFlightPerInstance: held, nameOf } = context;
  const counted = (field: ReadingField): number | undefined =>
    Object.hasOwn(found, field) ? countFrom(found[field], nameOf(field)) : undefined;
  const waiting = counted('waiting');
  const total = counted('total');
  const inFlight = counted('inFlight');
  const ageS = Object.hasOwn(found, 'oldestAgeSeconds')
    ? numberFrom(found.oldestAgeSeconds, nameOf('oldestAgeSeconds'))
    : undefined;
  const asOfMs = Object.hasOwn(found, 'asOf')
    ? nowMs - Math.max(0, wallMs - momentFrom(found.asOf, nameOf('asOf')))
    : nowMs;
  if (!Number.isFinite(asOfMs)) throw new TransientError('the server does not tell what time it is');
  const known = {
    state: 'ok',
    asOfMs,
    ...defined({
      heldPerInstance: held,
      arrivedTotal: counted('arrivedTotal'),
      completedTotal: counted('completedTotal'),
      oldestAgeMs: ageS === undefined ? undefined : Math.max(0, ageS * 1000),
    }),
  } as const;
  if (waiting !== undefined) return { ...known, waiting, ...defined({ inFlight }) };
  if (total === undefined) throw new TransientError(`${nameOf('waiting')} is not there`);
  if (inFlight !== undefined) return { ...known, waiting: Math.max(0, total - inFlight), inFlight };
  // Without a number for it nobody knows who holds the rest.
  if (held === undefined) return { ...known, waiting: total };
  return { ...known, waiting: total, unsplit: { waitingAtLeast: 0, restInFlight: true } };
}

/** Seconds since 1970 reach this in the year 5138, milliseconds did in 1973. */
const FEWEST_MS = 1e11;

/** After a time of the day: whose it is. */
const ZONE = /(?:Z|UTC|GMT|[-+]\d\d(?::?\d\d)?)$/i;

function momentFrom(value: unknown, what: string): number {
  const parsed = typeof value === 'string' && /[-:]/.test(value.slice(1)) ? Date.parse(value) : Number.NaN;
  if (Number.isFinite(parsed) && typeof value === 'string' && value.includes(':') && !ZONE.test(value.trim()))
    throw new TransientError(`${what} has no time zone: it must end with Z, or with one such as +01:00`);
  if (Number.isFinite(parsed)) return parsed;
  if (value instanceof Date && Number.isFinite(value.getTime())) return value.getTime();
  const number = numberFrom(value, what);
  return number < FEWEST_MS ? number * 1000 : number;
}
