// server: label selectors as `kubectl -l` writes them (k8s.io/apimachinery `pkg/labels/selector.go`).

import { badRequest } from './failure.ts';
import { isLabelValue, isQualifiedName } from './label-syntax.ts';

export type Labels = Readonly<Record<string, string>>;
export type LabelMatcher = (labels: Labels | undefined) => boolean;

type Test = (value: string | undefined) => boolean;

const EXISTS = /^(!)?\s*([^\s!=<>(),]+)$/;
const COMPARED = /^([^\s!=<>(),]+)\s*(==|=|!=|>|<)\s*([^\s!=<>(),]*)$/;
const SET = /^([^\s!=<>(),]+)\s+(in|notin)\s*\(([^()]*)\)$/;

/** @throws ApiFailure BadRequest that quotes the part that is not understood */
export function labelSelector(text: string): LabelMatcher {
  const requirements = requirementsIn(text).map(requirement);
  return (labels = {}) =>
    requirements.every(({ key, test }) => test(Object.hasOwn(labels, key) ? labels[key] : undefined));
}

/** At the commas that are not within parentheses; in one pass, however many there are. */
function requirementsIn(text: string): readonly string[] {
  if (text.trim() === '') return [];
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    else if (text[at] === ',' && depth <= 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return [...parts, text.slice(from).trim()];
}

function requirement(text: string): { readonly key: string; readonly test: Test } {
  const [, not, present] = EXISTS.exec(text) ?? [];
  if (present !== undefined) {
    return { key: keyIn(present, text), test: (value) => (value !== undefined) === (not === undefined) };
  }
  const [, compared, operator = '', operand = ''] = COMPARED.exec(text) ?? [];
  if (compared !== undefined)
    return { key: keyIn(compared, text), test: comparison(operator, operand, text) };
  const [, member, word, list = ''] = SET.exec(text) ?? [];
  if (member === undefined)
    throw notUnderstood(text, 'write key=value, key!=value, key in (a,b), key or !key');
  const values = new Set(list.split(',').map((value) => valueIn(value.trim(), text)));
  const among: Test = (value) => value !== undefined && values.has(value);
  return { key: keyIn(member, text), test: word === 'in' ? among : (value) => !among(value) };
}

function comparison(operator: string, operand: string, text: string): Test {
  const wanted = valueIn(operand, text);
  switch (operator) {
    case '!=':
      return (value) => value !== wanted;
    case '>':
    case '<': {
      if (!/^-?\d+$/.test(wanted)) throw notUnderstood(text, `'${operator}' compares whole numbers`);
      const limit = BigInt(wanted);
      return (value) =>
        value !== undefined &&
        /^-?\d+$/.test(value) &&
        (operator === '>' ? BigInt(value) > limit : BigInt(value) < limit);
    }
    default:
      return (value) => value === wanted;
  }
}

function keyIn(key: string, text: string): string {
  if (isQualifiedName(key)) return key;
  throw notUnderstood(text, `'${key}' is not the name of a label`);
}

function valueIn(value: string, text: string): string {
  if (isLabelValue(value)) return value;
  throw notUnderstood(text, `'${value}' is not the value of a label`);
}

function notUnderstood(text: string, hint: string): Error {
  return badRequest(`unable to parse requirement '${text}' of the label selector: ${hint}`);
}
