// server: the JSON of a list as bytes, piece by piece: with thousands of objects other requests are answered in between.

import { isObject } from '../../../api/schema/json-schema.ts';

/**
 * By the spec, which stays the same object while the status changes, and is the most of it. What is made anew each time is not kept:
 * it would be remembered as long as the change that it came with.
 */
const specs = new WeakMap<object, Uint8Array>();

/** Bytes of a piece, and so much of the last object as goes beyond. */
export const PIECE_LENGTH = 1024 * 1024;

export function* listBytes({
  items,
  ...list
}: { readonly metadata: object; readonly items: readonly object[] } & Readonly<
  Record<string, unknown>
>): Generator<Uint8Array> {
  let piece: Uint8Array[] = [Buffer.from(`${JSON.stringify(list).slice(0, -1)},"items":[`)];
  let [length, separator] = [0, ''];
  for (const item of items) {
    for (const bytes of bytesOf(item, separator)) {
      piece.push(bytes);
      length += bytes.length;
    }
    separator = ',';
    if (length < PIECE_LENGTH) continue;
    yield Buffer.concat(piece);
    [piece, length] = [[], 0];
  }
  yield Buffer.concat([...piece, Buffer.from(']}')]);
}

/** @param before what stands between the one before and this one */
function bytesOf(object: object, before: string): readonly Uint8Array[] {
  const bytes: Uint8Array[] = [];
  let text = `${before}{`;
  let separator = '';
  for (const [name, value] of Object.entries(object)) {
    const isSpec = name === 'spec' && isObject(value);
    const json = isSpec ? '' : JSON.stringify(value);
    if (json === undefined) continue;
    text += `${separator}${JSON.stringify(name)}:${json}`;
    separator = ',';
    if (!isSpec) continue;
    bytes.push(Buffer.from(text), bytesOfSpec(value));
    text = '';
  }
  return [...bytes, Buffer.from(`${text}}`)];
}

function bytesOfSpec(spec: object): Uint8Array {
  const known = specs.get(spec);
  if (known !== undefined) return known;
  const bytes = Buffer.from(JSON.stringify(spec));
  specs.set(spec, bytes);
  return bytes;
}
