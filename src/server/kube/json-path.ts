// server: the part of Kubernetes' JSONPath that printer columns use.

import { isObject } from '../../api/schema/json-schema.ts';

type Step =
  | { readonly by: 'field'; readonly name: string }
  | { readonly by: 'index'; readonly at: number }
  | { readonly by: 'filter'; readonly name: string; readonly value: string };

/** `.name`, `.with\.dots`, `[0]`, `[?(@.name=="value")]`. */
const STEP = /\.((?:[^.[\\]|\\.)+)|\[(\d+)\]|\[\?\(@\.([\w-]+)\s*==\s*(?:"([^"]*)"|'([^']*)')\)\]/y;

/**
 * Compiles a path like `.status.conditions[?(@.type=="Ready")].status`.
 *
 * @returns what finds the first match in an object, undefined where there is none
 * @throws RangeError for a path that says more than this part of the language
 */
export function jsonPath(path: string): (object: unknown) => unknown {
  const steps = stepsOf(path);
  return (object) => steps.reduce(follow, object);
}

function stepsOf(path: string): readonly Step[] {
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const from = STEP.lastIndex;
    const match = STEP.exec(path);
    if (match === null) throw new RangeError(`JSONPath ${path}: '${path.slice(from)}' is not understood`);
    const [, field, index, name, double, single] = match;
    if (field !== undefined) steps.push({ by: 'field', name: field.replaceAll(/\\(.)/g, '$1') });
    else if (index !== undefined) steps.push({ by: 'index', at: Number(index) });
    else steps.push({ by: 'filter', name: name ?? '', value: double ?? single ?? '' });
  }
  return steps;
}

function follow(at: unknown, step: Step): unknown {
  if (step.by === 'field') return own(at, step.name);
  if (!Array.isArray(at)) return undefined;
  return step.by === 'index' ? at[step.at] : at.find((item) => own(item, step.name) === step.value);
}

function own(at: unknown, name: string): unknown {
  return isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
}
