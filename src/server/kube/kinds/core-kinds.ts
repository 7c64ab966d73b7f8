// server: the kinds of Kubernetes' own that kubectl cannot do without: events and namespaces, to be read.

import type { JsonObject, JsonSchema } from '../../../api/schema/json-schema.ts';
import { list, object, text } from '../../../api/schema/shapes.ts';
import { NAME_COLUMN, type ResourceKind, type TableColumn } from './kinds.ts';

const time = (description: string): JsonSchema => text(description, { format: 'date-time' });
const wide = (column: TableColumn): TableColumn => ({ ...column, priority: 1 });

const core = {
  group: '',
  version: 'v1',
  categories: [],
  verbs: ['get', 'list', 'watch'],
  hasStatus: false,
} as const;

const typeMeta: Readonly<Record<string, JsonSchema>> = {
  apiVersion: text('Version of this schema.'),
  kind: text('Kind of the object.'),
  metadata: { type: 'object', description: 'Name and labels of the object.' },
};

/** The columns are those of Kubernetes. */
const EVENT_COLUMNS: readonly TableColumn[] = [
  { name: 'Last Seen', type: 'date', description: 'When it happened last.', jsonPath: '.lastTimestamp' },
  { name: 'Type', type: 'string', description: 'Normal or Warning.', jsonPath: '.type' },
  { name: 'Reason', type: 'string', description: 'What happened, in one word.', jsonPath: '.reason' },
  {
    name: 'Object',
    type: 'string',
    description: 'What it happened to.',
    jsonPath: '.involvedObject',
    cell: involvedText,
  },
  wide({ name: 'Source', type: 'string', description: 'Who tells.', jsonPath: '.source.component' }),
  { name: 'Message', type: 'string', description: 'What happened, for people.', jsonPath: '.message' },
  wide({
    name: 'First Seen',
    type: 'date',
    description: 'When it happened first.',
    jsonPath: '.firstTimestamp',
  }),
  wide({ name: 'Count', type: 'integer', description: 'How often.', jsonPath: '.count' }),
  wide(NAME_COLUMN),
];

/** `microscalingpolicy/queue-demo`. */
function involvedText(event: JsonObject): string | null {
  const { kind, name } = (event['involvedObject'] ?? {}) as { kind?: string; name?: string };
  return kind === undefined || name === undefined ? null : `${kind.toLowerCase()}/${name}`;
}

export const EVENT_KIND: ResourceKind = {
  ...core,
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  schema: object('Something that happened to an object.', {
    ...typeMeta,
    involvedObject: object('What it happened to.', {
      apiVersion: text('Version of its schema.'),
      kind: text('Its kind.'),
      namespace: text('Its namespace.'),
      name: text('Its name.'),
      uid: text('Its identity.'),
      resourceVersion: text('Its version.'),
      fieldPath: text('Which part of it.'),
    }),
    type: text('Normal or Warning.'),
    reason: text('What happened, in one word.'),
    message: text('What happened, for people.'),
    count: { type: 'integer', format: 'int32', description: 'How often.' },
    firstTimestamp: time('When it happened first.'),
    lastTimestamp: time('When it happened last.'),
    eventTime: time('Not used.'),
    source: object('Who tells.', { component: text('Its name.'), host: text('Its machine.') }),
    reportingComponent: text('Who tells.'),
    reportingInstance: text('Which of them.'),
  }),
  columns: EVENT_COLUMNS,
  selectableFields: [
    'involvedObject.apiVersion',
    'involvedObject.fieldPath',
    'involvedObject.kind',
    'involvedObject.name',
    'involvedObject.namespace',
    'involvedObject.resourceVersion',
    'involvedObject.uid',
    'reason',
    'reportingComponent',
    'type',
  ],
};

export const NAMESPACE_KIND: ResourceKind = {
  ...core,
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  schema: object('A part of the names: what one namespace has says nothing about another.', {
    ...typeMeta,
    spec: object('What it should be.', { finalizers: list('Not used.', text('A finalizer.')) }),
    status: object('What it is.', { phase: text('Active.') }),
  }),
  columns: [
    NAME_COLUMN,
    { name: 'Status', type: 'string', description: 'Active.', jsonPath: '.status.phase' },
    { name: 'Age', type: 'date', description: 'Since when it is.', jsonPath: '.metadata.creationTimestamp' },
  ],
  selectableFields: ['status.phase'],
};
