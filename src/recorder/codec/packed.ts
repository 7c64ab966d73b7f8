// recorder: a picture and its places, packed until the next one is taken: of hundreds of pools a tenth of the memory. Pure.

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Place, type PlaceJson } from './place.ts';

/** More would take longer, and little less room. */
const FASTEST = { level: 1 };

export class Packed {
  readonly #bytes: Uint8Array;

  constructor(place: Place, picture: unknown) {
    // A copy, as long as it is: what zlib gives is a piece of 16 KiB.
    this.#bytes = new Uint8Array(deflateRawSync(JSON.stringify([place, picture]), FASTEST));
  }

  open(): { readonly place: Place; readonly picture: unknown } {
    const [place, picture]: [PlaceJson, unknown] = JSON.parse(inflateRawSync(this.#bytes).toString('utf8'));
    return { place: Place.from(place), picture };
  }
}
