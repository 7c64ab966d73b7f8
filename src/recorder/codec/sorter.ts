// recorder: to which part of a segment each line belongs. Pure.

import { isPlain, type Plain } from './json.ts';

/** What a part holds: pictures of a pool and what belongs to them, its decisions, or the events of all. */
export type PartOf =
  | { readonly kind: 'pool' | 'decisions'; readonly pool: string }
  | { readonly kind: 'events' };

const EVENTS = 'events';
const DECISIONS = 'decisions ';

/** The key of a pool has no space in it, but a slash or a colon. */
export function partNamed(part: string): PartOf {
  if (part === EVENTS) return { kind: 'events' };
  if (part.startsWith(DECISIONS)) return { kind: 'decisions', pool: part.slice(DECISIONS.length) };
  return { kind: 'pool', pool: part };
}

export type TakeLine = (part: string, line: Uint8Array) => void;

const EVENT = /^\{"e":/;
/** Where it is written first, as it is: the rest of it is not looked at. */
const DECISION = /^\{"d":\{"atMs":[-+.\de]+,"pool":"([^"\\]*)"/;
const LIST = '['.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
const utf8 = new TextDecoder();
const toBytes = new TextEncoder();

/**
 * Follows the lines of a segment in their order, without those of its header, and understands no more of them than it must: frames,
 * of which there are most, by their first number. Lines that give names to places are cut by pool, and say which number is their
 * first (`n`), so that the lines of a part can be read without the others.
 */
export class LineSorter {
  /** The part that each place is in, by its number: that of the root is none. */
  readonly #parts: (string | undefined)[] = [undefined];
  readonly #take: TakeLine;

  constructor(take: TakeLine) {
    this.#take = take;
  }

  line(line: Uint8Array): void {
    if (line[0] === LIST) this.#to(this.#parts[numberAt(line, 1)], line);
    else this.#object(utf8.decode(line), line);
  }

  #object(text: string, line: Uint8Array): void {
    if (EVENT.test(text)) return void this.#take(EVENTS, line);
    const decided = DECISION.exec(text)?.[1];
    if (decided !== undefined) return void this.#take(DECISIONS + decided, line);
    const said = parsed(text);
    if (Array.isArray(said['k'])) this.#names(said['k']);
    else this.#to(this.#partOf(said), line);
  }

  #to(part: string | undefined, line: Uint8Array): void {
    if (part !== undefined) this.#take(part, line);
  }

  #partOf({ g: place, d: decision, m, w }: Plain): string | undefined {
    if (typeof place === 'number') return this.#parts[place];
    if (isPlain(decision)) return DECISIONS + String(decision['pool']);
    const [pool] = [m, w].find(Array.isArray) ?? [];
    return typeof pool === 'string' ? pool : undefined;
  }

  #names(list: readonly unknown[]): void {
    let run: unknown[] = [];
    let first = this.#parts.length;
    let part: string | undefined;
    const end = (): void => {
      if (run.length > 0) this.#to(part, toBytes.encode(JSON.stringify({ k: run, n: first })));
      first += run.length;
      run = [];
    };
    for (const entry of list) {
      const [parent, key] = Array.isArray(entry) ? entry : [];
      if (typeof parent !== 'number' || typeof key !== 'string') continue;
      const own = parent === 0 ? key : this.#parts[parent];
      if (own !== part) end();
      part = own;
      this.#parts.push(own);
      run.push(entry);
    }
    end();
  }
}

function numberAt(line: Uint8Array, from: number): number {
  let number = 0;
  for (let at = from; at < line.length; at++) {
    const digit = (line[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) break;
    number = number * 10 + digit;
  }
  return number;
}

function parsed(text: string): Plain {
  try {
    const value: unknown = JSON.parse(text);
    return isPlain(value) ? value : {};
  } catch {
    return {};
  }
}
