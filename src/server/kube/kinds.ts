// server: what the Kubernetes-shaped API knows about a kind of object: discovery, OpenAPI, tables and routes come from it.

import type { PrinterColumn } from '../../api/crd.ts';
import type { JsonSchema } from '../../api/json-schema.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

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
  /** Besides Name (and Namespace), which every table has. */
  readonly columns: readonly PrinterColumn[];
}

/** `microscaling.io/v1alpha1`, `v1`. */
export function apiVersionOf({ group, version }: Pick<ResourceKind, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}
