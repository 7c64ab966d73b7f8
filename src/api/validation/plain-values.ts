// api: plain values and references that stand in each other's place, and what to write instead. In the first form of
// v1alpha1 a plain value was an object (`queueName: { value: orders }`, `queueName: { fromEnv: QUEUE }`).

import type { ErrorObject } from 'ajv';
import { isObject, type JsonObject, type JsonSchema, schemaAt } from '../schema/json-schema.ts';
import { ENV_NAME_PATTERN, sourceOf } from '../schema/shapes.ts';
import { parentOf, showPath } from './pointer.ts';

/** A sentence with the replacement; undefined where `e` is about something else. */
export function replacementFor(e: ErrorObject, schema: JsonSchema): string | undefined {
  const place = e.instancePath;
  if (e.keyword === 'additionalProperties' && e.params['additionalProperty'] === 'value') {
    const plain = plainNameOf(place, schema);
    return plain && `${showPath(place)}: a plain value stands by itself: write ${plain}: ${VALUE}`;
  }
  if (e.keyword !== 'type') return undefined;
  const name = lastOf(place);
  if (isObject(e.data) && siblings(place, schema)?.[sourceOf(name)] !== undefined)
    return `${showPath(place)} is plain text: write ${replacement(name, e.data)}`;
  if (typeof e.data !== 'string' || !isReference(schemaAt(schema, place))) return undefined;
  const plain = plainNameOf(place, schema);
  return plain === undefined
    ? `${showPath(place)}: a secret may not stand in a policy: write ${name}: ${REFERENCE}`
    : `${showPath(place)} says where ${plain} comes from: write ${plain}: ${VALUE}, or ${name}: ${REFERENCE}`;
}

/**
 * The same object with every plain value in its present form: for what an earlier version accepted and kept. What is
 * no plain value of the schema is left as it is.
 */
export function inPresentForm(value: unknown, schema: JsonSchema | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => inPresentForm(item, schema?.items));
  if (!isObject(value) || schema?.properties === undefined) return value;
  const { properties } = schema;
  const fields = Object.entries(value).map(([name, child]): readonly [string, unknown] => {
    const field = properties[name];
    const isFirstForm =
      isObject(child) && field?.type === 'string' && Object.hasOwn(properties, sourceOf(name));
    if (!isFirstForm) return [name, inPresentForm(child, field)];
    return typeof child['value'] === 'string' ? [name, child['value']] : [sourceOf(name), child];
  });
  return Object.fromEntries(fields);
}

const VALUE = 'NAME';
const REFERENCE = '{ fromEnv: VARIABLE }';

/** What the first form said, in the present one. */
function replacement(name: string, first: JsonObject): string {
  const [[kind, said] = ['', undefined], ...more] = Object.entries(first);
  if (more.length === 0 && kind === 'value' && isShowable(said)) return `${name}: ${scalar(said)}`;
  if (more.length === 0 && kind === 'value') return `${name}: and the same text after it`;
  const reference = more.length === 0 ? referenceText(kind, said) : undefined;
  if (reference !== undefined) return `${sourceOf(name)}: ${reference}`;
  return `${name}: ${VALUE}, or ${sourceOf(name)}: ${REFERENCE}`;
}

function referenceText(kind: string, said: unknown): string | undefined {
  // What stands in the place of a variable's name may be its value.
  if (kind === 'fromEnv') {
    const isName = typeof said === 'string' && new RegExp(ENV_NAME_PATTERN).test(said);
    return isName ? `{ fromEnv: ${said} }` : REFERENCE;
  }
  if (kind === 'fromFile' && typeof said === 'string') return `{ fromFile: ${scalar(said)} }`;
  if (kind !== 'fromSecret' || !isObject(said)) return undefined;
  const { name, key } = said;
  if (typeof name !== 'string' || typeof key !== 'string') return undefined;
  return `{ fromSecret: { name: ${scalar(name)}, key: ${scalar(key)} } }`;
}

/** A URL may carry a password or a signature. */
function isShowable(said: unknown): said is string | number {
  if (typeof said === 'number') return true;
  return typeof said === 'string' && said.length <= 200 && !/:\/\/[^/]*@|[?&]/.test(said);
}

/** As YAML reads it back: as text. */
function scalar(text: string | number): string {
  const isPlain = typeof text === 'string' && /^[A-Za-z/](?:[\w./-]|:(?=\S))*$/.test(text);
  return isPlain && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(String(text));
}

/** `queueName` where `place` is its `queueNameFrom`. */
function plainNameOf(place: string, schema: JsonSchema): string | undefined {
  const name = lastOf(place).replace(/From$/, '');
  return sourceOf(name) === lastOf(place) && siblings(place, schema)?.[name]?.type === 'string'
    ? name
    : undefined;
}

function siblings(place: string, schema: JsonSchema): JsonSchema['properties'] {
  return schemaAt(schema, parentOf(place))?.properties;
}

function isReference(schema: JsonSchema | undefined): boolean {
  return schema?.properties?.['fromEnv'] !== undefined;
}

function lastOf(place: string): string {
  return place.slice(place.lastIndexOf('/') + 1);
}
