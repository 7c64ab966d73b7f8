// lang: what the language lacks. Every room may use it.

/** The fields whose value may be undefined become fields that may be absent. */
export type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
} & {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
};

/**
 * The fields that have a value: for objects in which an absent field and one that is undefined are not the same. The object itself
 * where all of them have one: this is called hundreds of times a round.
 */
export function defined<T extends object>(fields: T): Defined<T> {
  for (const key in fields) if (fields[key] === undefined) return definedOf(fields);
  return fields as Defined<T>;
}

function definedOf<T extends object>(fields: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  for (const key in fields) if (fields[key] !== undefined) kept[key] = fields[key];
  return kept as Defined<T>;
}
