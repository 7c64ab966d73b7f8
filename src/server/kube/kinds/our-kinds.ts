// server: our own kinds as the API serves them.

import { API_GROUP, API_VERSION } from '../../../api/policy.ts';
import {
  INTERVENTION_COLUMNS,
  INTERVENTION_NAMES,
  type KindNames,
  POLICY_COLUMNS,
  POLICY_NAMES,
  POOL_COLUMNS,
  POOL_NAMES,
  type PrinterColumn,
} from '../../../api/schema/crd.ts';
import { isObject, type JsonObject, type JsonSchema } from '../../../api/schema/json-schema.ts';
import { interventionSchema } from '../../../api/schema/schema.ts';
import { NAME_COLUMN, type ResourceKind, type TableColumn } from './kinds.ts';

export function policyKind(schema: JsonSchema): ResourceKind {
  return ours(POLICY_NAMES, POLICY_COLUMNS, schema);
}

export function poolKind(schema: JsonSchema): ResourceKind {
  return ours(POOL_NAMES, POOL_COLUMNS, schema);
}

export function interventionKind(): ResourceKind {
  return ours(INTERVENTION_NAMES, INTERVENTION_COLUMNS, interventionSchema);
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
    columns: [NAME_COLUMN, ...columns.map(withStates)],
    selectableFields: [],
  };
}

/** What somebody asked for, and neither a success nor a fault. A CRD's columns can say it in a second one only. */
const STATES: ReadonlySet<unknown> = new Set(['Paused', 'Observing']);

function withStates(column: PrinterColumn): TableColumn {
  return column.name === 'Ready' ? { ...column, cell: readyCell } : column;
}

function readyCell({ status }: JsonObject): string | null {
  const conditions = isObject(status) && Array.isArray(status['conditions']) ? status['conditions'] : [];
  const ready: unknown = conditions.find((each) => isObject(each) && each['type'] === 'Ready');
  if (!isObject(ready)) return null;
  const shown = STATES.has(ready['reason']) ? ready['reason'] : ready['status'];
  return typeof shown === 'string' ? shown : null;
}
