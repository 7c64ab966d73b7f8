// api: an app's formula, read and checked before anything is decided by it (docs/design/round.md#several-targets).

import type { ASTNode } from '@marcbachmann/cel-js';
import { closest } from '../../words/suggest.ts';
import { parseCel } from './cel.ts';
import type {
  ArithmeticOperator,
  ComparisonOperator,
  Formula,
  FormulaFunction,
  FormulaMistake,
  NumberTerm,
  TruthTerm,
} from './term.ts';

/** @param names the names of the app's targets, in order; undefined for one that has none */
export function parseFormula(
  text: string,
  names: readonly (string | undefined)[],
): { readonly formula: Formula } | { readonly mistake: FormulaMistake } {
  const parsed = parseCel(text);
  if ('mistake' in parsed) return parsed;
  const reader = new FormulaReader(text, names);
  try {
    const term = reader.number(parsed.tree, 'the formula');
    return { formula: { term, text: reader.text } };
  } catch (error) {
    if (!(error instanceof Mistaken)) throw error;
    return { mistake: { message: error.message, at: error.at } };
  }
}

class Mistaken extends Error {
  readonly at: number;

  constructor(node: ASTNode, message: string) {
    super(message);
    this.at = node.pos;
  }
}

const FUNCTIONS: Readonly<Record<FormulaFunction, 'one' | 'several'>> = {
  max: 'several',
  min: 'several',
  ceil: 'one',
  floor: 'one',
};

const KNOWN =
  'a formula has numbers, the names of targets, + - * /, comparisons, && || !, a ? b : c and max, min, ceil, floor';

/** Turns the tree of an expression into terms, each of which is known to be a number or a truth. */
class FormulaReader {
  readonly #source: string;
  readonly #names: readonly (string | undefined)[];
  readonly #found: { readonly at: number; readonly end: number; readonly index: number }[] = [];

  constructor(source: string, names: readonly (string | undefined)[]) {
    this.#source = source;
    this.#names = names;
  }

  /** The formula in one line, without comments. */
  get text(): Formula['text'] {
    const found = this.#found.toSorted((a, b) => a.at - b.at);
    let from = 0;
    const parts = found.flatMap(({ at, end, index }) => {
      const before = oneLine(this.#source.slice(from, at));
      from = end;
      return [before, index];
    });
    return [...parts, oneLine(this.#source.slice(from))]
      .map((part, i, all) => (typeof part === 'string' ? trimmed(part, i === 0, i === all.length - 1) : part))
      .filter((part) => part !== '');
  }

  /** @param whose what needs the number */
  number(node: ASTNode, whose: string): NumberTerm {
    switch (node.op) {
      case 'value':
        return this.#literal(node, whose);
      case 'id':
        return this.#target(node, node.args);
      case '-_':
        return { kind: 'negative', of: this.number(node.args, '-') };
      case '+':
      case '-':
      case '*':
      case '/':
        return this.#arithmetic(node, node.op, node.args);
      case '?:': {
        const [when, yes, no] = node.args;
        return {
          kind: 'choice',
          when: this.truth(when, 'what stands before ?'),
          yes: this.number(yes, whose),
          no: this.number(no, whose),
        };
      }
      case 'call':
        return this.#call(node, ...node.args);
      default:
        if (isTruth(node)) throw new Mistaken(node, `${whose} needs a number, and this is true or false`);
        throw unknownIn(node);
    }
  }

  truth(node: ASTNode, whose: string): TruthTerm {
    switch (node.op) {
      case '!_':
        return { kind: 'not', of: this.truth(node.args, '!') };
      case '&&':
      case '||': {
        const [left, right] = node.args;
        const kind = node.op === '&&' ? 'and' : 'or';
        return { kind, left: this.truth(left, node.op), right: this.truth(right, node.op) };
      }
      case '<':
      case '<=':
      case '>':
      case '>=':
      case '==':
      case '!=':
        return this.#comparison(node.op, node.args);
      case 'value':
        if (typeof node.args === 'boolean') return { kind: 'truth', value: node.args };
    }
    return { kind: 'some', of: this.number(node, whose) };
  }

  #literal(node: Extract<ASTNode, { op: 'value' }>, whose: string): NumberTerm {
    const { args: value } = node;
    if (typeof value === 'number') return { kind: 'number', value };
    if (typeof value === 'bigint') return { kind: 'number', value: Number(value) };
    if (typeof value === 'boolean')
      throw new Mistaken(node, `${whose} needs a number, and this is true or false`);
    throw unknownIn(node);
  }

  #target(node: ASTNode, name: string): NumberTerm {
    const index = this.#names.indexOf(name);
    if (index < 0) throw new Mistaken(node, this.#nobody(name));
    this.#found.push({ at: node.start, end: node.start + name.length, index });
    return { kind: 'target', index };
  }

  #nobody(name: string): string {
    const names = this.#names.filter((each) => each !== undefined);
    if (names.length === 0) return `no target is called ${name}: none has a name`;
    const meant = closest(name, names);
    const hint = meant === undefined ? `there is ${names.join(', ')}` : `did you mean ${meant}?`;
    return `no target is called ${name}; ${hint}`;
  }

  #arithmetic(node: ASTNode, operator: ArithmeticOperator, [l, r]: readonly [ASTNode, ASTNode]): NumberTerm {
    const left = this.number(l, operator);
    const right = this.number(r, operator);
    if (operator === '/' && right.kind === 'number' && right.value === 0)
      throw new Mistaken(node, 'it divides by 0');
    return { kind: 'arithmetic', operator, left, right };
  }

  #comparison(operator: ComparisonOperator, [left, right]: readonly [ASTNode, ASTNode]): TruthTerm {
    return {
      kind: 'comparison',
      operator,
      left: this.number(left, operator),
      right: this.number(right, operator),
    };
  }

  #call(node: ASTNode, name: string, args: readonly ASTNode[]): NumberTerm {
    if (!isFunction(name)) throw new Mistaken(node, `there is no function ${name}; ${KNOWN}`);
    if (FUNCTIONS[name] === 'one' ? args.length !== 1 : args.length === 0) {
      const needs = FUNCTIONS[name] === 'one' ? 'one number' : 'at least one number';
      throw new Mistaken(node, `${name} takes ${needs}, and this has ${args.length}`);
    }
    return { kind: 'call', name, args: args.map((arg) => this.number(arg, name)) };
  }
}

function isFunction(name: string): name is FormulaFunction {
  return Object.hasOwn(FUNCTIONS, name);
}

const TRUTHS: readonly string[] = ['!_', '&&', '||', '<', '<=', '>', '>=', '==', '!='];

function isTruth({ op }: ASTNode): boolean {
  return TRUTHS.includes(op);
}

const CALLED: Readonly<Record<string, string>> = {
  value: 'only numbers, true and false can be written out',
  '%': '% is not one of its operators',
  in: 'there are no lists',
  list: 'there are no lists',
  map: 'there are no maps',
  '[]': 'there are no lists',
  '.': 'nothing has fields',
  rcall: 'nothing has methods',
};

function unknownIn(node: ASTNode): Mistaken {
  return new Mistaken(node, `${CALLED[node.op] ?? `${node.op} is not known here`}; ${KNOWN}`);
}

/** No text is quoted in a formula, so that what begins with // is a comment. */
function oneLine(source: string): string {
  return source.replace(/\/\/[^\n]*/g, ' ').replace(/\s+/g, ' ');
}

function trimmed(part: string, first: boolean, last: boolean): string {
  const start = first ? part.trimStart() : part;
  return last ? start.trimEnd() : start;
}
