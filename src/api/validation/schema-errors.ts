// api: what ajv says about a field, in words. No message repeats a value that could be a secret.

import type { ErrorObject } from 'ajv';
import { DURATION_PATTERN, POSITIVE_DURATION_PATTERN } from '../duration.ts';
import { choices, isObject, type JsonSchema } from '../schema/json-schema.ts';
import {
  APP_ID_PATTERN,
  ENV_NAME_PATTERN,
  LABEL_PATTERN,
  NAME_PATTERN,
  URL_PATTERN,
} from '../schema/shapes.ts';
import { knownElsewhere } from '../words/foreign-words.ts';
import { closest } from '../words/suggest.ts';
import { below, parentOf, showPath } from './pointer.ts';

const PATTERN_WORDS: Readonly<Record<string, string>> = {
  [DURATION_PATTERN]: 'a duration such as 500ms, 10s, 5m or 1h',
  [POSITIVE_DURATION_PATTERN]: 'a duration above zero such as 500ms, 10s, 5m or 1h',
  [LABEL_PATTERN]: 'lower-case letters, digits and hyphens, with a letter or digit at both ends',
  [NAME_PATTERN]: 'lower-case letters, digits, hyphens and dots, with a letter or digit at both ends',
  [APP_ID_PATTERN]:
    'an absolute Marathon id such as /shop/consumer: lower-case letters, digits, hyphens and dots',
  [ENV_NAME_PATTERN]: 'the name of a variable: letters, digits and _ (the name only, never the value)',
  [URL_PATTERN]: 'a URL that begins with http:// or https://',
};

const TYPE_WORDS: Readonly<Record<JsonSchema['type'], string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

/** The pointer a person should look at: for an unknown field the field, else what the schema refused. */
export function placeOf(error: ErrorObject): string {
  return error.keyword === 'additionalProperties'
    ? below(error.instancePath, String(error.params['additionalProperty']))
    : error.instancePath;
}

/** A sentence for one error of ajv (run with `verbose`). */
export function sentenceOf(error: ErrorObject): string {
  const path = showPath(placeOf(error));
  const schema = error.parentSchema as Partial<JsonSchema> | undefined;
  const limit: unknown = error.params['limit'];
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField(error, path, Object.keys(schema?.properties ?? {}));
    case 'required':
      return `${path} needs ${String(error.params['missingProperty'])}${purpose(error, schema)}`;
    case 'type':
      return `${path} ${typeComplaint(error)}`;
    case 'enum':
      return `${path} ${choiceComplaint(error.data, schema?.enum ?? [])}`;
    case 'pattern':
      return `${path} must be ${PATTERN_WORDS[String(schema?.pattern)] ?? `of the form ${schema?.pattern}${inBrackets(schema)}`}`;
    case 'minimum':
      return `${path} must be at least ${limit}, but is ${error.data}`;
    case 'maximum':
      return `${path} must be at most ${limit}, but is ${error.data}`;
    case 'minLength':
    case 'minItems':
      return `${path} must not be empty`;
    case 'maxLength':
      return `${path} must have at most ${limit} characters, but has ${String(error.data).length}`;
    case 'maxItems':
      return `${path} may have at most ${limit} elements, but has ${Array.isArray(error.data) ? error.data.length : 'more'}`;
    case 'minProperties':
      return `${path} is empty: give ${names(Object.keys(schema?.properties ?? {}), 'or')}`;
    case 'oneOf':
      return `${path} ${groupComplaint(error.data, schema)}`;
    case 'not':
      return `${path} has ${names(excluded(error.schema), 'and')}, which exclude each other: keep one of them`;
    default:
      return `${path} ${error.message ?? 'is not valid'}`;
  }
}

function unknownField(error: ErrorObject, path: string, known: readonly string[]): string {
  const name = String(error.params['additionalProperty']);
  if (name === 'value' && known.includes('fromEnv')) {
    return `${path}: a secret may not stand in a policy: refer to it with ${names(known, 'or')}`;
  }
  const noun = parentOf(placeOf(error)).endsWith('/metric') ? 'metric source' : 'field';
  const meant = closest(name, known);
  const otherwise = meant === undefined ? `here there are ${names(known, 'and')}` : `did you mean ${meant}?`;
  return `${path} is not a ${noun}; ${knownElsewhere(name) ?? otherwise}`;
}

function purpose(error: ErrorObject, schema: Partial<JsonSchema> | undefined): string {
  return inBrackets(schema?.properties?.[String(error.params['missingProperty'])]);
}

/** What a field is for, behind what it must be. */
function inBrackets(field: Partial<JsonSchema> | undefined): string {
  return field?.description === undefined ? '' : ` (${field.description.replace(/\.$/, '')})`;
}

function typeComplaint(error: ErrorObject): string {
  const { pattern } = (error.parentSchema ?? {}) as Partial<JsonSchema>;
  if (pattern === DURATION_PATTERN || pattern === POSITIVE_DURATION_PATTERN)
    return `must be ${PATTERN_WORDS[pattern]}, but is ${kindOf(error.data)}${withUnit(error.data)}`;
  const wanted = error.params['type'] as JsonSchema['type'];
  const quoted =
    typeof error.data === 'string' && error.data.trim() !== '' && !Number.isNaN(Number(error.data));
  const number = wanted === 'integer' || wanted === 'number';
  const advice = number && quoted ? ': remove the quotes' : '';
  return `must be ${TYPE_WORDS[wanted] ?? wanted}, but is ${kindOf(error.data)}${advice}`;
}

/** People who leave the unit out mean seconds, most of the time. */
function withUnit(value: unknown): string {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
    ? `: ${value}s for seconds, ${value}ms for milliseconds`
    : '';
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return 'text';
  return Array.isArray(value) ? 'a list' : 'a mapping';
}

function choiceComplaint(value: unknown, choices: readonly string[]): string {
  const text = String(value);
  const meant = closest(text, choices);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `must be ${names(choices, 'or')}, but is '${shown}'${hint}`;
}

function groupComplaint(value: unknown, schema: Partial<JsonSchema> | undefined): string {
  const complaints = choices(schema).flatMap((group) => {
    const given = isObject(value) ? group.filter((field) => Object.hasOwn(value, field)) : [];
    if (given.length === 1) return [];
    if (group.length === 1) return [`needs ${group[0]}`];
    const had = given.length === 0 ? 'has none of them' : `has ${names(given, 'and')}`;
    return [`needs exactly one of ${names(group, 'and')}, but ${had}`];
  });
  return complaints.join('; and it ');
}

/** The fields of a `not` that requires them: not all of them may be there. */
function excluded(schema: unknown): readonly string[] {
  const { required } = isObject(schema) ? schema : {};
  return Array.isArray(required) ? required.map(String) : [];
}

/** `a, b or c`. */
export function names(list: readonly string[], joint: 'and' | 'or'): string {
  return list.length < 2 ? (list[0] ?? 'nothing') : `${list.slice(0, -1).join(', ')} ${joint} ${list.at(-1)}`;
}
