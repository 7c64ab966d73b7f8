// metric-sources: numbers as servers write them.

import { TransientError } from '../../runtime/errors.ts';

/** Larger counts are no counts of messages. */
const MOST = 1e15;

/**
 * A count that a server told: a number, or a text that is one. Fractions are rounded up: half a message is one.
 *
 * @param what the value's name for people: `the JSON pointer /ready`
 * @throws TransientError for what is no count: a negative number, NaN, infinity, a word, nothing at all
 */
export function countFrom(value: unknown, what: string): number {
  const number = numberFrom(value, what);
  if (number < 0) throw new TransientError(`${what} is negative (${number}), which no count can be`);
  return Math.ceil(number);
}

/** The same for what may be a fraction or negative. */
export function numberFrom(value: unknown, what: string): number {
  const number =
    typeof value === 'bigint' ? Number(value) : typeof value === 'string' ? fromText(value) : value;
  if (typeof number !== 'number') throw new TransientError(`${what} is ${kindOf(value)}, not a number`);
  if (!Number.isFinite(number)) throw new TransientError(`${what} is not a number`);
  if (Math.abs(number) > MOST) throw new TransientError(`${what} is too large to be a count (${number})`);
  return number;
}

function fromText(text: string): number | string {
  return /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : text;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'not there';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}
