// api: which variables and files a resource may name.

import { error, type Finding } from '../finding.ts';
import { isObject } from '../json-schema.ts';
import { below, showPath } from '../pointer.ts';
import type { ValueUse } from '../values.ts';
import { judgeVariable, mayReadFile, refused, type TrustRules } from './rules.ts';

/**
 * Every reference of a spec, wherever it stands, so that a field that is added later is judged as well. What lies
 * below an app's `app` is Marathon's and resolves nothing here.
 */
export function judgeReferences(spec: unknown, rules: TrustRules): readonly Finding[] {
  const findings: Finding[] = [];
  const visit = (value: unknown, pointer: string): void => {
    if (Array.isArray(value)) for (const [i, item] of value.entries()) visit(item, below(pointer, i));
    if (!isObject(value)) return;
    const use = useAt(pointer);
    for (const [name, child] of Object.entries(value)) {
      const place = below(pointer, name);
      if (isDefinition(place)) continue;
      if (typeof child !== 'string') visit(child, place);
      else if (name === 'fromEnv') findings.push(...judgeVariable(child, use, { pointer: place, rules }));
      else if (name === 'fromFile' && use === 'plain') findings.push(plainFile(place));
      else if (name === 'fromFile' || name === 'caFile') findings.push(...judgeFile(child, place, rules));
    }
  };
  visit(spec, '/spec');
  return findings;
}

function isDefinition(pointer: string): boolean {
  return /^\/spec\/apps\/\d+\/app$/.test(pointer);
}

/** `queueNameFrom` is where a plain value comes from; whatever else is a reference leads to a secret. */
function useAt(pointer: string): ValueUse {
  return /From$/.test(pointer) ? 'plain' : 'secret';
}

/** The files that policies may name hold secrets, and a plain value is shown. */
function plainFile(pointer: string): Finding {
  const message = `${showPath(pointer)}: this policy may not take a plain value from a file: write the value itself, or take it from a variable (fromEnv) that --allow-env names`;
  return error(pointer, message);
}

function judgeFile(path: string, pointer: string, rules: TrustRules): readonly Finding[] {
  if (mayReadFile(path, rules)) return [];
  if (!path.startsWith('/') || /(^|\/)\.\.?(\/|$)|\0/.test(path)) {
    const what = `may name files by their absolute path only, without . and .., not ${JSON.stringify(path)}`;
    return [refused(pointer, what, '--allow-secret-files DIR for its directory, and write it out')];
  }
  const directory = path.slice(0, path.lastIndexOf('/')) || '/';
  return [refused(pointer, `may not read file ${path}`, `--allow-secret-files '${directory}'`)];
}
