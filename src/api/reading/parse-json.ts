// api: a document that is JSON on one line, as programs write it, at a tenth of what YAML's parser costs.

import { isObject } from '../schema/json-schema.ts';
import type { ParsedDocument } from './document.ts';

export interface JsonLimits {
  readonly depth: number;
  /** Of keys and values together. */
  readonly nodes: number;
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [COMMA, COLON] = [0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The document, where the text is one and nothing is wrong with it as JSON; everything else is for YAML's parser, which
 * says what is wrong and where: other text, lists of objects, more than the limits, keys that stand twice. So are keys
 * with an escape: V8's JSON.parse may take one for another that it has just read (nodejs/node#63785).
 */
export function parseJsonLine(text: string, limits: JsonLimits): ParsedDocument | undefined {
  if (text.charCodeAt(0) !== OPEN_OBJECT || /[\r\n]|__proto__/.test(text.trimEnd())) return undefined;
  const extent = extentOf(text);
  if (extent.escapedKey || extent.depth > limits.depth || extent.nodes > limits.nodes) return undefined;
  const value = parsed(text);
  // Of a list the items have names, too.
  if (!isObject(value) || Object.hasOwn(value, 'items')) return undefined;
  // A key that stands twice is lost in what was parsed.
  if (keysIn(value) !== extent.keys) return undefined;
  const findings: ParsedDocument['findings'] = [];
  return {
    at: '',
    value,
    line: 1,
    lineOf: () => 1,
    findings,
    ambiguous: findings,
    texts: identityOf(value),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Extent {
  readonly depth: number;
  readonly nodes: number;
  readonly keys: number;
  readonly escapedKey: boolean;
}

/** Of what stands outside of strings; exact for JSON. */
function extentOf(text: string): Extent {
  let [depth, deepest, nodes, keys] = [0, 0, 0, 0];
  let [escapedKey, stringFrom] = [false, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) [stringFrom, at] = [at, endOfString(text, at)];
    else if (code === COMMA) nodes += 1;
    else if (code === COLON) {
      nodes += 1;
      keys += 1;
      escapedKey ||= text.slice(stringFrom, at).includes('\\');
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      nodes += 1;
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
  }
  return { depth: deepest, nodes, keys, escapedKey };
}

/** Where the string that begins at `from` has its closing quote; the end of the text when it has none. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = at;
    while (text.charCodeAt(escapes - 1) === BACKSLASH) escapes -= 1;
    if ((at - escapes) % 2 === 0) return at;
  }
  return text.length;
}

function keysIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + keysIn(item), 0);
  if (!isObject(value)) return 0;
  let keys = 0;
  for (const name in value) keys += 1 + keysIn(value[name]);
  return keys;
}

/** What a document says of itself in plain values. */
function identityOf({
  apiVersion,
  kind,
  metadata,
}: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const { name, namespace } = isObject(metadata) ? metadata : {};
  const said = Object.entries({
    '/apiVersion': apiVersion,
    '/kind': kind,
    '/metadata/name': name,
    '/metadata/namespace': namespace,
  });
  return new Map(
    said.flatMap(([pointer, value]) =>
      value === undefined || (typeof value === 'object' && value !== null) ? [] : [[pointer, String(value)]],
    ),
  );
}
