// app: values of options as they were written to values as they are used.

import { durationMs, isDuration } from '../../api/duration.ts';
import { TerminalError } from '../../runtime/errors.ts';
import type { Address, OptionSpec, OptionType, ValueTypes } from './spec.ts';

/** What was given, and where. */
export interface Found {
  readonly raw: unknown;
  readonly place: string;
}

/** @throws TerminalError that names the place of the value and what is wrong with it */
export function convert(spec: OptionSpec, { raw, place }: Found): unknown {
  const value = CONVERT[spec.type](raw, place);
  if (spec.choices !== undefined && !spec.choices.includes(String(value))) {
    throw new TerminalError(`${place}: '${value}' is not one of ${spec.choices.join(', ')}`);
  }
  return value;
}

const MOST_SEEDS = 1_000;
const MAX_PORT = 65_535;

const CONVERT: { readonly [T in OptionType]: (raw: unknown, place: string) => ValueTypes[T] } = {
  text: (raw) => String(raw),
  texts: (raw) =>
    (Array.isArray(raw) ? raw.map(String) : String(raw).split(',')).map((s) => s.trim()).filter(Boolean),
  port: (raw, place) => {
    const value = toNumber(raw);
    if (!Number.isSafeInteger(value) || value < 0 || value > MAX_PORT)
      throw wrong(place, raw, `a port, 0 to ${MAX_PORT}`);
    return value;
  },
  integer: (raw, place) => {
    const value = toNumber(raw);
    if (!Number.isSafeInteger(value) || value < 0) throw wrong(place, raw, 'a whole number, 0 or more');
    return value;
  },
  seeds: (raw, place) => {
    const [, first, last] = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(String(raw).trim()) ?? [];
    const from = Number(first);
    const count = (last === undefined ? from : Number(last)) - from + 1;
    if (first === undefined || count < 1 || count > MOST_SEEDS)
      throw wrong(place, raw, `a whole number, 0 or more, or a range of up to ${MOST_SEEDS} like 1..5`);
    return Array.from({ length: count }, (_, i) => from + i);
  },
  number: (raw, place) => {
    const value = toNumber(raw);
    if (!Number.isFinite(value) || value <= 0) throw wrong(place, raw, 'a number above 0');
    return value;
  },
  share: (raw, place) => {
    const value = toNumber(raw);
    if (!(value >= 0 && value <= 1)) throw wrong(place, raw, 'a number from 0 to 1');
    return value;
  },
  duration: (raw, place) => {
    if (typeof raw !== 'string' || !isDuration(raw))
      throw wrong(place, raw, 'a duration like 500ms, 60s, 5m or 1h');
    return durationMs(raw);
  },
  size: (raw, place) => {
    const [, amount, unit = ''] = /^(\d{1,9})(Ki|Mi|Gi|Ti)?$/.exec(String(raw).trim()) ?? [];
    if (amount === undefined) throw wrong(place, raw, 'a size in bytes, like 500Mi or 2Gi');
    return Number(amount) * 1024 ** ['', 'Ki', 'Mi', 'Gi', 'Ti'].indexOf(unit);
  },
  flag: (raw, place) => {
    if (raw === true || raw === 'true' || raw === '1') return true;
    if (raw === false || raw === 'false' || raw === '0') return false;
    throw wrong(place, raw, 'true or false');
  },
  address: parseAddress,
};

function toNumber(raw: unknown): number {
  return typeof raw === 'number' ? raw : String(raw).trim() === '' ? Number.NaN : Number(raw);
}

/** `HOST:PORT`, `:PORT`, `[::1]:PORT` or the URL of it. */
function parseAddress(raw: unknown, place: string): Address {
  const text = String(raw)
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '');
  const match = /^(\[[^\]]+\]|[^:/]*):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > MAX_PORT) throw wrong(place, raw, 'HOST:PORT, e.g. 127.0.0.1:8090');
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '');
  return { host: host === '' ? '127.0.0.1' : host, port };
}

function wrong(place: string, raw: unknown, expected: string): TerminalError {
  return new TerminalError(`${place}: '${String(raw)}' is not ${expected}`);
}
