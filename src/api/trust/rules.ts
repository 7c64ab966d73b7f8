// api: the rules by which policies from git, the API and Kubernetes are checked, and their small words.

import type { JsonObject } from '../schema/json-schema.ts';
import { error, type Finding } from '../validation/finding.ts';
import { showPath } from '../validation/pointer.ts';
import type { DefinitionPart } from './definition/parts.ts';

/** What the operator uses itself: its own places need no permission, and its credentials belong to them. */
export interface OwnPlaces {
  /** Origins of the Marathon that it was started with. */
  readonly marathonOrigins: readonly string[];
  /** Its own app id where it runs as a task: whoever could change that app would be the operator. */
  readonly app?: string;
  /**
   * Trimmed value of an environment variable, undefined where it is empty or not set: to check where it leads.
   * Never repeated in a message.
   */
  readonly variable: (name: string) => string | undefined;
}

export interface TrustRules {
  /** Variables that are used as plain values. Patterns over the whole name: `*` any characters, `?` one. */
  readonly plainEnv: readonly string[];
  /** Variables that are used as secrets, in the same way; neither list says anything about the other. */
  readonly secretEnv: readonly string[];
  /** Absolute directories, without `.` and `..`. */
  readonly secretFiles: readonly string[];
  /** Origins, `https://host:port` as URL spells them. */
  readonly endpoints: readonly string[];
  /** Groups, `/group`; none: each policy its own, see `defaultGroup`. */
  readonly appPrefixes: readonly string[];
  readonly privileged: boolean;
  /** Kubernetes namespaces beside a policy's own, as patterns; default: none. */
  readonly namespaces?: readonly string[];
  /** Whether policies may have containers run by a Docker engine, which is root on its host. */
  readonly docker?: boolean;
  /** What a definition may reach of what a cluster shares. */
  readonly definitionParts: readonly DefinitionPart[];
  readonly own: OwnPlaces;
}

/** Checks the defaulted block of a metric for the endpoints it names and the credentials it would use there. */
export type CheckMetric = (block: JsonObject, pointer: string, rules: TrustRules) => readonly Finding[];

/** `spec.marathon.caFile: … start the operator with --allow-… `, the same sentence for every rule. */
export function refused(pointer: string, what: string, allow: string): Finding {
  return error(pointer, `${showPath(pointer)}: this policy ${what}: start the operator with ${allow}`);
}

/** @param use as a secret it is masked, as a plain value it is shown */
export function mayReadVariable(
  name: string,
  use: 'plain' | 'secret',
  { plainEnv, secretEnv }: Pick<TrustRules, 'plainEnv' | 'secretEnv'>,
): boolean {
  return (use === 'plain' ? plainEnv : secretEnv).some((pattern) => matches(pattern, name));
}

/** Lexically; whoever opens the file looks where its links lead. */
export function mayReadFile(path: string, { secretFiles }: Pick<TrustRules, 'secretFiles'>): boolean {
  const segments = path.split('/');
  const plain =
    path.startsWith('/') && !segments.includes('..') && !segments.includes('.') && !path.includes('\0');
  return plain && secretFiles.some((dir) => path.startsWith(dir.endsWith('/') ? dir : `${dir}/`));
}

/** Finding about a variable that is not allowed; none when it is. */
export function checkVariable(
  name: string,
  use: 'plain' | 'secret',
  { pointer, rules }: { readonly pointer: string; readonly rules: TrustRules },
): readonly Finding[] {
  if (mayReadVariable(name, use, rules)) return [];
  const allow = use === 'plain' ? '--allow-env' : '--allow-secret-env';
  const what = `may not read variable ${name}${use === 'plain' ? ' as a plain value' : ''}`;
  return [refused(pointer, what, `${allow} '${name}'`)];
}

/** Whether a name is among those that patterns allow: `*` any characters, `?` one. */
export function mayUse(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matches(pattern, name));
}

/** Two pointers that walk over both texts: patterns with many stars stay cheap. */
function matches(pattern: string, name: string): boolean {
  let [p, n, star, retry] = [0, 0, -1, 0];
  while (n < name.length) {
    if (pattern[p] === '*') [star, retry, p] = [p, n, p + 1];
    else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) [p, n] = [p + 1, n + 1];
    else if (star >= 0) [p, n, retry] = [star + 1, retry + 1, retry + 1];
    else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}

/** `https://host:port` of an http or https URL without credentials in it; undefined for anything else. */
export function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, origin, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' ? origin : undefined;
}
