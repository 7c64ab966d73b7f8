// api: an app definition as Marathon reads it: null is not given, unknown fields are left out, words are spelled as echoed.

import { isObject, type JsonObject } from '../schema/json-schema.ts';
import { isGiven } from './fields.ts';
import type { Field, ObjectShape, Shape } from './shape.ts';

export type Place = readonly (string | number)[];

export interface Complaint {
  readonly at: Place;
  /** Continues "app.cpus …". */
  readonly says: string;
}

export interface Reading {
  readonly value: JsonObject;
  /** What Marathon refuses in it. */
  readonly refused: readonly Complaint[];
  /** Fields that Marathon does not know there, with those that it does. */
  readonly unknown: readonly { readonly at: Place; readonly known: readonly string[] }[];
  /** What is no mapping where one belongs, and is read as an empty one. */
  readonly emptied: readonly Place[];
}

/** A value that is refused stays in the reading as it is. */
export function readObject(value: unknown, shape: ObjectShape): Reading {
  const reader = new Reader();
  return {
    value: reader.object(value, shape, []),
    refused: reader.refused,
    unknown: reader.unknown,
    emptied: reader.emptied,
  };
}

class Reader {
  readonly refused: Complaint[] = [];
  readonly unknown: { at: Place; known: readonly string[] }[] = [];
  readonly emptied: Place[] = [];

  object(value: unknown, shape: ObjectShape, at: Place): JsonObject {
    if (!isObject(value)) this.emptied.push(at);
    const given = isObject(value) ? value : {};
    const read: [string, unknown][] = [];
    for (const [name, item] of Object.entries(given)) {
      const field = fieldOf(shape, name);
      if (!isGiven(item)) continue;
      if (field === undefined) this.unknown.push({ at: [...at, name], known: Object.keys(shape.fields) });
      else read.push([name, this.#value(item, field.is, [...at, name])]);
    }
    for (const [name, field] of Object.entries(shape.fields)) {
      const missing = !Object.hasOwn(given, name) || !isGiven(given[name]);
      if (field.required && missing) this.#refuse(at, `needs ${name}`);
    }
    return Object.fromEntries(read);
  }

  #value(value: unknown, shape: Shape, at: Place): unknown {
    switch (shape.kind) {
      case 'text':
        return this.#text(value, shape, at);
      case 'number':
      case 'integer':
        return this.#number(value, shape, at);
      case 'flag':
        if (typeof value !== 'boolean') this.#refuse(at, 'must be true or false');
        return value;
      case 'choice':
        return this.#choice(value, shape, at);
      case 'list':
        return this.#list(value, shape, at);
      case 'map':
        return this.#map(value, shape, at);
      case 'object':
        if (shape.strict && !isObject(value)) {
          this.#refuse(at, `must be a mapping with ${Object.keys(shape.fields).join(', ')}`);
          return value;
        }
        return this.object(value, shape, at);
      case 'union':
        return this.#value(value, shape.pick(value), at);
      case 'anything':
        return value;
    }
  }

  #text(value: unknown, shape: Shape & { kind: 'text' }, at: Place): unknown {
    const { min = 0, max = Number.POSITIVE_INFINITY, pattern } = shape;
    if (typeof value !== 'string') this.#refuse(at, 'must be text: put it in quotes');
    else if (value.length < min)
      this.#refuse(
        at,
        min === 1
          ? 'must not be empty'
          : `must have at least ${min} characters: Marathon refuses shorter ones`,
      );
    else if (value.length > max) this.#refuse(at, `must have at most ${max} characters`);
    else if (pattern !== undefined && !pattern.test(value))
      this.#refuse(at, `must match ${pattern.source}, but is ${quoted(value)}`);
    return value;
  }

  #number(value: unknown, shape: Shape & { kind: 'number' | 'integer' }, at: Place): unknown {
    const { kind, min, max } = shape;
    const what = kind === 'integer' ? 'an integer' : 'a number';
    const least = min === undefined ? '' : ` of at least ${min}`;
    if (typeof value !== 'number' || (kind === 'integer' && !isInteger(value, 'long' in shape)))
      this.#refuse(at, `must be ${what}${least}`);
    else if (!Number.isFinite(value)) this.#refuse(at, 'must be a finite number');
    else if (min !== undefined && value < min) this.#refuse(at, `must be ${what}${least}`);
    else if (max !== undefined && value > max) this.#refuse(at, `must be at most ${max}`);
    return value;
  }

  #choice(value: unknown, shape: Shape & { kind: 'choice' }, at: Place): unknown {
    const word = typeof value === 'string' ? value.toLowerCase() : undefined;
    const found = shape.values.find((known) => known.toLowerCase() === word);
    if (found === undefined)
      this.#refuse(at, `must be ${shape.values.length === 1 ? '' : 'one of '}${shape.values.join(', ')}`);
    return found ?? value;
  }

  #list(value: unknown, shape: Shape & { kind: 'list' }, at: Place): unknown {
    if (!Array.isArray(value)) {
      this.#refuse(
        at,
        shape.of.kind === 'text' ? 'must be a list of texts: quote its elements' : 'must be a list',
      );
      return value;
    }
    if (value.length < (shape.min ?? 0)) this.#refuse(at, 'must not be empty');
    const items: readonly unknown[] = value;
    return items.map((item, i) => this.#value(item, shape.of, [...at, i]));
  }

  #map(value: unknown, shape: Shape & { kind: 'map' }, at: Place): unknown {
    if (!isObject(value)) {
      this.#refuse(at, shape.of.kind === 'object' ? 'must be a mapping' : 'must be a mapping of texts');
      return value;
    }
    if (!shape.emptyKeys && Object.hasOwn(value, '')) this.#refuse(at, 'must not have an empty name in it');
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, this.#entry(item, shape.of, [...at, name])]),
    );
  }

  /** A forgotten value (`team:`) is null, which Marathon refuses here: a name in a map is not a field. */
  #entry(value: unknown, shape: Shape, at: Place): unknown {
    const plain = shape.kind === 'text' || shape.kind === 'union';
    if (plain && typeof value !== 'string' && !(shape.kind === 'union' && isObject(value))) {
      this.#refuse(at, 'must be text: put it in quotes');
      return value;
    }
    return this.#value(value, shape, at);
  }

  #refuse(at: Place, says: string): void {
    this.refused.push({ at, says });
  }
}

function fieldOf(shape: ObjectShape, name: string): Field | undefined {
  return Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
}

const INT_MAX = 2 ** 31 - 1;
const LONG_MAX = 2 ** 63;

function isInteger(value: number, long: boolean): boolean {
  return Number.isInteger(value) && Math.abs(value) <= (long ? LONG_MAX : INT_MAX);
}

const SHOWN = 40;

function quoted(value: string): string {
  return `'${value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value}'`;
}
