// recorder: a picture of something as what is different from the picture before it. Pure.

import { setOwn } from '../../lang/set-own.ts';
import { createMasking, isNumbers, isPlain, type Masking, masked, type Plain } from './json.ts';
import { Packed } from './packed.ts';
import { idOf, type Leaf, Place } from './place.ts';

/**
 * The lines of one segment. Each place in a picture has a number, which a `k` line gives it once; a frame line then has
 * only numbers of places and what stands there now:
 *
 *     {"k":[[0,"default/demo"],[1,"atMs"]]}        place 1 is root."default/demo", place 2 is its "atMs"
 *     [1,[2,1764410000000]]                        a frame of place 1: set
 *     [1,[],[2,500]]                               … whole numbers grow by so much
 *     [1,[],[],[7,2,[1764410001234]]]              … lists of numbers lose so many at the front, and get these at the end
 *     [1,[],[],[],[9]]                             … is not there any more
 *
 * A frame in which nothing moved but the time is a dozen bytes.
 */
export class DeltaEncoder {
  readonly #masking: Masking;
  /** By name of a picture. */
  readonly #places = new Map<string, Place>();
  /** Packed ones have nothing but their number in `#places`. */
  readonly #last = new Map<string, unknown>();
  readonly #isPacking: boolean;
  #next = 1;
  #named: (readonly [number, string])[] = [];

  /**
   * @param masking of every text, names of places among them, before it is written
   * @param isPacking whether pictures are packed until the next one comes: for those that are far apart
   */
  constructor(masking: Masking = createMasking((text) => text), isPacking = false) {
    this.#masking = masking;
    this.#isPacking = isPacking;
  }

  /** The number of the place that a frame is about. */
  placeOf(name: string): number {
    return this.#placeNamed(name).id;
  }

  /** What it has a picture of. */
  get names(): readonly string[] {
    return [...this.#last.keys()];
  }

  has(name: string): boolean {
    return this.#last.has(name);
  }

  /** Nothing more will be said of it here, and it is not gone. */
  drop(name: string): void {
    this.#last.delete(name);
    this.#places.delete(name);
  }

  /** @returns lines, without the last end of line */
  frame(name: string, picture: unknown): string {
    const { place, before } = this.#unpacked(name);
    const found: Found = { sets: [], deltas: [], shifts: [], gone: [] };
    const kept = this.#compare(place, before, picture, found);
    this.#keep(name, place, kept);
    return this.#withNames(frameLine(place.id, found));
  }

  /** From `atMs` on, by the wall clock, nothing more will be said of it; a later frame begins anew. */
  forget(name: string, atMs: number): string {
    this.#last.delete(name);
    return this.#withNames(JSON.stringify({ g: this.placeOf(name), t: atMs }));
  }

  /** Names of places that were given numbers since, before the line that needs them. */
  #withNames(line: string): string {
    if (this.#named.length === 0) return line;
    const names = JSON.stringify({ k: this.#named });
    this.#named = [];
    return `${names}\n${line}`;
  }

  #unpacked(name: string): { readonly place: Place; readonly before: unknown } {
    const last = this.#last.get(name);
    if (!(last instanceof Packed)) return { place: this.#placeNamed(name), before: last };
    const { place, picture } = last.open();
    return { place, before: picture };
  }

  #keep(name: string, place: Place, picture: unknown): void {
    this.#places.set(name, this.#isPacking ? new Place(place.id) : place);
    this.#last.set(name, this.#isPacking ? new Packed(place, picture) : picture);
  }

  #placeNamed(name: string): Place {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const made = new Place(this.#numbered(0, name));
    this.#places.set(name, made);
    return made;
  }

  /** @param isDeep whether something inside of it may have moved, which has places of its own */
  #inside(place: Place, key: string, isDeep: boolean): Place | Leaf {
    const known = place.find(key);
    const id = known === undefined ? this.#numbered(place.id, key) : idOf(known);
    if (known instanceof Place) return known;
    if (known !== undefined && !isDeep) return known;
    const made = isDeep ? new Place(id) : id;
    place.put(key, made);
    return made;
  }

  #numbered(outer: number, key: string): number {
    this.#named.push([outer, this.#masking.name(key)]);
    return this.#next++;
  }

  /** @returns what the next picture is to be compared with: equal to `now`, and `before` itself wherever it can be. */
  #compare(place: Place | Leaf, before: unknown, now: unknown, found: Found): unknown {
    if (Object.is(before, now)) return before;
    if (isNumbers(before) && isNumbers(now)) return this.#compareNumbers(idOf(place), before, now, found);
    if (place instanceof Place) {
      if (isPlain(before) && isPlain(now)) return this.#compareFields(place, before, now, found);
      if (Array.isArray(before) && Array.isArray(now) && before.length === now.length)
        return this.#compareItems(place, before, now, found);
    }
    if (Number.isSafeInteger(before) && Number.isSafeInteger(now))
      found.deltas.push(idOf(place), Number(now) - Number(before));
    else found.sets.push(idOf(place), masked(now, this.#masking));
    return now;
  }

  #compareItems(
    place: Place,
    before: readonly unknown[],
    now: readonly unknown[],
    found: Found,
  ): readonly unknown[] {
    let kept = before;
    for (let i = 0; i < now.length; i++) {
      if (Object.is(before[i], now[i])) continue;
      const inner = this.#inside(place, String(i), areObjects(before[i], now[i]));
      const next = this.#compare(inner, before[i], now[i], found);
      if (next === before[i]) continue;
      const own = ownItems(place, kept);
      own[i] = next;
      kept = own;
    }
    return kept;
  }

  #compareFields(place: Place, before: Plain, now: Plain, found: Found): Plain {
    let kept = before;
    const keep = (key: string, value: unknown): void => {
      const own = ownFields(place, kept);
      setOwn(own, key, value);
      kept = own;
    };
    // By keys: this is called for every app of every round, and lists of them or pairs would be garbage at once.
    let there = definedIn(before);
    for (const key in now) {
      const value = now[key];
      if (value === undefined) continue;
      const was = Object.is(before[key], value) || Object.hasOwn(before, key) ? before[key] : undefined;
      if (was !== undefined) there -= 1;
      if (Object.is(was, value)) continue;
      const inner = this.#inside(place, key, areObjects(was, value));
      if (was === undefined) found.sets.push(idOf(inner), masked(value, this.#masking));
      const next = was === undefined ? value : this.#compare(inner, was, value, found);
      if (next !== was) keep(key, next);
    }
    if (there === 0) return kept;
    for (const key in before) {
      if (before[key] === undefined || (Object.hasOwn(now, key) && now[key] !== undefined)) continue;
      found.gone.push(idOf(this.#inside(place, key, false)));
      keep(key, undefined);
    }
    return kept;
  }

  /** Times of arrivals and the like: a window that moves on. */
  #compareNumbers(
    id: number,
    before: readonly number[],
    now: readonly number[],
    found: Found,
  ): readonly number[] {
    if (before.length === now.length && now.every((each, i) => each === before[i])) return before;
    const [first] = now;
    const dropped = first === undefined ? -1 : before.indexOf(first);
    const kept = before.length - dropped;
    const goesOn =
      dropped >= 0 && now.length >= kept && now.every((n, i) => i >= kept || n === before[dropped + i]);
    // JSON has null for what is not finite: of such a list the reader has no numbers that could move on.
    const isKept = before.every(Number.isFinite) && now.every(Number.isFinite);
    if (goesOn && isKept) found.shifts.push(id, dropped, now.slice(kept));
    else found.sets.push(id, now);
    return now;
  }
}

function definedIn(fields: Plain): number {
  let count = 0;
  for (const key in fields) if (fields[key] !== undefined) count += 1;
  return count;
}

function areObjects(one: unknown, other: unknown): boolean {
  return typeof one === 'object' && typeof other === 'object' && one !== null && other !== null;
}

function ownFields(place: Place, kept: Plain): Record<string, unknown> {
  const { own } = place;
  const mine = own === kept && !Array.isArray(own) ? own : { ...kept };
  place.own = mine;
  return mine;
}

function ownItems(place: Place, kept: readonly unknown[]): unknown[] {
  const { own } = place;
  const mine = own === kept && Array.isArray(own) ? own : [...kept];
  place.own = mine;
  return mine;
}

/** Flat lists of place, value, place, value, … */
interface Found {
  readonly sets: unknown[];
  readonly deltas: number[];
  readonly shifts: unknown[];
  readonly gone: number[];
}

function frameLine(id: number, { sets, deltas, shifts, gone }: Found): string {
  const parts = [sets, deltas, shifts, gone];
  while (parts.at(-1)?.length === 0) parts.pop();
  return JSON.stringify([id, ...parts]);
}
