// server: objects as rows of a Table of meta.k8s.io, which is what `kubectl get` prints.

import { isObject, type JsonObject } from '../../../api/schema/json-schema.ts';
import { ageText } from '../age.ts';
import { jsonPath } from '../json-path.ts';
import type { ResourceKind, TableColumn } from '../kinds/kinds.ts';

/** Version of meta.k8s.io that a client asks for; both look the same. */
export type MetaVersion = 'v1' | 'v1beta1';

/** What a row carries of its object besides the cells. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableOptions {
  readonly version: MetaVersion;
  readonly includeObject: IncludeObject;
  readonly nowMs: number;
}

type Cell = string | number | boolean | null;
type CellOf = (object: JsonObject, nowMs: number) => Cell;

/** Compiled once per kind: a list has a thousand rows. */
const compiled = new WeakMap<ResourceKind, readonly CellOf[]>();

/** @param metadata of the table: the list's, or of the one object that it shows */
export function tableOf(
  kind: ResourceKind,
  rows: { readonly metadata: JsonObject; readonly objects: readonly JsonObject[] },
  options: TableOptions,
): JsonObject {
  const cells = cellsOf(kind);
  const { version, includeObject, nowMs } = options;
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: rows.metadata,
    columnDefinitions: kind.columns.map(definition),
    rows: rows.objects.map((object) => ({
      cells: cells.map((cell) => cell(object, nowMs)),
      ...(includeObject === 'Metadata' && { object: partialMetadata(object, version) }),
      ...(includeObject === 'Object' && { object }),
    })),
  };
}

/** An object without anything but its metadata. */
export function partialMetadata(object: JsonObject, version: MetaVersion): JsonObject {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: object['metadata'] ?? {},
  };
}

function definition({ name, type, description, priority = 0 }: TableColumn): object {
  const format = name === 'Name' ? 'name' : '';
  return { name, type, format, description, priority };
}

function cellsOf(kind: ResourceKind): readonly CellOf[] {
  const known = compiled.get(kind) ?? kind.columns.map(cellOf);
  compiled.set(kind, known);
  return known;
}

function cellOf({ cell, type, jsonPath: path }: TableColumn): CellOf {
  if (cell !== undefined) return cell;
  const find = jsonPath(path);
  return (object, nowMs) => {
    const value = find(object);
    if (type === 'date') return typeof value === 'string' ? ageText(nowMs - Date.parse(value)) : '<unknown>';
    return isScalar(value) ? value : isObject(value) ? JSON.stringify(value) : null;
  };
}

function isScalar(value: unknown): value is Cell {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
