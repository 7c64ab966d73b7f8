// emulator: a value as Scala prints it; some of Marathon's messages hold one.

import type { ErrorDetail } from '../../api-error.ts';
import { doubleText } from '../rules/violation.ts';
import { isObject, type Json, type ObjectShape, type Shape } from '../shapes/shape.ts';
import { read } from '../shapes/shape-reader.ts';

/** `Artifact(http://x,true,false,false,None)`. */
export function scalaText(shape: Shape, value: Json): string {
  switch (shape.kind) {
    case 'object':
      return objectText(shape, value);
    case 'array':
      return `${shape.set ? 'Set' : 'List'}(${items(value)
        .map((item) => scalaText(shape.of, item))
        .join(', ')})`;
    case 'map': {
      const entries = isObject(value) ? Object.entries(value) : [];
      return `Map(${entries.map(([key, item]) => `${key} -> ${scalaText(shape.of, item)}`).join(', ')})`;
    }
    case 'union':
      return scalaText(shape.of.find((one) => fits(one, value)) ?? { kind: 'any' }, value);
    case 'number':
      return named(shape.name, doubleText(Number(value)));
    case 'string':
      return named(shape.name, String(value));
    default:
      return String(value);
  }
}

function objectText(shape: ObjectShape, value: Json): string {
  const given = isObject(value) ? value : {};
  const parts = Object.entries(shape.fields).map(([name, field]) => {
    const item = given[name] ?? field.otherwise;
    if (field.required || field.otherwise !== undefined) return scalaText(field.shape, item ?? null);
    return item === undefined || item === null ? 'None' : `Some(${scalaText(field.shape, item)})`;
  });
  return `${shape.name}(${parts.join(',')})`;
}

function named(name: string | undefined, text: string): string {
  return name === undefined ? text : `${name}(${text})`;
}

function fits(shape: Shape, value: Json): boolean {
  const details: ErrorDetail[] = [];
  read(shape, value, { path: '', details });
  return details.length === 0;
}

function items(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
