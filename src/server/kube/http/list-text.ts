// server: the JSON of a list, of which only what is new since the last one is put into words, piece by piece: with thousands of
// objects other requests are answered in between.

/** By the object, which never changes. */
const texts = new WeakMap<object, string>();

/** Characters of a piece, and so much of the last object as goes beyond. */
export const PIECE_LENGTH = 256 * 1024;

export function* listText({
  items,
  ...list
}: { readonly metadata: object; readonly items: readonly object[] } & Readonly<
  Record<string, unknown>
>): Generator<string> {
  let piece = `${JSON.stringify(list).slice(0, -1)},"items":[`;
  let separator = '';
  for (const item of items) {
    piece += separator + textOf(item);
    separator = ',';
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}]}`;
}

function textOf(object: object): string {
  const known = texts.get(object);
  if (known !== undefined) return known;
  const text = JSON.stringify(object);
  texts.set(object, text);
  return text;
}
