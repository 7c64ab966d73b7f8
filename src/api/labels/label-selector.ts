// api: label selectors as `kubectl -l` writes them (k8s.io/apimachinery `pkg/labels/selector.go`).

import { isLabelValue, isQualifiedName } from './label-syntax.ts';

export type Labels = Readonly<Record<string, string>>;

export interface LabelSelector {
  matches(labels: Labels | undefined): boolean;
  /** The labels that it asks about, sorted; each once. */
  readonly keys: readonly string[];
}

export interface SelectorProblem {
  /** Quotes the requirement that is not understood, and says how one is written. */
  readonly problem: string;
  /** Where that requirement begins in the text; 1 is the first character. */
  readonly column: number;
}

type Test = (value: string | undefined) => boolean;

interface Requirement {
  readonly key: string;
  readonly test: Test;
}

/** One requirement, and where it begins. */
interface Part {
  readonly text: string;
  readonly column: number;
}

const EXISTS = /^(!)?\s*([^\s!=<>(),]+)$/;
const COMPARED = /^([^\s!=<>(),]+)\s*(==|=|!=|>|<)\s*([^\s!=<>(),]*)$/;
const SET = /^([^\s!=<>(),]+)\s+(in|notin)\s*\(([^()]*)\)$/;

/** The empty one matches everything. */
export function parseLabelSelector(text: string): LabelSelector | SelectorProblem {
  const requirements: Requirement[] = [];
  for (const part of partsOf(text)) {
    const found = requirementOf(part.text);
    if (typeof found === 'string') {
      const problem = `unable to parse requirement '${part.text}' of the label selector: ${found}`;
      return { problem, column: part.column };
    }
    requirements.push(found);
  }
  return {
    keys: [...new Set(requirements.map(({ key }) => key))].sort(),
    matches: (labels = {}) =>
      requirements.every(({ key, test }) => test(Object.hasOwn(labels, key) ? labels[key] : undefined)),
  };
}

/** At the commas that are not within parentheses; in one pass, however many there are. */
function partsOf(text: string): readonly Part[] {
  if (text.trim() === '') return [];
  const parts: Part[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    else if (text[at] === ',' && depth <= 0) {
      parts.push(partOf(text, from, at));
      from = at + 1;
    }
  }
  return [...parts, partOf(text, from, text.length)];
}

function partOf(text: string, from: number, to: number): Part {
  const whole = text.slice(from, to);
  const indent = whole.length - whole.trimStart().length;
  // Of an empty one the place where it should be.
  return { text: whole.trim(), column: from + (indent === whole.length ? 0 : indent) + 1 };
}

/** Or why it is none. */
function requirementOf(text: string): Requirement | string {
  const [, not, present] = EXISTS.exec(text) ?? [];
  if (present !== undefined)
    return withKey(present, (value) => (value !== undefined) === (not === undefined));
  const [, compared, operator = '', operand = ''] = COMPARED.exec(text) ?? [];
  if (compared !== undefined) return withKey(compared, comparison(operator, operand));
  const [, member, word, list = ''] = SET.exec(text) ?? [];
  if (member === undefined) return 'write key=value, key!=value, key in (a,b), key or !key';
  return withKey(member, membership(word === 'in', list));
}

function withKey(key: string, test: Test | string): Requirement | string {
  if (!isQualifiedName(key)) return `'${key}' is not the name of a label`;
  return typeof test === 'string' ? test : { key, test };
}

function comparison(operator: string, operand: string): Test | string {
  if (!isLabelValue(operand)) return notAValue(operand);
  if (operator === '!=') return (value) => value !== operand;
  if (operator !== '>' && operator !== '<') return (value) => value === operand;
  if (!/^-?\d+$/.test(operand)) return `'${operator}' compares whole numbers`;
  const limit = BigInt(operand);
  return (value) =>
    value !== undefined &&
    /^-?\d+$/.test(value) &&
    (operator === '>' ? BigInt(value) > limit : BigInt(value) < limit);
}

function membership(isIn: boolean, list: string): Test | string {
  const values = list.split(',').map((value) => value.trim());
  const wrong = values.find((value) => !isLabelValue(value));
  if (wrong !== undefined) return notAValue(wrong);
  const among = new Set(values);
  return (value) => (value !== undefined && among.has(value)) === isIn;
}

function notAValue(text: string): string {
  return `'${text}' is not the value of a label`;
}
