// api: shapes of the values in a Marathon app definition, as data: what they may be, and what Marathon fills in.

/** Marathon 1.N */
export type Minor = number;

export type Shape =
  | { readonly kind: 'text'; readonly min?: number; readonly max?: number; readonly pattern?: RegExp }
  | { readonly kind: 'number'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'integer'; readonly min?: number; readonly max?: number; readonly long?: true }
  | { readonly kind: 'flag' }
  /** Read without regard to case, echoed as written here. */
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  /** `set`: order and repetition mean nothing. */
  | { readonly kind: 'list'; readonly of: Shape; readonly min?: number; readonly set?: true }
  | { readonly kind: 'map'; readonly of: Shape; readonly emptyKeys?: true }
  | ObjectShape
  /** One of several, told by the value itself. */
  | { readonly kind: 'union'; readonly pick: (value: unknown) => Shape }
  /** Not looked into. */
  | { readonly kind: 'anything' };

export interface ObjectShape {
  readonly kind: 'object';
  readonly fields: Fields;
  /** Anything but a mapping is refused; elsewhere Marathon reads it as an empty one. */
  readonly strict?: true;
}

export type Fields = Readonly<Record<string, Field>>;

export interface Field {
  readonly is: Shape;
  /** Marathon refuses an object without it. */
  readonly required?: true;
  /** What Marathon fills in where it is not given. */
  readonly otherwise?: unknown;
  /** The first 1.N that knows it; absent: 1.4 did. */
  readonly since?: Minor;
  /** Read, and then echoed under another name or not at all. */
  readonly until?: Minor;
}

type Bounds = { readonly min?: number; readonly max?: number };

export const text = (more: { min?: number; max?: number; pattern?: RegExp } = {}): Shape => ({
  kind: 'text',
  ...more,
});
export const number = (more: Bounds = {}): Shape => ({ kind: 'number', ...more });
export const integer = (more: Bounds = {}): Shape => ({ kind: 'integer', ...more });
export const long = (more: Bounds = {}): Shape => ({ kind: 'integer', long: true, ...more });
export const flag: Shape = { kind: 'flag' };
export const anything: Shape = { kind: 'anything' };
export const choice = (...values: readonly string[]): Shape => ({ kind: 'choice', values });
export const list = (of: Shape, more: { min?: number } = {}): Shape => ({ kind: 'list', of, ...more });
export const set = (of: Shape): Shape => ({ kind: 'list', of, set: true });
export const map = (of: Shape, more: { emptyKeys?: true } = {}): Shape => ({ kind: 'map', of, ...more });
export const object = (fields: Fields): ObjectShape => ({ kind: 'object', fields });
export const strictObject = (fields: Fields): ObjectShape => ({ kind: 'object', fields, strict: true });
export const union = (pick: (value: unknown) => Shape): Shape => ({ kind: 'union', pick });
