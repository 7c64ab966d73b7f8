// recorder: pictures of which each is changed into the next one, for whoever wants but the last: nothing is copied. Pure.

import { setOwn } from '../../lang/set-own.ts';
import { isNumbers, isPlain } from './json.ts';

type Holder = Record<string, unknown>;

interface Picture {
  /** Its only field is the picture itself. */
  readonly top: Holder;
  /** Grows with whatever may put another object where one has been. */
  form: number;
}

/** Where in a picture something stands; what it was found in last is asked first. */
export interface PlaceInPicture {
  readonly key: string;
  picture?: Picture;
  holder?: Holder | undefined;
  /** Of the picture when `holder` was found. */
  form?: number;
}

const TOP = 'top';

/** What was in a field; `all` fields where one of them was taken out, for they have an order. */
interface Before {
  readonly holder: Holder;
  readonly key: string;
  readonly was: unknown;
  readonly all: Holder | undefined;
}

export class PicturesInPlace {
  readonly #pictures = new Map<string, Picture>();
  /** What takes the last frame back, in the order of its changes. */
  readonly #before: Before[] = [];

  picture(name: string): unknown {
    return this.#pictures.get(name)?.top[TOP];
  }

  forget(name: string): void {
    this.#before.length = 0;
    const picture = this.#pictures.get(name);
    if (picture === undefined) return;
    // Another one of its name begins with nothing, and whoever has this one keeps it.
    delete picture.top[TOP];
    picture.form += 1;
  }

  beginFrame(): void {
    this.#before.length = 0;
  }

  /** @param path the name of the picture first */
  change(place: PlaceInPicture, path: readonly string[], to: (was: unknown) => unknown): void {
    const picture = place.picture ?? this.#named(path[0] ?? '');
    place.picture = picture;
    let { holder } = place;
    if (holder === undefined || place.form !== picture.form) {
      holder = this.#holderOf(picture, path);
      // A list of numbers is replaced by another one without a new form: what stands in a list is found each time.
      place.holder = Array.isArray(holder) ? undefined : holder;
      place.form = picture.form;
    }
    const key = path.length === 1 ? TOP : place.key;
    const was = Object.hasOwn(holder, key) ? holder[key] : undefined;
    const now = to(was);
    if (now === was) return;
    if (hasPlaces(was) || hasPlaces(now)) picture.form += 1;
    this.#put(holder, key, now);
  }

  /** Of the last frame: with the fields in the order in which they were. */
  takeBack(): void {
    for (const { holder, key, was, all } of this.#before.reverse()) {
      if (all !== undefined) refill(holder, all);
      else if (was === undefined) delete holder[key];
      else setOwn(holder, key, was);
    }
    this.#before.length = 0;
    for (const picture of this.#pictures.values()) picture.form += 1;
  }

  #named(name: string): Picture {
    const known = this.#pictures.get(name);
    if (known !== undefined) return known;
    const made = { top: {}, form: 0 };
    this.#pictures.set(name, made);
    return made;
  }

  #holderOf(picture: Picture, path: readonly string[]): Holder {
    let holder = picture.top;
    for (let at = 0; at < path.length - 1; at++) {
      const key = at === 0 ? TOP : (path[at] ?? '');
      const inner = Object.hasOwn(holder, key) ? holder[key] : undefined;
      if (isHolder(inner)) {
        holder = inner;
        continue;
      }
      const made: Holder = {};
      this.#put(holder, key, made);
      picture.form += 1;
      holder = made;
    }
    return holder;
  }

  #put(holder: Holder, key: string, now: unknown): void {
    if (now === undefined) {
      this.#before.push({ holder, key, was: undefined, all: { ...holder } });
      delete holder[key];
      return;
    }
    const was = Object.hasOwn(holder, key) ? holder[key] : undefined;
    this.#before.push({ holder, key, was, all: undefined });
    setOwn(holder, key, now);
  }
}

/** Something inside of it has a place of its own. */
function hasPlaces(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !isNumbers(value);
}

function refill(holder: Holder, fields: Holder): void {
  for (const key of Object.keys(holder)) delete holder[key];
  for (const [key, value] of Object.entries(fields)) setOwn(holder, key, value);
}

function isHolder(value: unknown): value is Holder {
  return isPlain(value) || Array.isArray(value);
}
