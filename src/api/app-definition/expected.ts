// api: what Marathon may make of a value, where that is not one thing.

/** A number that Marathon chooses: of a port that is given as 0. */
export class Assigned {
  readonly written = 0;
}

/** Any of these; the first is what is asked for. */
export class AnyOf {
  readonly values: readonly unknown[];

  constructor(first: unknown, ...others: readonly unknown[]) {
    this.values = [first, ...others];
  }
}

export const ASSIGNED = new Assigned();

/** What is written, or shown, for it. */
export function plainly(value: unknown): unknown {
  if (value instanceof Assigned) return value.written;
  if (value instanceof AnyOf) return plainly(value.values[0]);
  if (Array.isArray(value)) return value.map(plainly);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const plain = plainly(item);
      return plain === undefined ? [] : [[key, plain]];
    }),
  );
}
