// recorder: pictures from the lines that `encoder.ts` made. Pure; what cannot be read is passed over.

import { isNumbers, isPlain } from './json.ts';

export class DeltaDecoder {
  /** By number. */
  readonly #places = new Map<number, Place>();
  readonly #pictures = new Map<string, unknown>();

  names(list: unknown): void {
    if (!Array.isArray(list)) return;
    for (const entry of list) {
      if (!Array.isArray(entry)) continue;
      const [parent, key] = entry;
      if (typeof parent !== 'number' || typeof key !== 'string') continue;
      this.#places.set(this.#places.size + 1, { parent, key });
    }
  }

  /** The first part of a place's path: what it belongs to. */
  nameOf(id: unknown): string | undefined {
    return typeof id === 'number' ? this.#pathOf(id)?.[0] : undefined;
  }

  forget(name: string): void {
    this.#pictures.delete(name);
  }

  /** Never changed once it is given out; what did not move is the same object in every picture. */
  picture(name: string): unknown {
    return this.#pictures.get(name);
  }

  /** @returns what the frame is about; undefined for what is no frame */
  frame(line: readonly unknown[]): string | undefined {
    const [id, sets = [], deltas = [], shifts = [], gone = []] = line;
    const name = this.nameOf(id);
    if (name === undefined || ![sets, deltas, shifts, gone].every(Array.isArray)) return undefined;
    const fresh = new Set<object>();
    each(sets, 2, (place, [value]) => this.#put(place, () => value, fresh));
    each(deltas, 2, (place, [by]) => this.#put(place, (was) => Number(was) + Number(by), fresh));
    each(shifts, 3, (place, [dropped, added]) =>
      this.#put(place, (was) => shifted(was, dropped, added), fresh),
    );
    each(gone, 1, (place) => this.#put(place, () => undefined, fresh));
    return name;
  }

  #put(id: number, change: (was: unknown) => unknown, fresh: Set<object>): void {
    const [name, ...path] = this.#pathOf(id) ?? [];
    if (name === undefined) return;
    this.#pictures.set(name, changed(this.#pictures.get(name), path, { change, fresh }));
  }

  #pathOf(id: number): readonly string[] | undefined {
    const place = this.#places.get(id);
    if (place === undefined) return undefined;
    if (place.path !== undefined) return place.path;
    const above = place.parent === 0 ? [] : this.#pathOf(place.parent);
    if (above === undefined) return undefined;
    place.path = [...above, place.key];
    return place.path;
  }
}

interface Place {
  readonly parent: number;
  readonly key: string;
  path?: readonly string[];
}

function each(list: unknown, size: number, take: (place: number, rest: readonly unknown[]) => void): void {
  if (!Array.isArray(list)) return;
  for (let i = 0; i + size <= list.length; i += size) take(Number(list[i]), list.slice(i + 1, i + size));
}

/** An assignment would take `__proto__` for something else than a field. */
const ORDINARY = { configurable: true, enumerable: true, writable: true };

interface ChangeOf {
  readonly change: (was: unknown) => unknown;
  /** Made for this frame, so that they may still be written to. */
  readonly fresh: Set<object>;
}

function changed(holder: unknown, path: readonly string[], { change, fresh }: ChangeOf): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(holder);
  const own = ownCopy(holder, fresh);
  const value = changed(Object.hasOwn(own, key) ? own[key] : undefined, rest, { change, fresh });
  if (value === undefined) delete own[key];
  else Object.defineProperty(own, key, { ...ORDINARY, value });
  return own;
}

function ownCopy(holder: unknown, fresh: Set<object>): Record<string, unknown> {
  if (isPlain(holder) || Array.isArray(holder)) {
    if (fresh.has(holder)) return holder as Record<string, unknown>;
    const copy = Array.isArray(holder) ? [...holder] : { ...holder };
    fresh.add(copy);
    return copy as Record<string, unknown>;
  }
  const made = {};
  fresh.add(made);
  return made;
}

function shifted(was: unknown, dropped: unknown, added: unknown): unknown {
  if (!isNumbers(was) || !isNumbers(added) || typeof dropped !== 'number') return was;
  return [...was.slice(dropped), ...added];
}
