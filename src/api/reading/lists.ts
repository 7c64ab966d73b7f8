// api: lists of objects (`kind: List`, `MicroscalingPolicyList`) as the documents that are their items.

import { API_GROUP } from '../policy.ts';
import { isObject, type JsonObject } from '../schema/json-schema.ts';
import { error, type Finding } from '../validation/finding.ts';
import { below, showPath } from '../validation/pointer.ts';
import type { ParsedDocument } from './document.ts';

/** Lists within lists. */
const MAX_DEPTH = 8;

/** One list, whose items are read as documents; else the document itself. Lists within lists are opened as well. */
export function openLists(document: ParsedDocument, depth = 0): readonly ParsedDocument[] {
  const { value } = document;
  if (!isObject(value) || !isList(value)) return [document];
  const { items } = value;
  const refused = (message: string): readonly ParsedDocument[] => {
    const findings = [
      ...document.findings,
      error('/items', `${showPath(below(document.at, 'items'))} ${message}`),
    ];
    return [{ ...document, value: undefined, findings }];
  };
  if (!Array.isArray(items)) return refused('must be a list of objects; of none it is []');
  if (depth >= MAX_DEPTH) return refused(`is a list within ${MAX_DEPTH} lists: write its items one by one`);
  const findings = Map.groupBy(document.findings, ({ pointer }) => itemOf(pointer));
  const ambiguous = Map.groupBy(document.ambiguous, ({ pointer }) => itemOf(pointer));
  const texts = Map.groupBy(document.texts, ([pointer]) => itemOf(pointer));
  const opened = items.flatMap((item: unknown, i) => {
    const prefix = below('', 'items', i);
    const at = below(document.at, 'items', i);
    return openLists(
      {
        at,
        value: isObject(item) ? typed(item, value) : item,
        line: document.lineOf(prefix),
        lineOf: (pointer) => document.lineOf(prefix + pointer),
        findings: (findings.get(i) ?? []).map((finding) => within(finding, prefix)),
        ambiguous: (ambiguous.get(i) ?? []).map((finding) => within(finding, prefix)),
        texts: new Map(named(texts.get(i) ?? [], prefix, value)),
      },
      depth + 1,
    );
  });
  // A key that stands twice in the list itself: which items are meant is anybody's guess.
  const own = findings.get(undefined) ?? [];
  return own.length > 0 ? [{ ...document, value: undefined, findings: own }, ...opened] : opened;
}

/** Some other program's list of its own things is left closed. */
function isList({ apiVersion, kind, items }: JsonObject): boolean {
  if (typeof kind !== 'string' || !kind.endsWith('List')) return false;
  if (kind === 'List' || groupOf(apiVersion) === API_GROUP) return true;
  return (
    Array.isArray(items) && items.some((item) => isObject(item) && groupOf(item['apiVersion']) === API_GROUP)
  );
}

function groupOf(apiVersion: unknown): string {
  return typeof apiVersion === 'string' ? (apiVersion.split('/')[0] ?? '') : '';
}

/** The API leaves kind and version out of the items of a list of one kind. */
function typed(item: JsonObject, list: JsonObject): JsonObject {
  return { ...typeOfItems(list), ...item };
}

function named(
  texts: readonly (readonly [string, string])[],
  prefix: string,
  list: JsonObject,
): readonly (readonly [string, string])[] {
  const { apiVersion, kind } = typeOfItems(list);
  return [
    ...(apiVersion === undefined ? [] : [['/apiVersion', apiVersion] as const]),
    ...(kind === undefined ? [] : [['/kind', kind] as const]),
    ...texts.map(([pointer, text]) => [pointer.slice(prefix.length), text] as const),
  ];
}

function typeOfItems({ apiVersion, kind }: JsonObject): {
  readonly apiVersion?: string;
  readonly kind?: string;
} {
  if (kind === 'List' || typeof kind !== 'string' || typeof apiVersion !== 'string') return {};
  return { apiVersion, kind: kind.slice(0, -'List'.length) };
}

function itemOf(pointer: string): number | undefined {
  const [, i] = /^\/items\/(\d+)(?:\/|$)/.exec(pointer) ?? [];
  return i === undefined ? undefined : Number(i);
}

function within(finding: Finding, prefix: string): Finding {
  return { ...finding, pointer: finding.pointer.slice(prefix.length) };
}
