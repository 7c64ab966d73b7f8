// api: what a rule sees of a document that the schema has refused parts of.

/** `T` with anything missing, at any depth. */
export type Partly<T> = T extends readonly (infer U)[]
  ? readonly (Partly<U> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Partly<T[K]> | undefined }
    : T;

/** The elements that are there, with their position. */
export function present<T>(list: readonly (T | undefined)[] | undefined): readonly (readonly [T, number])[] {
  return (list ?? []).flatMap((item, i) => (item === undefined ? [] : [[item, i] as const]));
}
