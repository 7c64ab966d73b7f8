// api: the CEL library, loaded when the first formula is read: most policies have none.

import type { ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { loadNow } from '../../../lang/load-now.ts';
import { isObject } from '../../schema/json-schema.ts';
import type { FormulaMistake } from './term.ts';

/** A formula is longer than a line only by mistake. What has no loop takes no more steps than it has nodes. */
const LIMITS = {
  maxAstNodes: 200,
  maxDepth: 24,
  // There are none in a formula, and that is said where they are few enough to be read.
  maxListElements: 16,
  maxMapEntries: 16,
  maxCallArguments: 16,
} as const;

type Library = Pick<typeof import('@marcbachmann/cel-js'), 'Environment'>;

let environment: Environment | undefined;

function library(): Library {
  const loaded = loadNow('@marcbachmann/cel-js');
  if (isLibrary(loaded)) return loaded;
  throw new TypeError('@marcbachmann/cel-js has no Environment');
}

function newEnvironment(): Environment {
  const { Environment } = library();
  return new Environment({ limits: LIMITS });
}

function isLibrary(loaded: unknown): loaded is Library {
  return isObject(loaded) && typeof loaded['Environment'] === 'function';
}

/** The expression as a tree that nothing has been checked of. */
export function parseCel(text: string): { readonly tree: ASTNode } | { readonly mistake: FormulaMistake } {
  environment ??= newEnvironment();
  try {
    return { tree: environment.parse(text).ast };
  } catch (error) {
    if (!isParseError(error)) throw error;
    return { mistake: { message: words(error), at: Math.min(error.range?.start ?? 0, text.length) } };
  }
}

function isParseError(error: unknown): error is ParseError {
  return error instanceof Error && error.name === 'ParseError' && isObject(error);
}

/** The library's tokens in the words of who wrote them. */
const TOKENS: Readonly<Record<string, string>> = {
  EOF: 'the end',
  PLUS: '+',
  MINUS: '-',
  MULTIPLY: '*',
  DIVIDE: '/',
  MODULO: '%',
  EQ: '==',
  NE: '!=',
  LT: '<',
  LE: '<=',
  GT: '>',
  GE: '>=',
  AND: '&&',
  OR: '||',
  NOT: '!',
  LPAREN: '(',
  RPAREN: ')',
  LBRACKET: '[',
  RBRACKET: ']',
  LBRACE: '{',
  RBRACE: '}',
  DOT: 'a dot',
  COMMA: 'a comma',
  COLON: ':',
  QUESTION: '?',
  NUMBER: 'a number',
  IDENTIFIER: 'a name',
};

function words({ code, summary }: ParseError): string {
  if (code === 'limit_exceeded') {
    return 'it is too long or too deep; take it apart, or compute it where the metric comes from';
  }
  const said = summary.replace(/\b[A-Z]{2,}\b/g, (token) => TOKENS[token] ?? token.toLowerCase());
  return `${said.charAt(0).toLowerCase()}${said.slice(1)}`;
}
