// emulator: the shapes of JSON documents, as Marathon declares them; shape-reader.ts reads by them.

import { defined } from '../../../lang/defined.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A field of an object, in the order in which Marathon declares them. */
export interface Field {
  readonly shape: Shape;
  readonly required?: boolean;
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
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'array'; readonly of: Shape; readonly min?: number; readonly set?: boolean }
  | { readonly kind: 'map'; readonly of: Shape }
  | { readonly kind: 'object'; readonly name: string; readonly fields: Fields; readonly reader: Reader }
  /** The first that fits; what is wrong is told of the last. */
  | { readonly kind: 'union'; readonly of: readonly Shape[] };

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

/** Whether a text as a whole has the form that is asked for. */
export type TextForm = (text: string) => boolean;

export const boolean: Shape = { kind: 'boolean' };
export const any: Shape = { kind: 'any' };
export const time: Shape = { kind: 'time' };
export const string: Shape = { kind: 'string' };

export function text(bounds: {
  readonly min?: number;
  readonly max?: number;
  readonly form?: TextForm;
  readonly name?: string;
}): Shape {
  return { kind: 'string', ...bounds };
}

export function number(min?: number, max?: number): Shape {
  return { kind: 'number', ...range(min, max) };
}

/** 32 bits with a sign. */
export function integer(min?: number, max?: number): Shape {
  return { kind: 'integer', ...range(min, max) };
}

/** 64 bits with a sign. */
export function long(min?: number, max?: number): Shape {
  return { kind: 'long', ...range(min, max) };
}

/** In any letter case; read as it is spelled here. */
export function oneOf(...values: string[]): Shape {
  return { kind: 'enum', values };
}

export function array(of: Shape, min?: number): Shape {
  return { kind: 'array', of, ...range(min, undefined) };
}

/** A list in which nothing occurs twice. */
export function set(of: Shape, min?: number): Shape {
  return { kind: 'array', of, set: true, ...range(min, undefined) };
}

export function map(of: Shape): Shape {
  return { kind: 'map', of };
}

export function union(...of: Shape[]): Shape {
  return { kind: 'union', of };
}

/** @param name as Marathon calls the type in its messages */
export function object(name: string, fields: Fields, reader: Reader = 'checked'): ObjectShape {
  return { kind: 'object', name, fields, reader };
}

export type ObjectShape = Extract<Shape, { readonly kind: 'object' }>;

export function required(shape: Shape): Field {
  return { shape, required: true };
}

export function optional(shape: Shape): Field {
  return { shape };
}

export function withDefault(shape: Shape, otherwise: Json): Field {
  return { shape, otherwise };
}

/** A list or map that is empty when it is absent. */
export function many(shape: Shape): Field {
  return { shape, otherwise: shape.kind === 'map' ? {} : [] };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function range(min: number | undefined, max: number | undefined): { min?: number; max?: number } {
  return { ...defined({ min, max }) };
}
