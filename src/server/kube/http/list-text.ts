// server: the JSON of a list, of which only what is new since the last one is put into words.

/** By the object, which never changes. */
const texts = new WeakMap<object, string>();

export function listText({
  items,
  ...list
}: { readonly metadata: object; readonly items: readonly object[] } & Readonly<
  Record<string, unknown>
>): string {
  return `${JSON.stringify(list).slice(0, -1)},"items":[${items.map(textOf).join(',')}]}`;
}

function textOf(object: object): string {
  const known = texts.get(object);
  if (known !== undefined) return known;
  const text = JSON.stringify(object);
  texts.set(object, text);
  return text;
}
