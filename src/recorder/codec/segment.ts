// recorder: a segment as text: a header, then one JSON document a line. Pure.

import { storedAs } from '../../api/validation/stored.ts';
import { readEvent } from '../../controller/persistence/history-codec.ts';
import type { DecisionRecord, EventRecord } from '../../controller/status/view.ts';
import { DeltaDecoder } from './decoder.ts';
import { isPlain, type Plain } from './json.ts';

export const VERSION = 1;

/** What a segment holds: every round, or a picture a minute with all events and decisions. */
export type Tier = 'rounds' | 'minutes';

export interface Header {
  readonly microscaling: 'record';
  readonly version: number;
  readonly tier: Tier;
  /** Of the operator that wrote it. */
  readonly operator: string;
  /** By the wall clock. */
  readonly startedAtMs: number;
  /**
   * Pools that were there before and enter this segment later, most in a minute: until then they are as in the segment before, in
   * which rounds go on; those whose rounds are further apart are in the minutes.
   * Absent: the process began with this one, or lost what was before it.
   */
  readonly pools?: readonly string[];
}

const isHeader = storedAs<Header>({
  type: 'object',
  description: 'The first line of a segment.',
  required: ['microscaling', 'version', 'tier', 'operator', 'startedAtMs'],
  properties: {
    microscaling: { type: 'string', description: 'What the file is.', enum: ['record'] },
    version: { type: 'number', description: 'Of the form of its lines.' },
    tier: { type: 'string', description: 'What it holds.', enum: ['rounds', 'minutes'] },
    operator: { type: 'string', description: 'The version of the program that wrote it.' },
    startedAtMs: { type: 'number', description: 'When it was begun, by the wall clock.' },
    pools: {
      type: 'array',
      description: 'Pools that enter it later.',
      items: { type: 'string', description: 'Its key.' },
    },
  },
});

const isDecision = storedAs<DecisionRecord>({
  type: 'object',
  description: 'A decision that changed a count.',
  required: ['atMs', 'pool', 'app', 'from', 'to', 'wanted', 'granted', 'summary'],
  properties: {
    atMs: { type: 'number', description: 'When, by the wall clock.' },
    pool: { type: 'string', description: 'Key of the pool.' },
    app: { type: 'string', description: 'Id of the app.' },
    from: { type: 'number', description: 'The count before.' },
    to: { type: 'number', description: 'The count after.' },
    wanted: { type: 'number', description: 'What the law asked for.' },
    granted: { type: 'number', description: 'What the pool gave.' },
    summary: { type: 'string', description: 'Why.' },
  },
});

/** What a line of a segment says. */
export type Entry =
  | { readonly kind: 'frame'; readonly pool: string; readonly picture: unknown }
  /** What the laws of a scene remembered before the frame that follows. */
  | { readonly kind: 'memory'; readonly pool: string; readonly scene: string; readonly memory: unknown }
  /** How writes of the frame that follows ended. */
  | { readonly kind: 'writes'; readonly pool: string; readonly writes: readonly unknown[] }
  /** `atMs` by the wall clock; absent in what earlier versions wrote. */
  | { readonly kind: 'gone'; readonly pool: string; readonly atMs?: number }
  | { readonly kind: 'event'; readonly event: EventRecord }
  | { readonly kind: 'decision'; readonly decision: DecisionRecord };

export function headerLine(header: Omit<Header, 'microscaling' | 'version'>): string {
  return JSON.stringify({ microscaling: 'record', version: VERSION, ...header } satisfies Header);
}

/** The header of a segment, or why its content cannot be read. @param line its first one */
export function readHeader(line: string): Header | string {
  const header = parsed(line);
  if (!isHeader(header)) return 'it does not begin as a record does';
  if (header.version !== VERSION)
    return `it is of version ${header.version}, which this program cannot read (it reads ${VERSION})`;
  return header;
}

/** The entries of a segment whose header was read, line by line; one that is torn or not understood says nothing. */
export class EntryReader {
  readonly #decoder: DeltaDecoder;

  /** @param isInPlace whether each picture is changed into the next one of its pool */
  constructor(isInPlace = false) {
    this.#decoder = new DeltaDecoder(isInPlace);
  }

  take(line: string): Entry | undefined {
    return entryOf(parsed(line), this.#decoder);
  }

  /** In place: what the last line did to the picture before it is undone. */
  takeBack(): void {
    this.#decoder.takeBack();
  }
}

export function* readEntries(text: string): Generator<Entry> {
  const reader = new EntryReader();
  // What follows the last end of line is torn.
  for (const line of text.split('\n').slice(1, -1)) {
    const entry = reader.take(line);
    if (entry !== undefined) yield entry;
  }
}

function entryOf(line: unknown, decoder: DeltaDecoder): Entry | undefined {
  if (Array.isArray(line)) {
    const pool = decoder.frame(line);
    return pool === undefined ? undefined : { kind: 'frame', pool, picture: decoder.picture(pool) };
  }
  if (!isPlain(line)) return undefined;
  if ('k' in line) decoder.names(line['k'], line['n']);
  if ('g' in line) return goneFrom(decoder, line);
  if (isDecision(line['d'])) return { kind: 'decision', decision: line['d'] };
  const event = readEvent(line['e']);
  if (event !== undefined) return { kind: 'event', event };
  return listed(line);
}

function goneFrom(decoder: DeltaDecoder, { g: place, t: atMs }: Plain): Entry | undefined {
  const pool = decoder.nameOf(place);
  if (pool === undefined) return undefined;
  decoder.forget(pool);
  return { kind: 'gone', pool, ...(typeof atMs === 'number' && { atMs }) };
}

/** `{"m":[pool, scene, memory]}`, `{"w":[pool, [write, …]]}` */
function listed({ m, w }: Readonly<Record<string, unknown>>): Entry | undefined {
  if (Array.isArray(m)) {
    const [pool, scene, memory] = m;
    if (typeof pool === 'string' && typeof scene === 'string') return { kind: 'memory', pool, scene, memory };
  }
  if (Array.isArray(w)) {
    const [pool, writes] = w;
    if (typeof pool === 'string' && Array.isArray(writes)) return { kind: 'writes', pool, writes };
  }
  return undefined;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
