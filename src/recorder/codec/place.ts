// recorder: the places of a picture, of which thousands of apps have a hundred each: as little memory as there is in them.

/** Where a number or a text stands, with nothing in it: of most places there is only the number. */
export type Leaf = number;

export type PlaceJson = readonly [id: number, ...inside: (string | Leaf | PlaceJson)[]];

/** So many are looked for one after the other, which takes less memory than a map, and no more time in the order of the last look. */
const FEW = 32;

/** Where an object or a list stands. */
export class Place {
  /** With all that is in it, as `toJSON` said it. */
  static from([id, ...inside]: PlaceJson): Place {
    const place = new Place(id);
    for (let at = 0; at < inside.length; at += 2) {
      const [name, inner] = [inside[at], inside[at + 1]];
      if (typeof name !== 'string' || inner === undefined || typeof inner === 'string') continue;
      place.put(name, typeof inner === 'number' ? inner : Place.from(inner));
    }
    return place;
  }

  readonly id: number;
  /**
   * What stood here last, as a copy that is the encoder's own. It is changed, not replaced: pictures of hundreds of pools that each
   * live for a second are what a garbage collector finds hardest.
   */
  own: Record<string, unknown> | unknown[] | undefined;
  /** What is in it: name, place, name, place, …, without room for more; a map of many. */
  #inside: readonly (string | Place | Leaf)[] | Map<string, Place | Leaf> = NONE;
  /** Behind the one that was found last: fields come in the same order each time. */
  #at = 0;

  constructor(id: number) {
    this.id = id;
    this.own = undefined;
  }

  find(name: string): Place | Leaf | undefined {
    const inside = this.#inside;
    if (inside instanceof Map) return inside.get(name);
    const at = this.#indexOf(name, inside);
    const found = at < 0 ? undefined : inside[at + 1];
    return typeof found === 'string' ? undefined : found;
  }

  put(name: string, place: Place | Leaf): void {
    const inside = this.#inside;
    if (inside instanceof Map) {
      inside.set(name, place);
      return;
    }
    const at = this.#indexOf(name, inside);
    if (at >= 0) this.#inside = inside.with(at + 1, place);
    // A spread would leave room for sixteen more.
    else if (inside.length < 2 * FEW) this.#inside = inside.concat(name, place);
    else this.#inside = mapOf(inside).set(name, place);
  }

  /** Its number and what is in it: name, place, name, place, …; not what stood here. */
  toJSON(): PlaceJson {
    const inside = this.#inside;
    const pairs = inside instanceof Map ? [...inside].flat() : inside;
    return [this.id, ...pairs.map((each) => (each instanceof Place ? each.toJSON() : each))];
  }

  /** @returns -1 where it is not there */
  #indexOf(name: string, inside: readonly (string | Place | Leaf)[]): number {
    const { length } = inside;
    for (let looked = 0, at = this.#at; looked < length; looked += 2, at += 2) {
      if (at >= length) at = 0;
      if (inside[at] !== name) continue;
      this.#at = at + 2;
      return at;
    }
    return -1;
  }
}

const NONE: readonly never[] = [];

function mapOf(inside: readonly (string | Place | Leaf)[]): Map<string, Place | Leaf> {
  const map = new Map<string, Place | Leaf>();
  for (let at = 0; at < inside.length; at += 2) {
    const [name, place] = [inside[at], inside[at + 1]];
    if (typeof name === 'string' && place !== undefined && typeof place !== 'string') map.set(name, place);
  }
  return map;
}

export function idOf(place: Place | Leaf): number {
  return typeof place === 'number' ? place : place.id;
}
