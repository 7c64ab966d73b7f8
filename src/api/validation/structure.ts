// api: checks a document against its schema, and says which parts of it can still be validated further.

import type { ErrorObject } from 'ajv';
import { isObject, type JsonSchema } from '../schema/json-schema.ts';
import { compiledSchema } from './compiled-schema.ts';
import { error, type Finding } from './finding.ts';
import { meantPlaces, withoutFollowUps } from './follow-ups.ts';
import { replacementFor } from './plain-values.ts';
import { below, parentOf } from './pointer.ts';
import { placeOf, sentenceOf } from './schema-errors.ts';

export interface Structure {
  readonly findings: readonly Finding[];
  /** The document without its refused fields; refused list elements are undefined. */
  readonly usable: unknown;
  /** Whether the field was refused or misspelt: its absence from `usable` proves nothing. */
  readonly refused: (pointer: string) => boolean;
  /** Mistakes beyond those in `findings`; above 0 the document is not worth validating further. */
  readonly uncounted: number;
}

/** Wording a mistake costs a hundred times what finding it does, and a text of 1 MiB can hold 90,000 of them. */
const MAX_WORDED = 200;

/** These say that something is missing or too much; the value itself can be looked at. */
const ABOUT_THE_WHOLE = new Set(['required', 'oneOf', 'not', 'minProperties', 'minItems', 'maxItems']);

/** Compiles on first use: a command that reads no policy should not pay for it. */
export function structureCheck(schema: JsonSchema): (document: unknown) => Structure {
  let mistakesIn: ((document: unknown) => readonly ErrorObject[]) | undefined;
  return (document) => {
    mistakesIn ??= compiledSchema(schema);
    const mistakes = mistakesIn(document);
    if (mistakes.length === 0) return { findings: [], usable: document, refused: () => false, uncounted: 0 };
    const found = mistakes.filter(isOfItsKind);
    if (found.length > MAX_WORDED) return tooMany(found, schema);
    const errors = withoutFollowUps(found);
    const gone = new Set(errors.filter((e) => !ABOUT_THE_WHOLE.has(e.keyword)).map(placeOf));
    const meant = meantPlaces(found);
    return {
      findings: errors.map((e) => error(placeOf(e), replacementFor(e, schema) ?? sentenceOf(e))),
      usable: without(document, gone, ''),
      refused: (pointer) => meant.has(pointer) || isWithin(pointer, gone),
      uncounted: 0,
    };
  };
}

/** What is no mapping has no fields that exclude each other. */
function isOfItsKind({ keyword, data }: ErrorObject): boolean {
  return keyword !== 'not' || isObject(data);
}

/** The first ones in words, and how many there are. */
function tooMany(all: readonly ErrorObject[], schema: JsonSchema): Structure {
  const worded = withoutFollowUps(all.slice(0, MAX_WORDED));
  return {
    findings: worded.map((e) => error(placeOf(e), replacementFor(e, schema) ?? sentenceOf(e))),
    usable: undefined,
    refused: () => true,
    uncounted: all.length - MAX_WORDED,
  };
}

function without(value: unknown, gone: ReadonlySet<string>, pointer: string): unknown {
  if (gone.has(pointer)) return undefined;
  if (Array.isArray(value)) return value.map((item, i) => without(item, gone, below(pointer, i)));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => !gone.has(below(pointer, name)));
  return Object.fromEntries(kept.map(([name, child]) => [name, without(child, gone, below(pointer, name))]));
}

function isWithin(pointer: string, gone: ReadonlySet<string>): boolean {
  for (let at = pointer; ; at = parentOf(at)) {
    if (gone.has(at)) return true;
    if (at === '') return false;
  }
}
