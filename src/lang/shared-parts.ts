// lang: a value that is made anew again and again and differs little from the one before shares with it what is the same.

import { setOwn } from './set-own.ts';

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
  let isSame = next.length === before.length;
  let made: unknown[] | undefined;
  for (let i = 0; i < next.length; i++) {
    const part = shared(next[i], before[i]);
    if (!Object.is(part, before[i])) isSame = false;
    if (Object.is(part, next[i])) continue;
    made ??= [...next];
    made[i] = part;
  }
  return isSame ? before : (made ?? next);
}

/** Most is as it was, every second, in thousands of objects: nothing is made for those. */
function sharedFields(next: Fields, before: Fields): Fields {
  let left = Object.keys(before).length;
  let isSame = true;
  let made: Record<string, unknown> | undefined;
  for (const name in next) {
    const value = next[name];
    if (!Object.hasOwn(before, name)) {
      isSame = false;
      continue;
    }
    left -= 1;
    const part = shared(value, before[name]);
    if (!Object.is(part, before[name])) isSame = false;
    if (Object.is(part, value)) continue;
    made ??= { ...next };
    setOwn(made, name, part);
  }
  return isSame && left === 0 ? before : (made ?? next);
}

type Fields = Readonly<Record<string, unknown>>;

function isContainer(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
