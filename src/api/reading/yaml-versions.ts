// api: plain scalars that YAML 1.1 and YAML 1.2 read differently. 1.2 is read here; kubectl and many others read 1.1.

import {
  boolCoreTag,
  boolYaml11Tag,
  floatCoreTag,
  floatYaml11Tag,
  intCoreTag,
  intYaml11Tag,
  NOT_RESOLVED,
  nullCoreTag,
  nullYaml11Tag,
  timestampTag,
} from 'js-yaml';

const YAML_1_2 = [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag];
const YAML_1_1 = [nullYaml11Tag, boolYaml11Tag, intYaml11Tag, floatYaml11Tag, timestampTag];

/** Longer ones are neither a number nor a date. */
const MAX_LENGTH = 64;
/** Only these can differ; a plain decimal number cannot. */
const CANDIDATE = /^(?:[-+.\d]|[yn]$|yes$|no$|on$|off$|=$)/i;
const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/**
 * Both readings in one sentence, or undefined where they agree.
 *
 * @param isKey a key is a text after all, but another one: `on:` becomes `true:`
 */
export function versionsDiffer(text: string, isKey: boolean): string | undefined {
  if (text.length > MAX_LENGTH || DECIMAL.test(text) || !CANDIDATE.test(text)) return undefined;
  const here = resolved(text, YAML_1_2);
  const elsewhere = text === '=' ? DEFAULT_VALUE : resolved(text, YAML_1_1);
  if (Object.is(here, elsewhere)) return undefined;
  const readings = `${shown(here)} here (YAML 1.2) and ${shown(elsewhere)} in YAML 1.1${kubectlReads(elsewhere, text)}`;
  return isKey
    ? `the key ${text} is ${readings}: write '${text}' with quotes`
    : `${text} is ${readings}: ${advice(here, text)}`;
}

/** It reads most of YAML 1.1, but neither dates nor numbers to the base of 60. */
function kubectlReads(value: unknown, text: string): string {
  const does = typeof value === 'boolean' || (typeof value === 'number' && !text.includes(':'));
  return does ? ', which kubectl reads' : '';
}

/** What YAML 1.1 calls the type of `=`. */
const DEFAULT_VALUE = Symbol('default value');

interface ScalarTag {
  readonly tagName: string;
  resolve(text: string, isExplicit: boolean, tagName: string): unknown;
}

function resolved(text: string, tags: readonly ScalarTag[]): unknown {
  for (const tag of tags) {
    const value = tag.resolve(text, false, tag.tagName);
    if (value !== NOT_RESOLVED) return value;
  }
  return text;
}

function shown(value: unknown): string {
  if (value === DEFAULT_VALUE) return 'a default value';
  if (typeof value === 'string') return `the text '${value}'`;
  if (typeof value === 'number') return `the number ${value}`;
  return value instanceof Date ? 'a date' : String(value);
}

function advice(here: unknown, text: string): string {
  return typeof here === 'string'
    ? `write '${text}' with quotes, or the value that is meant`
    : `write ${String(here)}, or '${text}' with quotes for a text`;
}
