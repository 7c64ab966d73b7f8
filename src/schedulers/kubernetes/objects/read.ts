// schedulers/kubernetes/objects: looks into what a cluster says, of which nothing is taken for granted. Pure.

import { isObject } from '../../../api/schema/json-schema.ts';

export type Fields = Readonly<Record<string, unknown>>;
export type Labels = Readonly<Record<string, string>>;

export function fieldsOf(raw: unknown): Fields {
  return isObject(raw) ? raw : {};
}

export function listOf(raw: unknown): readonly unknown[] {
  return Array.isArray(raw) ? raw : [];
}

export function textOf(raw: unknown): string | undefined {
  return typeof raw === 'string' ? raw : undefined;
}

/** A count; undefined for anything else. */
export function countOf(raw: unknown): number | undefined {
  return Number.isSafeInteger(raw) && Number(raw) >= 0 ? Number(raw) : undefined;
}

export function labelsOf(raw: unknown): Labels {
  const texts = Object.entries(fieldsOf(raw)).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  return Object.fromEntries(texts);
}

/** ms since the epoch. */
export function instantOf(raw: unknown): number | undefined {
  const atMs = typeof raw === 'string' ? Date.parse(raw) : Number.NaN;
  return Number.isFinite(atMs) ? atMs : undefined;
}
