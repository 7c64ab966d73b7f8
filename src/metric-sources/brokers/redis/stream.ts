// metric-sources: the entries of a Redis stream that a consumer group has not read.

import { defined } from '../../../lang/defined.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { countFrom } from '../../connection/numbers.ts';
import { ConnectionLost } from './connection.ts';
import type { Reply } from './resp.ts';
import type { Ask, Structure } from './structure.ts';

/** Entries come with all they hold: as many are looked at as fit in this. */
const LOOK_BYTES = 64 * 1024;
const LOOK_AT_MOST = 100;

interface Group {
  readonly pending: number;
  readonly lastDelivered: string;
  /** Undefined before Redis 7, null where entries were deleted or the group began in the middle. */
  readonly lag: Reply | undefined;
  readonly entriesRead: Reply | undefined;
}

/** Ids of the entries next in line, and whether these are all. */
interface Look {
  readonly ids: readonly string[];
  readonly all: boolean;
}

const NOTHING_SEEN: Look = { ids: [], all: false };

export function stream({ name, group }: { readonly name: string; readonly group: string }): Structure {
  let lookAt = 1;

  async function look(ask: Ask, from: string): Promise<Look> {
    const count = Math.max(1, lookAt);
    const [entries] = await ask([['XRANGE', name, after(from), '+', 'COUNT', String(count)]]);
    if (!Array.isArray(entries)) throw new TransientError('the answer to XRANGE is not a list');
    const ids = entries.map((entry: Reply) => (Array.isArray(entry) ? String(entry[0]) : ''));
    const largest = Math.max(64, ...entries.map((entry: Reply) => sizeOf(entry)));
    lookAt = Math.max(1, Math.min(LOOK_AT_MOST, Math.floor(LOOK_BYTES / largest)));
    return { ids, all: ids.length < count };
  }

  /** All of them, or as many as fit. */
  async function lookAtAll(ask: Ask, from: string): Promise<Look> {
    const first = await look(ask, from);
    return first.all || first.ids.length >= lookAt ? first : await look(ask, from);
  }

  /** The count is good without ages, too: entries may be too large to be read, or there may be no right to see them. */
  async function lookForAges(ask: Ask, from: string): Promise<Look> {
    if (lookAt === 0) return NOTHING_SEEN;
    try {
      return await look(ask, from);
    } catch (error) {
      if (!(error instanceof TransientError) || error instanceof ConnectionLost) throw error;
      lookAt = lookAt > 1 ? 1 : 0;
      return NOTHING_SEEN;
    }
  }

  return {
    what: `stream ${name}`,
    async read(ask, { nowMs }) {
      const [time, groups] = await ask([['TIME'], ['XINFO', 'GROUPS', name]]);
      const asOfMs = nowMs();
      const { pending, lastDelivered, lag, entriesRead } = groupIn(groups, group);
      const read = typeof entriesRead === 'number' ? countFrom(entriesRead, 'entries-read') : undefined;
      const told = typeof lag === 'number' ? countFrom(lag, 'lag') : undefined;
      const totals =
        told === undefined || read === undefined
          ? {}
          : { arrivedTotal: read + told, completedTotal: Math.max(0, read - pending) };
      if (told === 0) return { asOfMs, waiting: 0, inFlight: pending, ...totals };
      const next =
        told === undefined ? await lookAtAll(ask, lastDelivered) : await lookForAges(ask, lastDelivered);
      if (told === undefined && !next.all)
        throw new TransientError(
          `the server cannot tell how many entries group ${group} has not read, at least ${next.ids.length}: it is older than Redis 7, entries were deleted, or the group began in the middle (XGROUP SETID … ENTRIESREAD sets it right)`,
        );
      const arrivals = arrivalsOf(next.ids, { serverMs: millisecondsOf(time), asOfMs });
      const oldest = arrivals?.[0];
      return {
        asOfMs,
        waiting: told ?? next.ids.length,
        inFlight: pending,
        ...totals,
        ...defined({
          oldestAgeMs: oldest === undefined ? undefined : asOfMs - oldest,
          // One alone is the oldest, which is told already.
          arrivals: arrivals !== undefined && arrivals.length > 1 ? arrivals : undefined,
        }),
      };
    },
  };
}

function groupIn(groups: Reply | undefined, name: string): Group {
  if (!Array.isArray(groups)) throw new TransientError('the answer to XINFO GROUPS is not a list');
  for (const each of groups) {
    const fields = fieldsOf(each);
    if (fields.get('name') !== name) continue;
    const lastDelivered = fields.get('last-delivered-id');
    if (typeof lastDelivered !== 'string' || !/^\d+-\d+$/.test(lastDelivered))
      throw new TransientError('the last-delivered-id of the group is no id');
    return {
      pending: countFrom(fields.get('pending'), 'pending'),
      lastDelivered,
      lag: fields.get('lag'),
      entriesRead: fields.get('entries-read'),
    };
  }
  throw new TransientError(`the stream has no group ${name}; check group, or create it with XGROUP CREATE`);
}

/** Names and values in turn. */
function fieldsOf(reply: Reply): ReadonlyMap<string, Reply> {
  const flat: readonly Reply[] = Array.isArray(reply) ? reply : [];
  const pairs = flat.flatMap((name, i) =>
    i % 2 === 0 && typeof name === 'string' ? [[name, flat[i + 1] ?? null] as const] : [],
  );
  return new Map(pairs);
}

/** The first id that is greater: an exclusive range is not known before Redis 6.2. */
function after(id: string): string {
  const [ms = '0', sequence = '0'] = id.split('-');
  return `${ms}-${BigInt(sequence) + 1n}`;
}

function sizeOf(reply: Reply): number {
  if (typeof reply === 'string') return reply.length;
  return Array.isArray(reply) ? reply.reduce((sum: number, part: Reply) => sum + sizeOf(part), 0) : 8;
}

/** Seconds and microseconds. */
function millisecondsOf(time: Reply | undefined): number {
  const [s, us] = Array.isArray(time) ? time : [];
  return countFrom(s, 'the answer to TIME') * 1000 + Math.floor(countFrom(us, 'the answer to TIME') / 1000);
}

/** Ids before September 2001 were given by producers, and are no times. */
const FIRST_TIME_MS = 1e12;

/** In the operator's clock; undefined where ids are no times. */
function arrivalsOf(
  ids: readonly string[],
  { serverMs, asOfMs }: { readonly serverMs: number; readonly asOfMs: number },
): readonly number[] | undefined {
  const times = ids.map((id) => Number(id.split('-')[0]));
  if (times.length === 0 || !times.every((time) => time >= FIRST_TIME_MS)) return undefined;
  return times.map((time) => asOfMs - Math.max(0, serverMs - time));
}
