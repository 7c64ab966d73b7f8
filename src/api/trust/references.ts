// api: which variables and files a resource may name.

import { isObject } from '../schema/json-schema.ts';
import { error, type Finding } from '../validation/finding.ts';
import { below, showPath } from '../validation/pointer.ts';
import { names } from '../validation/schema-errors.ts';
import { checkVariable, mayReadFile, refused, type TrustRules } from './rules.ts';

/** One place of a spec that says where a value comes from. */
export interface Reference {
  readonly pointer: string;
  readonly kind: 'fromEnv' | 'fromFile' | 'caFile';
  /** The variable, or the path. */
  readonly name: string;
  readonly use: 'plain' | 'secret';
}

/**
 * Every reference of a spec, wherever it stands, so that a field that is added later is found as well. What lies below
 * an app's `app` is Marathon's and resolves nothing here.
 */
export function referencesIn(spec: unknown): readonly Reference[] {
  const found: Reference[] = [];
  const visit = (value: unknown, pointer: string): void => {
    if (Array.isArray(value)) for (const [i, item] of value.entries()) visit(item, below(pointer, i));
    if (!isObject(value)) return;
    for (const [name, child] of Object.entries(value)) {
      const place = below(pointer, name);
      if (isDefinition(place)) continue;
      if (typeof child !== 'string') visit(child, place);
      else if (name === 'fromEnv' || name === 'fromFile' || name === 'caFile')
        found.push({ pointer: place, kind: name, name: child, use: useAt(pointer) });
    }
  };
  visit(spec, '/spec');
  return found;
}

export function checkReferences(spec: unknown, rules: TrustRules): readonly Finding[] {
  const references = referencesIn(spec);
  return [
    ...checkVariables(references, 'plain', rules),
    ...checkVariables(references, 'secret', rules),
    ...references.flatMap((reference) => checkFiles(reference, rules)),
  ];
}

/** Fewer are reported one by one, each at its place. */
const MANY = 3;

/** Many refused variables are reported with one flag that allows them all, not with one line each. */
function checkVariables(
  references: readonly Reference[],
  use: Reference['use'],
  rules: TrustRules,
): readonly Finding[] {
  const variables = references.filter((reference) => reference.kind === 'fromEnv' && reference.use === use);
  const checked = variables.flatMap(({ pointer, name }) => {
    const [finding] = checkVariable(name, use, { pointer, rules });
    return finding === undefined ? [] : [{ finding, name }];
  });
  const refusedNames = [...new Set(checked.map(({ name }) => name))];
  const [first] = checked;
  if (first === undefined || refusedNames.length < MANY) return checked.map(({ finding }) => finding);
  const what = `may not read variables ${names(refusedNames, 'and')}${use === 'plain' ? ' as plain values' : ''}`;
  const flag = use === 'plain' ? '--allow-env' : '--allow-secret-env';
  return [refused(first.finding.pointer, what, `${flag} '${patternOf(refusedNames)}'`)];
}

/** One pattern over all of them where their names begin alike, else their names. */
function patternOf(variables: readonly string[]): string {
  const [first = '', ...others] = variables;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1;
  const prefix = first.slice(0, first.slice(0, length).lastIndexOf('_') + 1);
  return prefix === '' ? variables.join(',') : `${prefix}*`;
}

function checkFiles({ kind, use, pointer, name }: Reference, rules: TrustRules): readonly Finding[] {
  if (kind === 'fromEnv') return [];
  return kind === 'fromFile' && use === 'plain' ? [plainFile(pointer)] : checkFile(name, pointer, rules);
}

function isDefinition(pointer: string): boolean {
  return /^\/spec\/apps\/\d+\/app$/.test(pointer);
}

/** `queueNameFrom` is where a plain value comes from; whatever else is a reference leads to a secret. */
function useAt(pointer: string): Reference['use'] {
  return /From$/.test(pointer) ? 'plain' : 'secret';
}

/** The files that policies may name hold secrets, and a plain value is shown. */
function plainFile(pointer: string): Finding {
  const message = `${showPath(pointer)}: this policy may not take a plain value from a file: write the value itself, or take it from a variable (fromEnv) that --allow-env names`;
  return error(pointer, message);
}

function checkFile(path: string, pointer: string, rules: TrustRules): readonly Finding[] {
  if (mayReadFile(path, rules)) return [];
  if (!path.startsWith('/') || /(^|\/)\.\.?(\/|$)|\0/.test(path)) {
    const what = `may name files by their absolute path only, without . and .., not ${JSON.stringify(path)}`;
    return [refused(pointer, what, '--allow-secret-files DIR for its directory, and write it out')];
  }
  const directory = path.slice(0, path.lastIndexOf('/')) || '/';
  return [refused(pointer, `may not read file ${path}`, `--allow-secret-files '${directory}'`)];
}
