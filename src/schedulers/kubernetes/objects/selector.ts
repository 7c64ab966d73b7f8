// schedulers/kubernetes/objects: which labels a selector means. Pure.

import { fieldsOf, type Labels, listOf, textOf } from './read.ts';

export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** All of them must hold. */
export type Selector = readonly Requirement[];

/** From a LabelSelector, or a nodeSelector under `matchLabels`. */
export function selectorOf(raw: unknown): Selector {
  const { matchLabels, matchExpressions } = fieldsOf(raw);
  const equal = Object.entries(fieldsOf(matchLabels)).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [String(value)],
  }));
  return [...equal, ...requirementsOf(matchExpressions)];
}

export function requirementsOf(raw: unknown): Selector {
  return listOf(raw)
    .map(fieldsOf)
    .map(({ key, operator, values }) => ({
      key: textOf(key) ?? '',
      operator: textOf(operator) ?? '',
      values: listOf(values).map(String),
    }));
}

const SET = /^(!)?([^\s!=(),]+)(?:\s+(in|notin)\s+\(([^)]*)\))?$/;
const EQUALITY = /^([^\s!=(),]+)\s*(==|=|!=)\s*([^\s!=(),]*)$/;

/** From its text, as the status of a scale has it; undefined for one that cannot be read. */
export function parsedSelector(text: string): Selector | undefined {
  // A comma in parentheses separates values, not requirements.
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim());
  const read = parts.filter((part) => part !== '').map(requirementIn);
  const known = read.filter((requirement) => requirement !== undefined);
  return known.length === read.length ? known : undefined;
}

function requirementIn(text: string): Requirement | undefined {
  const [, name, sign, value] = EQUALITY.exec(text) ?? [];
  if (name !== undefined && value !== undefined)
    return { key: name, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] };
  const [, not, key, set, list = ''] = SET.exec(text) ?? [];
  if (key === undefined) return undefined;
  if (set === undefined) return { key, operator: not === undefined ? 'Exists' : 'DoesNotExist', values: [] };
  const values = list.split(',').map((each) => each.trim());
  return not === undefined ? { key, operator: set === 'in' ? 'In' : 'NotIn', values } : undefined;
}

/** An empty selector means everything. */
export function selects(selector: Selector, labels: Labels): boolean {
  return selector.every((requirement) => isMet(requirement, labels));
}

function isMet({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

/** `label=value`, as indexes know it. */
export function labelEntry(key: string, value: string): string {
  return `${key}=${value}`;
}

/** The one `label=value` that a requirement leaves; undefined for one that leaves several, or none. */
export function soleEntry({ key, operator, values }: Requirement): string | undefined {
  const [value] = values;
  return operator === 'In' && values.length === 1 && value !== undefined ? labelEntry(key, value) : undefined;
}
