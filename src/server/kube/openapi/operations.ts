// server: what may be asked about a kind: the operations that OpenAPI documents list, before either version's spelling.

import type { JsonObject } from '../../../api/schema/json-schema.ts';
import { groupVersionPath, type ResourceKind, type Verb } from '../kinds/kinds.ts';

export interface QueryParameter {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'integer';
  readonly description: string;
}

export interface Operation {
  readonly path: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** `x-kubernetes-action`. */
  readonly action: 'list' | 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly id: string;
  readonly description: string;
  readonly pathParameters: readonly string[];
  readonly query: readonly QueryParameter[];
  /** Types of the request's body; none: it has none. */
  readonly consumes: readonly string[];
  readonly answers: 'object' | 'list' | 'status';
}

const text = (name: string, description: string): QueryParameter => ({ name, type: 'string', description });
const flag = (name: string, description: string): QueryParameter => ({ name, type: 'boolean', description });
const count = (name: string, description: string): QueryParameter => ({ name, type: 'integer', description });

/** kubectl looks for these two by name, in the operation `patch` of a kind, before it sends them. */
const WRITING = [
  text('dryRun', 'All: nothing is stored.'),
  text('fieldValidation', 'Strict, Warn or Ignore: how to treat fields that there are not.'),
  text('fieldManager', 'Who writes.'),
];

const LISTING = [
  text('labelSelector', 'Only objects with these labels.'),
  text('fieldSelector', 'Only objects with these fields.'),
  count('limit', 'How many objects at once.'),
  text('continue', 'Where the list before left off.'),
  flag('watch', 'The changes instead of the list.'),
  flag('allowWatchBookmarks', 'Says now and then how far the watch is.'),
  text('resourceVersion', 'What the answer must show at least, or where a watch begins.'),
  text('resourceVersionMatch', 'How resourceVersion is meant.'),
  count('timeoutSeconds', 'How long a watch lasts.'),
];

/** Of one verb, below the path of the kind. */
interface Shape extends Pick<Operation, 'method' | 'action' | 'query' | 'consumes' | 'answers'> {
  readonly verb: Verb;
  readonly one: boolean;
  readonly says: (kind: string) => string;
}

const JSON_TYPE = ['application/json'];

const SHAPES: readonly Shape[] = [
  {
    verb: 'list',
    one: false,
    method: 'get',
    action: 'list',
    query: LISTING,
    consumes: [],
    answers: 'list',
    says: (kind) => `Lists or watches objects of kind ${kind}.`,
  },
  {
    verb: 'create',
    one: false,
    method: 'post',
    action: 'post',
    query: WRITING,
    consumes: JSON_TYPE,
    answers: 'object',
    says: (kind) => `Creates a ${kind}.`,
  },
  {
    verb: 'get',
    one: true,
    method: 'get',
    action: 'get',
    query: [],
    consumes: [],
    answers: 'object',
    says: (kind) => `Reads a ${kind}.`,
  },
  {
    verb: 'update',
    one: true,
    method: 'put',
    action: 'put',
    query: WRITING,
    consumes: JSON_TYPE,
    answers: 'object',
    says: (kind) => `Replaces a ${kind}.`,
  },
  {
    verb: 'patch',
    one: true,
    method: 'patch',
    action: 'patch',
    query: WRITING,
    consumes: ['application/merge-patch+json'],
    answers: 'object',
    says: (kind) => `Changes some fields of a ${kind}.`,
  },
  {
    verb: 'delete',
    one: true,
    method: 'delete',
    action: 'delete',
    query: [text('dryRun', 'All: nothing is deleted.'), text('propagationPolicy', 'Accepted, and ignored.')],
    consumes: [],
    answers: 'status',
    says: (kind) => `Deletes a ${kind}.`,
  },
];

/** What the kind's verbs allow, in every namespace of its own and over all of them. */
function operationsOf(kind: ResourceKind): readonly Operation[] {
  const base = groupVersionPath(kind);
  const home = kind.namespaced ? `${base}/namespaces/{namespace}` : base;
  const shapes = SHAPES.filter(({ verb }) => kind.verbs.includes(verb));
  const own = shapes.map((shape) =>
    operation(kind, shape, `${home}/${kind.plural}${shape.one ? '/{name}' : ''}`),
  );
  if (!kind.namespaced) return own;
  const everywhere = shapes
    .filter(({ verb }) => verb === 'list')
    .map((shape) => operation(kind, shape, `${base}/${kind.plural}`));
  return [...everywhere, ...own];
}

/** An object by path and method, each operation as `spell` has it. */
export function pathItems(
  kinds: readonly ResourceKind[],
  spell: (kind: ResourceKind, operation: Operation) => JsonObject,
): Readonly<Record<string, JsonObject>> {
  const all = kinds.flatMap((kind) => operationsOf(kind).map((operation) => ({ kind, operation })));
  const byPath = Map.groupBy(all, ({ operation }) => operation.path);
  return Object.fromEntries(
    [...byPath].map(([path, of]) => [
      path,
      Object.fromEntries(of.map(({ kind, operation }) => [operation.method, spell(kind, operation)])),
    ]),
  );
}

function operation({ kind, namespaced }: ResourceKind, shape: Shape, path: string): Operation {
  const { verb, says, method, action, query, consumes, answers } = shape;
  const pathParameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const scope = namespaced ? (pathParameters.includes('namespace') ? 'Namespaced' : 'ForAllNamespaces') : '';
  const id = `${verb}${scope}${kind}`;
  return { path, id, description: says(kind), pathParameters, method, action, query, consumes, answers };
}
