// lang: a value that is made anew again and again and differs little from the one before shares with it what is the same.

/**
 * `next`, with the parts of `before` in the place of those that are equal to them; `before` itself where nothing is different. Both are
 * plain JSON and are not changed, neither now nor later.
 */
export function withSharedParts<T>(next: T, before: unknown): T {
  // Equal, and so of the same type.
  return shared(next, before) as T;
}

function shared(next: unknown, before: unknown): unknown {
  if (Object.is(next, before) || !isContainer(next) || !isContainer(before)) return next;
  if (Array.isArray(next) || Array.isArray(before))
    return Array.isArray(next) && Array.isArray(before) ? sharedItems(next, before) : next;
  return sharedFields(next, before);
}

function sharedItems(next: readonly unknown[], before: readonly unknown[]): readonly unknown[] {
  const items = next.map((item, i) => shared(item, before[i]));
  return items.length === before.length && items.every((item, i) => Object.is(item, before[i]))
    ? before
    : items;
}

function sharedFields(next: Fields, before: Fields): Fields {
  const fields = Object.entries(next).map(([name, value]): [string, unknown] => [
    name,
    Object.hasOwn(before, name) ? shared(value, before[name]) : value,
  ]);
  const isSame =
    fields.length === Object.keys(before).length &&
    fields.every(([name, value]) => Object.hasOwn(before, name) && Object.is(value, before[name]));
  return isSame ? before : Object.fromEntries(fields);
}

type Fields = Readonly<Record<string, unknown>>;

function isContainer(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
