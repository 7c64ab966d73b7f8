// server: the JSON of a list as bytes, piece by piece: with thousands of objects other requests are answered in between.

import { isObject } from '../../../api/schema/json-schema.ts';

interface Kept {
  readonly spec: Uint8Array;
  /** The newest one that was listed with it, and all of its bytes: most are as they were a second ago. */
  object?: object;
  bytes: readonly Uint8Array[];
}

/**
 * By the spec, which stays the same object while the status changes, and is the most of it. Of objects only the newest is kept, and not
 * by itself: it would be remembered as long as the change that it came with.
 */
const kept = new WeakMap<object, Kept>();

/** Bytes of a piece, and so much of the last object as goes beyond. */
export const PIECE_LENGTH = 4 * 1024 * 1024;
/** So many of them at most are made anew: that takes ten times as long as those that are known. */
export const MADE_LENGTH = 1024 * 1024;
const NOTHING = new Uint8Array();
const COMMA = Buffer.from(',');
/** What is kept has memory of its own: a piece of what `Buffer` shares out would hold all of that. */
const encoder = new TextEncoder();

export function* listBytes({
  items,
  ...list
}: { readonly metadata: object; readonly items: readonly object[] } & Readonly<
  Record<string, unknown>
>): Generator<Uint8Array> {
  let piece: Uint8Array[] = [Buffer.from(`${JSON.stringify(list).slice(0, -1)},"items":[`)];
  let [length, made] = [0, 0];
  let separator = NOTHING;
  for (const item of items) {
    const { bytes, isNew } = bytesOf(item);
    piece.push(separator, ...bytes);
    const added = bytes.reduce((sum, each) => sum + each.length, separator.length);
    length += added;
    if (isNew) made += added;
    separator = COMMA;
    if (length < PIECE_LENGTH && made < MADE_LENGTH) continue;
    yield Buffer.concat(piece);
    [piece, length, made] = [[], 0, 0];
  }
  yield Buffer.concat([...piece, Buffer.from(']}')]);
}

function bytesOf(object: object): { readonly bytes: readonly Uint8Array[]; readonly isNew: boolean } {
  const spec = 'spec' in object && isObject(object.spec) ? keptOf(object.spec) : undefined;
  if (spec === undefined) return { bytes: [Buffer.from(JSON.stringify(object))], isNew: true };
  const isNew = spec.object !== object;
  if (isNew) spec.bytes = bytesAround(object, spec.spec);
  spec.object = object;
  return { bytes: spec.bytes, isNew };
}

function bytesAround(object: object, spec: Uint8Array): readonly Uint8Array[] {
  const bytes: Uint8Array[] = [];
  let text = '{';
  let separator = '';
  for (const [name, value] of Object.entries(object)) {
    const isSpec = name === 'spec';
    const json = isSpec ? '' : JSON.stringify(value);
    if (json === undefined) continue;
    text += `${separator}${JSON.stringify(name)}:${json}`;
    separator = ',';
    if (!isSpec) continue;
    bytes.push(encoder.encode(text), spec);
    text = '';
  }
  return [...bytes, encoder.encode(`${text}}`)];
}

function keptOf(spec: object): Kept {
  const known = kept.get(spec);
  if (known !== undefined) return known;
  const made: Kept = { spec: encoder.encode(JSON.stringify(spec)), bytes: [] };
  kept.set(spec, made);
  return made;
}
