// cli: `-o jsonpath=TEMPLATE`, as kubectl has it: text, `{expressions}`, `{range …}{end}`.
//
// Templates are parsed here, expressions are RFC 9535, which lacks two of kubectl's liberties: names with dashes and
// names with escaped dots. They become quoted names.

import { compile, type JSONPathQuery, type JSONValue } from 'json-p3';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import { queryOf } from './jsonpath-query.ts';

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'range'; readonly query: Query; readonly parts: readonly Part[] };

/** From the item of the innermost range, or from the whole document. */
interface Query {
  readonly compiled: JSONPathQuery;
  readonly fromRoot: boolean;
}

/**
 * The text that a template makes of a value. What is not there is left out.
 *
 * @throws TerminalError that says what is wrong with the template
 */
export function jsonPath(template: string): (value: unknown) => string {
  const parts = parse(template);
  return (value) => textOf(parts, value as JSONValue, value as JSONValue);
}

function textOf(parts: readonly Part[], item: JSONValue, root: JSONValue): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      const values = part.query.compiled.query(part.query.fromRoot ? root : item).values();
      return part.kind === 'query'
        ? values.map(written).join(' ')
        : values.map((each) => textOf(part.parts, each, root)).join('');
    })
    .join('');
}

/** Strings as they are, everything else as JSON. */
function written(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

const PIECE = /\{((?:[^{}"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*)\}|([^{}]+)|(.)/gs;

function parse(template: string): readonly Part[] {
  const open: { readonly query?: Query; readonly parts: Part[] }[] = [{ parts: [] }];
  const here = (): Part[] => open.at(-1)?.parts ?? [];
  for (const { 0: piece, 1: inside, 2: text, index } of template.matchAll(PIECE)) {
    if (text !== undefined) here().push({ kind: 'text', text });
    else if (inside === undefined)
      throw wrong(template, `'${piece}' at character ${index + 1} has no counterpart`);
    else if (inside.trim() === 'end') {
      const closed = open.length > 1 ? open.pop() : undefined;
      if (closed?.query === undefined) throw wrong(template, '{end} without a {range …} before it');
      here().push({ kind: 'range', query: closed.query, parts: closed.parts });
    } else if (/^\s*range\s/.test(inside))
      open.push({ query: compiled(inside.replace(/^\s*range\s+/, ''), template), parts: [] });
    else here().push(pieceOf(inside.trim(), template));
  }
  if (open.length > 1) throw wrong(template, 'a {range …} has no {end}');
  return here();
}

function pieceOf(inside: string, template: string): Part {
  const quoted = /^"(?:[^"\\]|\\.)*"$/.test(inside) || /^'(?:[^'\\]|\\.)*'$/.test(inside);
  return quoted
    ? { kind: 'text', text: unescaped(inside.slice(1, -1)) }
    : { kind: 'query', query: compiled(inside, template) };
}

function unescaped(text: string): string {
  const known: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
  return text.replace(/\\(.)/gs, (_, letter: string) => known[letter] ?? letter);
}

function compiled(expression: string, template: string): Query {
  try {
    return { compiled: compile(queryOf(expression)), fromRoot: expression.startsWith('$') };
  } catch (error) {
    throw wrong(template, `{${expression}}: ${messageOf(error)}`, error);
  }
}

function wrong(template: string, what: string, cause?: unknown): TerminalError {
  return new TerminalError(
    `--output: ${what}, in the JSONPath template '${template}'; an example: -o 'jsonpath={.items[*].metadata.name}'`,
    { cause },
  );
}
