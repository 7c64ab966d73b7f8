// emulator: the shapes of JSON documents, as Marathon declares them; shape-reader.ts reads by them.

import { defined } from '../../../lang/defined.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A field of an object, in the order in which Marathon declares them. */
export interface Field<S = Shape> {
  readonly shape: S;
  readonly required?: true;
  /** Appears when the field is absent. */
  readonly otherwise?: Json;
}

export type Fields = Readonly<Record<string, Field>>;

/**
 * How an object is read; Marathon generates three kinds of readers.
 *
 * | reader      | not an object                  | a required field is missing | a field with a default is wrong |
 * |-------------|--------------------------------|-----------------------------|---------------------------------|
 * | `checked`   | as one without fields          | says on which object        | is refused                      |
 * | `plain`     | error.expected.jsobject        | error.path.missing          | –                               |
 * | `forgiving` | as one without fields          | error.path.missing          | is replaced by the default      |
 */
export type Reader = 'checked' | 'plain' | 'forgiving';

export type Shape =
  | { readonly kind: 'boolean' | 'any' | 'time' }
  | StringShape
  | NumberShape
  | EnumShape<readonly string[]>
  | ArrayShape<Shape>
  | MapShape<Shape>
  | ObjectShape
  | UnionShape<readonly Shape[]>;

export interface StringShape {
  readonly kind: 'string';
  readonly min?: number;
  readonly max?: number;
  readonly form?: TextForm;
  /** Of its own type in a union. */
  readonly name?: string;
}

export interface NumberShape {
  readonly kind: 'number' | 'integer' | 'long';
  readonly min?: number;
  readonly max?: number;
  readonly name?: string;
}

export interface EnumShape<Values> {
  readonly kind: 'enum';
  readonly values: Values;
}

export interface ArrayShape<Of> {
  readonly kind: 'array';
  readonly of: Of;
  readonly min?: number;
  readonly set?: boolean;
}

export interface MapShape<Of> {
  readonly kind: 'map';
  readonly of: Of;
}

export interface ObjectShape<F = Fields> {
  readonly kind: 'object';
  readonly name: string;
  readonly fields: F;
  readonly reader: Reader;
}

/** The first that fits; what is wrong is told of the last. */
export interface UnionShape<Of> {
  readonly kind: 'union';
  readonly of: Of;
}

/** Whether a text as a whole has the form that is asked for. */
export type TextForm = (text: string) => boolean;

export const boolean = { kind: 'boolean' } as const;
export const any = { kind: 'any' } as const;
export const time = { kind: 'time' } as const;
export const string: StringShape = { kind: 'string' };

export function text(bounds: Omit<StringShape, 'kind'>): StringShape {
  return { kind: 'string', ...bounds };
}

export function number(min?: number, max?: number): NumberShape {
  return { kind: 'number', ...range(min, max) };
}

/** 32 bits with a sign. */
export function integer(min?: number, max?: number): NumberShape {
  return { kind: 'integer', ...range(min, max) };
}

/** 64 bits with a sign. */
export function long(min?: number, max?: number): NumberShape {
  return { kind: 'long', ...range(min, max) };
}

/** In any letter case; read as it is spelled here. */
export function oneOf<const V extends readonly string[]>(...values: V): EnumShape<V> {
  return { kind: 'enum', values };
}

export function array<S extends Shape>(of: S, min?: number): ArrayShape<S> {
  return { kind: 'array', of, ...range(min, undefined) };
}

/** A list in which nothing occurs twice. */
export function set<S extends Shape>(of: S, min?: number): ArrayShape<S> {
  return { ...array(of, min), set: true };
}

export function map<S extends Shape>(of: S): MapShape<S> {
  return { kind: 'map', of };
}

export function union<const S extends readonly Shape[]>(...of: S): UnionShape<S> {
  return { kind: 'union', of };
}

/** @param name as Marathon calls the type in its messages */
export function object<F extends Fields>(
  name: string,
  fields: F,
  reader: Reader = 'checked',
): ObjectShape<F> {
  return { kind: 'object', name, fields, reader };
}

type Required<S> = Field<S> & { readonly required: true };
type Defaulted<S> = Field<S> & { readonly otherwise: Json };

export function required<S extends Shape>(shape: S): Required<S> {
  return { shape, required: true };
}

export function optional<S extends Shape>(shape: S): Field<S> {
  return { shape };
}

export function withDefault<S extends Shape>(shape: S, otherwise: TypeOf<S> & Json): Defaulted<S> {
  return { shape, otherwise };
}

/** A list or map that is empty when it is absent. */
export function many<S extends Shape>(shape: S): Defaulted<S> {
  return { shape, otherwise: shape.kind === 'map' ? {} : [] };
}

/** The same fields, of which none is required and none appears by itself. */
export function allOptional<F extends Fields>(fields: F): AllOptional<F> {
  const open = Object.entries(fields).map(([name, { shape }]) => [name, optional(shape)]);
  return Object.fromEntries(open);
}

export type AllOptional<F extends Fields> = { readonly [K in keyof F]: Field<F[K]['shape']> };

/** What a value of a shape is once it is read. */
export type TypeOf<S> = [Shape] extends [S] ? Json : TypeOfKind<S>;

type TypeOfKind<S> = S extends { readonly kind: 'boolean' }
  ? boolean
  : S extends { readonly kind: 'time' | 'string' }
    ? string
    : S extends NumberShape
      ? number
      : S extends EnumShape<infer V extends readonly string[]>
        ? V[number]
        : S extends ArrayShape<infer Of>
          ? readonly TypeOf<Of>[]
          : S extends MapShape<infer Of>
            ? { readonly [key: string]: TypeOf<Of> }
            : S extends ObjectShape<infer F extends Fields>
              ? FieldsOf<F>
              : S extends UnionShape<infer Of extends readonly Shape[]>
                ? TypeOf<Of[number]>
                : Json;

/** Fields that are required or have a default are there; others may be absent. */
export type FieldsOf<F extends Fields> = Flat<
  {
    readonly [K in keyof F as F[K] extends Required<unknown> | Defaulted<unknown> ? K : never]: TypeOf<
      F[K]['shape']
    >;
  } & {
    readonly [K in keyof F as F[K] extends Required<unknown> | Defaulted<unknown> ? never : K]?: TypeOf<
      F[K]['shape']
    >;
  }
>;
type Flat<T> = { [K in keyof T]: T[K] };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function range(min: number | undefined, max: number | undefined): { min?: number; max?: number } {
  return { ...defined({ min, max }) };
}
