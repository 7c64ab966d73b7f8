// emulator: reads JSON by a table of shapes, the way Marathon's generated readers do: unknown fields vanish,
// null is absent, defaults appear, and every wrong field is reported at once.

import type { ErrorDetail } from '../api-error.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export interface Field {
  readonly shape: Shape;
  readonly required?: boolean;
  /** Appears when the field is absent. */
  readonly otherwise?: Json;
}

export type Fields = Readonly<Record<string, Field>>;

export type Shape =
  | { readonly kind: 'string' | 'boolean' | 'any' }
  | { readonly kind: 'number' | 'integer'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'array' | 'map'; readonly of: Shape }
  | { readonly kind: 'object'; readonly fields: Fields }
  /** An object, or one of a few words. */
  | { readonly kind: 'object-or-word'; readonly words: readonly string[]; readonly fields: Fields }
  /** A string, or an object (a reference to a secret). */
  | { readonly kind: 'string-or-object'; readonly fields: Fields };

export const string: Shape = { kind: 'string' };
export const boolean: Shape = { kind: 'boolean' };
export const any: Shape = { kind: 'any' };
export const number = (min?: number, max?: number): Shape => ({ kind: 'number', ...range(min, max) });
export const integer = (min?: number, max?: number): Shape => ({ kind: 'integer', ...range(min, max) });
export const oneOf = (...values: string[]): Shape => ({ kind: 'enum', values });
export const array = (of: Shape): Shape => ({ kind: 'array', of });
export const map = (of: Shape): Shape => ({ kind: 'map', of });
export const object = (fields: Fields): Shape => ({ kind: 'object', fields });

function range(min: number | undefined, max: number | undefined): { min?: number; max?: number } {
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

/** @returns the value with defaults and without unknown fields; what is wrong goes to `details` */
export function read(shape: Shape, value: Json, at: { path: string; details: ErrorDetail[] }): Json {
  switch (shape.kind) {
    case 'any':
      return value;
    case 'string':
    case 'boolean':
      return typeof value === shape.kind ? value : wrong(at, `error.expected.js${shape.kind}`);
    case 'number':
    case 'integer':
      return readNumber(shape, value, at);
    case 'enum':
      if (typeof value !== 'string') return wrong(at, 'error.expected.jsstring');
      return shape.values.includes(value) ? value : wrong(at, 'error.unknown.enum.literal');
    case 'array':
      if (!isArray(value)) return wrong(at, 'error.expected.jsarray');
      return value.map((item, index) => read(shape.of, item, { ...at, path: `${at.path}(${index})` }));
    case 'map':
      return isObject(value) ? readMap(shape.of, value, at) : wrong(at, 'error.expected.jsobject');
    case 'object':
      return isObject(value) ? readFields(shape.fields, value, at) : wrong(at, 'error.expected.jsobject');
    case 'object-or-word':
      if (typeof value === 'string')
        return shape.words.includes(value) ? value : wrong(at, 'error.unknown.enum.literal');
      return isObject(value) ? readFields(shape.fields, value, at) : wrong(at, 'error.expected.jsobject');
    case 'string-or-object':
      if (typeof value === 'string') return value;
      return isObject(value) ? readFields(shape.fields, value, at) : wrong(at, 'error.expected.jsstring');
  }
}

export function readFields(
  fields: Fields,
  value: JsonObject,
  at: { path: string; details: ErrorDetail[] },
): JsonObject {
  const out: Record<string, Json> = {};
  for (const [name, field] of Object.entries(fields)) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    const path = `${at.path}/${name}`;
    if (given !== undefined && given !== null) out[name] = read(field.shape, given, { ...at, path });
    else if (field.otherwise !== undefined) out[name] = field.otherwise;
    else if (field.required) wrong({ ...at, path }, 'error.path.missing');
  }
  return out;
}

function readMap(of: Shape, value: JsonObject, at: { path: string; details: ErrorDetail[] }): JsonObject {
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, read(of, item, { ...at, path: `${at.path}/${key}` })]),
  );
}

function readNumber(
  shape: { readonly kind: 'number' | 'integer'; readonly min?: number; readonly max?: number },
  value: Json,
  at: { path: string; details: ErrorDetail[] },
): Json {
  if (typeof value !== 'number') return wrong(at, 'error.expected.jsnumber');
  if (shape.kind === 'integer' && !isInt(value)) return wrong(at, 'error.expected.int');
  if (shape.min !== undefined && value < shape.min) return wrong(at, 'error.min');
  if (shape.max !== undefined && value > shape.max) return wrong(at, 'error.max');
  return value;
}

function wrong(at: { path: string; details: ErrorDetail[] }, error: string): null {
  at.details.push({ path: at.path === '' ? '/' : at.path, errors: [error] });
  return null;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** 32 bits with a sign. */
function isInt(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;
}
