// server: what the Kubernetes-shaped API knows about a kind of object: discovery, OpenAPI, tables and routes come from it.

import type { PrinterColumn } from '../../../api/schema/crd.ts';
import type { JsonObject, JsonSchema } from '../../../api/schema/json-schema.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** A column whose value a JSONPath cannot name has a `cell`; null leaves it empty. */
export interface TableColumn extends PrinterColumn {
  readonly cell?: (object: JsonObject, nowMs: number) => string | number | null;
}

export interface ResourceKind {
  /** `''` for core. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  /** `kubectl get microscaling` lists every kind of a category. */
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  /** Whether it has the subresource `status`. */
  readonly hasStatus: boolean;
  /** Of a whole object, structural, with `apiVersion`, `kind` and `metadata` as Kubernetes has them. */
  readonly schema: JsonSchema;
  /** Every column of a table, Name among them. */
  readonly columns: readonly TableColumn[];
  /** Paths that a field selector may name besides `metadata.name` and `metadata.namespace`. */
  readonly selectableFields: readonly string[];
}

export const NAME_COLUMN: TableColumn = {
  name: 'Name',
  type: 'string',
  description: 'Its name, unique in its namespace.',
  jsonPath: '.metadata.name',
};

/** `microscaling.io/v1alpha1`, `v1`. */
export function apiVersionOf({ group, version }: Pick<ResourceKind, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `/apis/microscaling.io/v1alpha1`, `/api/v1`. */
export function groupVersionPath({ group, version }: Pick<ResourceKind, 'group' | 'version'>): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}
