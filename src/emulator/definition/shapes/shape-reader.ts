// emulator: reads JSON by a table of shapes, the way Marathon's generated readers do: unknown fields vanish,
// null is absent, defaults appear, and every wrong field is reported at once.

import type { ErrorDetail } from '../../api-error.ts';
import {
  type Field,
  type Fields,
  type FieldsOf,
  isObject,
  type Json,
  type JsonObject,
  type NumberShape,
  type ObjectShape,
  object,
  type Shape,
  type StringShape,
} from './shape.ts';

/** Where a value stands, and where to tell what is wrong with it. */
export interface ReadAt {
  readonly path: string;
  readonly details: ErrorDetail[];
}

/** @returns the value with defaults and without unknown fields; what is wrong goes to `at.details` */
export function read(shape: Shape, value: Json, at: ReadAt): Json {
  switch (shape.kind) {
    case 'any':
      return value;
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong(at, 'error.expected.jsboolean');
    case 'string':
      return readText(shape, value, at);
    case 'time':
      return readTime(value, at);
    case 'number':
    case 'integer':
    case 'long':
      return readNumber(shape, value, at);
    case 'enum':
      return readEnum(shape.values, value, at);
    case 'array':
      return readArray(shape, value, at);
    case 'map':
      return isObject(value) ? readMap(shape.of, value, at) : wrong(at, 'error.expected.jsobject');
    case 'object':
      return fieldsOf(shape, value, at);
    case 'union':
      return readUnion(shape.of, value, at);
  }
}

/** The fields of a checked object. */
export function readFields<F extends Fields>(fields: F, value: JsonObject, at: ReadAt): FieldsOf<F> {
  return readObject(object('', fields), value, at);
}

/** @returns what the shape promises, unless something was wrong */
export function readObject<F extends Fields>(shape: ObjectShape<F>, value: Json, at: ReadAt): FieldsOf<F> {
  // `read` makes of each kind what `TypeOf` says of it; the compiler does not follow a type through a table.
  return fieldsOf(shape, value, at) as FieldsOf<F>;
}

function fieldsOf(shape: ObjectShape, value: Json, at: ReadAt): JsonObject {
  if (shape.reader === 'plain' && !isObject(value)) {
    wrong(at, 'error.expected.jsobject');
    return {};
  }
  const given = isObject(value) ? value : {};
  const out: Record<string, Json> = {};
  for (const [name, field] of Object.entries(shape.fields)) {
    const item = Object.hasOwn(given, name) ? given[name] : undefined;
    const below: ReadAt = { ...at, path: `${at.path}/${name}` };
    const result = readField(shape, field, item, below);
    if (result !== undefined) out[name] = result;
    else if (item === undefined && field.required) wrong(below, missing(shape, name, value));
  }
  return out;
}

function readField(
  { reader }: ObjectShape,
  { shape, required, otherwise }: Field,
  item: Json | undefined,
  at: ReadAt,
): Json | undefined {
  if (item === undefined || (item === null && !required)) return otherwise;
  if (reader !== 'forgiving' || otherwise === undefined) return read(shape, item, at);
  const details: ErrorDetail[] = [];
  const result = read(shape, item, { ...at, details });
  return details.length === 0 ? result : otherwise;
}

function missing({ reader }: ObjectShape, name: string, value: Json): string {
  if (reader !== 'checked') return 'error.path.missing';
  const text = JSON.stringify(value);
  return isObject(value) ? `'${name}' is undefined on object: ${text}` : `${text} is not an object`;
}

function readMap(of: Shape, value: JsonObject, at: ReadAt): JsonObject {
  const out: Record<string, Json> = Object.create(null);
  for (const [key, item] of Object.entries(value)) out[key] = read(of, item, below(at, `/${key}`));
  return { ...out };
}

function readArray(shape: Extract<Shape, { kind: 'array' }>, value: Json, at: ReadAt): Json {
  if (!isArray(value)) return wrong(at, 'error.expected.jsarray');
  const items = value.map((item, index) => read(shape.of, item, below(at, `(${index})`)));
  const out = shape.set ? distinct(items) : items;
  return shape.min !== undefined && out.length < shape.min ? wrong(at, 'error.minLength') : out;
}

/** Each value once, in the order of first sight. */
export function distinct<T>(items: readonly T[]): T[] {
  const seen = new Map<string, T>();
  for (const item of items) {
    const text = JSON.stringify(item, sortedKeys);
    if (!seen.has(text)) seen.set(text, item);
  }
  return [...seen.values()];
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readUnion(shapes: readonly Shape[], value: Json, at: ReadAt): Json {
  let details: ErrorDetail[] = [];
  for (const shape of shapes) {
    details = [];
    const result = read(shape, value, { ...at, details });
    if (details.length === 0) return result;
  }
  at.details.push(...details);
  return null;
}

function readText(shape: StringShape, value: Json, at: ReadAt): Json {
  if (typeof value !== 'string') return wrong(at, 'error.expected.jsstring');
  const errors = [
    ...(shape.max !== undefined && value.length > shape.max ? ['error.maxLength'] : []),
    ...(shape.min !== undefined && value.length < shape.min ? ['error.minLength'] : []),
    ...(shape.form !== undefined && !shape.form(value) ? ['error.pattern'] : []),
  ];
  return errors.length === 0 ? value : wrong(at, ...errors);
}

function readEnum(values: readonly string[], value: Json, at: ReadAt): Json {
  const known =
    typeof value === 'string' ? values.find((v) => v.toLowerCase() === value.toLowerCase()) : undefined;
  return known ?? wrong(at, 'error.unknown.enum.literal');
}

const NUMBER_KINDS = {
  number: { is: () => true, error: '' },
  integer: { is: isWithin(-(2 ** 31), 2 ** 31 - 1), error: 'error.expected.int' },
  // The largest long has no exact double: it is read as the next one.
  long: { is: isWithin(-(2 ** 63), 2 ** 63), error: 'error.expected.long' },
} as const;

function isWithin(least: number, most: number): (value: number) => boolean {
  return (value) => Number.isInteger(value) && value >= least && value <= most;
}

function readNumber(shape: NumberShape, value: Json, at: ReadAt): Json {
  if (typeof value !== 'number') return wrong(at, 'error.expected.jsnumber');
  const { is, error } = NUMBER_KINDS[shape.kind];
  if (!is(value)) return wrong(at, error);
  if (shape.min !== undefined && value < shape.min) return wrong(at, 'error.min');
  if (shape.max !== undefined && value > shape.max) return wrong(at, 'error.max');
  return value;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d(:?\d\d)?)?)$/;

function readTime(value: Json, at: ReadAt): Json {
  if (typeof value !== 'string') return wrong(at, 'error.expected.date');
  const valid = TIME.test(value) && !Number.isNaN(Date.parse(value));
  return valid ? value : wrong(at, 'error.expected.date.isoformat');
}

function below(at: ReadAt, step: string): ReadAt {
  return { ...at, path: `${at.path}${step}` };
}

function wrong(at: ReadAt, ...errors: string[]): null {
  at.details.push({ path: at.path === '' ? '/' : at.path, errors });
  return null;
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
