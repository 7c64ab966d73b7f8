// recorder: pictures from the lines that `encoder.ts` made. Pure; what cannot be read is passed over.

import { setOwn } from '../../lang/set-own.ts';
import { PicturesInPlace, type PlaceInPicture } from './in-place.ts';
import { isNumbers, isPlain } from './json.ts';

export class DeltaDecoder {
  /** By number. */
  readonly #places = new Map<number, Place>();
  readonly #pictures = new Map<string, unknown>();
  readonly #inPlace: PicturesInPlace | undefined;

  /** @param isInPlace whether each picture is changed into the next one: for those who keep but the last, at a fraction of the price */
  constructor(isInPlace = false) {
    this.#inPlace = isInPlace ? new PicturesInPlace() : undefined;
  }

  /** @param first number of the places that get names; absent: the next one */
  names(list: unknown, first?: unknown): void {
    if (!Array.isArray(list)) return;
    let next = typeof first === 'number' ? first : this.#places.size + 1;
    for (const entry of list) {
      if (!Array.isArray(entry)) continue;
      const [parent, key] = entry;
      if (typeof parent !== 'number' || typeof key !== 'string') continue;
      this.#places.set(next++, { parent, key });
    }
  }

  /** The first part of a place's path: what it belongs to. */
  nameOf(id: unknown): string | undefined {
    return typeof id === 'number' ? this.#pathOf(id)?.[0] : undefined;
  }

  forget(name: string): void {
    this.#pictures.delete(name);
    this.#inPlace?.forget(name);
  }

  /** In place: the picture that the last frame changed is as it was before it. */
  takeBack(): void {
    this.#inPlace?.takeBack();
  }

  /** Never changed once it is given out, unless in place; what did not move is the same object in every picture. */
  picture(name: string): unknown {
    return this.#inPlace === undefined ? this.#pictures.get(name) : this.#inPlace.picture(name);
  }

  /** @returns what the frame is about; undefined for what is no frame */
  frame(line: readonly unknown[]): string | undefined {
    const [id, sets = [], deltas = [], shifts = [], gone = []] = line;
    const name = this.nameOf(id);
    if (name === undefined || ![sets, deltas, shifts, gone].every(Array.isArray)) return undefined;
    this.#inPlace?.beginFrame();
    const fresh = new Set<object>();
    this.#each(sets, { size: 2, fresh, change: (_was, value) => value });
    this.#each(deltas, { size: 2, fresh, change: (was, by) => Number(was) + Number(by) });
    this.#each(shifts, { size: 3, fresh, change: shifted });
    this.#each(gone, { size: 1, fresh, change: () => undefined });
    return name;
  }

  /** Place after place, each with what is said of it. */
  #each(list: unknown, { size, fresh, change }: ChangesOf): void {
    if (!Array.isArray(list)) return;
    if (this.#inPlace !== undefined) {
      this.#overwrite(this.#inPlace, list, { size, change });
      return;
    }
    for (let i = 0; i + size <= list.length; i += size) {
      const path = this.#pathOf(Number(list[i]));
      const [name] = path ?? [];
      if (path === undefined || name === undefined) continue;
      const to = (was: unknown): unknown => change(was, list[i + 1], list[i + 2]);
      this.#pictures.set(name, changed(this.#pictures.get(name), 1, { path, fresh, to }));
    }
  }

  #overwrite(
    pictures: PicturesInPlace,
    list: readonly unknown[],
    { size, change }: Pick<ChangesOf, 'size' | 'change'>,
  ): void {
    for (let i = 0; i + size <= list.length; i += size) {
      const id = Number(list[i]);
      const path = this.#pathOf(id);
      const place = this.#places.get(id);
      if (path === undefined || place === undefined) continue;
      pictures.change(place, path, (was) => change(was, list[i + 1], list[i + 2]));
    }
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

interface Place extends PlaceInPicture {
  readonly parent: number;
  path?: readonly string[];
}

interface ChangesOf {
  readonly size: number;
  /** Made for this frame, so that they may still be written to. */
  readonly fresh: Set<object>;
  readonly change: (was: unknown, first: unknown, second: unknown) => unknown;
}

interface ChangeOf extends Pick<ChangesOf, 'fresh'> {
  readonly path: readonly string[];
  readonly to: (was: unknown) => unknown;
}

/** @param at where in the path: before it, `holder` is */
function changed(holder: unknown, at: number, how: ChangeOf): unknown {
  const key = how.path[at];
  if (key === undefined) return how.to(holder);
  const own = ownCopy(holder, how.fresh);
  const value = changed(Object.hasOwn(own, key) ? own[key] : undefined, at + 1, how);
  if (value === undefined) delete own[key];
  else setOwn(own, key, value);
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
