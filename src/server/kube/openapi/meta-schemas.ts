// server: the schemas of meta.k8s.io/v1 that every object refers to.

import type { JsonObject } from '../../../api/schema/json-schema.ts';

/** How a document points to one of its schemas; a description stands beside it. */
export type Reference = (name: string, description?: string) => JsonObject;

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
export const OBJECT_META = `${META}.ObjectMeta`;
export const LIST_META = `${META}.ListMeta`;
const OWNER_REFERENCE = `${META}.OwnerReference`;

const text = (description: string, more: JsonObject = {}): JsonObject => ({
  type: 'string',
  description,
  ...more,
});
const integer = (description: string): JsonObject => ({ type: 'integer', format: 'int64', description });
const time = (description: string): JsonObject => text(description, { format: 'date-time' });
const texts = (description: string): JsonObject => ({
  type: 'object',
  description,
  additionalProperties: { type: 'string' },
});

export const typeMeta: JsonObject = {
  apiVersion: text('Group and version of the schema, microscaling.io/v1alpha1.'),
  kind: text('Which schema of that version.'),
};

export function metaSchemas(ref: Reference): Readonly<Record<string, JsonObject>> {
  return {
    [OBJECT_META]: objectMeta(ref),
    [LIST_META]: {
      type: 'object',
      description: 'What a list says about itself.',
      properties: {
        resourceVersion: text('What the list shows; a watch goes on from here.'),
        continue: text('Asks for the rest of the list.'),
        remainingItemCount: integer('How many objects the rest has.'),
        selfLink: text('Not used.'),
      },
    },
    [OWNER_REFERENCE]: {
      type: 'object',
      description: 'Another object that this one belongs to.',
      required: ['apiVersion', 'kind', 'name', 'uid'],
      properties: {
        ...typeMeta,
        name: text('Its name.'),
        uid: text('Its identity.'),
        controller: { type: 'boolean', description: 'Whether it manages this object.' },
        blockOwnerDeletion: { type: 'boolean', description: 'Whether it waits for this object to go.' },
      },
    },
  };
}

function objectMeta(ref: Reference): JsonObject {
  return {
    type: 'object',
    description: 'What every object has: a name, and what tools keep with it.',
    properties: {
      name: text('Its name, unique in its namespace.'),
      generateName: text('Where there is no name: how the generated one begins.'),
      namespace: text('Its namespace.'),
      labels: texts('Labels, for selecting.'),
      annotations: texts('Annotations, for tools.'),
      uid: text('Its identity; set by the server.'),
      resourceVersion: text('Changes with every change; set by the server.'),
      generation: integer('Counts changes of the spec; set by the server.'),
      creationTimestamp: time('When it was created; set by the server.'),
      deletionTimestamp: time('When its deletion was asked for; set by the server.'),
      deletionGracePeriodSeconds: integer('Not used.'),
      finalizers: {
        type: 'array',
        description: 'What must happen before it is gone; set by controllers.',
        items: { type: 'string' },
        'x-kubernetes-list-type': 'set',
      },
      ownerReferences: {
        type: 'array',
        description: 'The objects that it belongs to.',
        items: ref(OWNER_REFERENCE),
      },
      managedFields: {
        type: 'array',
        description: 'Not used.',
        items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
      selfLink: text('Not used.'),
    },
  };
}
