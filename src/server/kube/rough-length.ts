// server: how much a value weighs, without making its JSON.

/** Roughly the length of the value's JSON, in characters; the value is no deeper than a call stack. */
export function roughLength(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 4;
  let length = 2;
  for (const [name, child] of Object.entries(value)) length += name.length + 4 + roughLength(child);
  return length;
}
