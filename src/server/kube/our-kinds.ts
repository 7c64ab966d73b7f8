// server: our own kinds as the API serves them.

import {
  type KindNames,
  POLICY_COLUMNS,
  POLICY_NAMES,
  POOL_COLUMNS,
  POOL_NAMES,
  type PrinterColumn,
} from '../../api/crd.ts';
import type { JsonSchema } from '../../api/json-schema.ts';
import { API_GROUP, API_VERSION } from '../../api/policy.ts';
import { NAME_COLUMN, type ResourceKind } from './kinds.ts';

export function policyKind(schema: JsonSchema): ResourceKind {
  return ours(POLICY_NAMES, POLICY_COLUMNS, schema);
}

export function poolKind(schema: JsonSchema): ResourceKind {
  return ours(POOL_NAMES, POOL_COLUMNS, schema);
}

function ours(names: KindNames, columns: readonly PrinterColumn[], schema: JsonSchema): ResourceKind {
  return {
    group: API_GROUP,
    version: API_VERSION.slice(API_GROUP.length + 1),
    ...names,
    shortNames: names.shortNames ?? [],
    categories: ['microscaling'],
    namespaced: true,
    verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
    hasStatus: true,
    schema,
    columns: [NAME_COLUMN, ...columns],
    selectableFields: [],
  };
}
