// Kubernetes' rules for a structural schema, as documented under "Specifying a structural schema" and
// "Defaulting" of CustomResourceDefinitions: what an API server would refuse, without an API server.

import { Ajv } from 'ajv';
import { withSchemaDefaults } from '../../../src/api/schema/defaults.ts';
import type { JsonSchema } from '../../../src/api/schema/json-schema.ts';

type Node = Readonly<Record<string, unknown>> & Partial<JsonSchema>;

/** JSON Schema that CustomResourceDefinitions do not know. */
const FORBIDDEN = [
  '$ref',
  '$schema',
  '$id',
  'definitions',
  'dependencies',
  'patternProperties',
  'additionalItems',
  'const',
  'if',
  'then',
  'else',
  'deprecated',
  'discriminator',
  'readOnly',
  'writeOnly',
  'xml',
  'examples',
];
const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean'];
const JUNCTORS = ['allOf', 'anyOf', 'oneOf', 'not'];
/** Within a junctor only the value may be judged, nothing declared. */
const FORBIDDEN_IN_JUNCTOR = [
  'type',
  'description',
  'default',
  'additionalProperties',
  'nullable',
  'x-kubernetes-preserve-unknown-fields',
];
const KNOWN = [
  ...JUNCTORS,
  'type',
  'description',
  'default',
  'enum',
  'pattern',
  'format',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'x-kubernetes-validations',
  'properties',
  'required',
  'items',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'additionalProperties',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
];

/** Every violation, with its place. */
export function structuralViolations(schema: unknown): readonly string[] {
  return checkNode(schema as Node, '', true);
}

function checkNode(node: Node, at: string, isRoot: boolean): readonly string[] {
  const fail = (what: string): string => `${at === '' ? 'root' : at}: ${what}`;
  const properties = Object.entries((node['properties'] ?? {}) as Record<string, Node>);
  const additional = node['additionalProperties'];
  return [
    ...(TYPES.includes(String(node['type'])) ? [] : [fail(`type ${node['type']}`)]),
    ...(isRoot && node['type'] !== 'object' ? [fail('the root must be an object')] : []),
    ...FORBIDDEN.filter((key) => key in node).map((key) => fail(`${key} is forbidden`)),
    ...Object.keys(node)
      .filter((key) => !KNOWN.includes(key) && !FORBIDDEN.includes(key))
      .map((key) => fail(`${key} is unknown`)),
    ...(properties.length > 0 && additional !== undefined
      ? [fail('properties and additionalProperties')]
      : []),
    ...(additional === false ? [fail('additionalProperties: false')] : []),
    ...(node['type'] === 'array' && node['items'] === undefined ? [fail('an array without items')] : []),
    ...(Array.isArray(node['items']) ? [fail('items is a list')] : []),
    ...checkJunctors(node, fail),
    ...checkListType(node, fail),
    ...checkDefault(node, fail),
    ...properties.flatMap(([name, child]) =>
      isRoot && name === 'metadata' ? checkMetadata(child, fail) : checkNode(child, `${at}.${name}`, false),
    ),
    ...(isNode(node['items']) ? checkNode(node['items'], `${at}[]`, false) : []),
    ...(isNode(additional) ? checkNode(additional, `${at}{}`, false) : []),
  ];
}

type Fail = (what: string) => string;

/** Only name and generateName may be said of metadata. */
function checkMetadata(metadata: Node, fail: Fail): readonly string[] {
  return JSON.stringify(metadata) === '{"type":"object"}' ? [] : [fail('metadata says more than its type')];
}

function checkJunctors(node: Node, fail: Fail): readonly string[] {
  const known = Object.keys((node['properties'] ?? {}) as object);
  return JUNCTORS.flatMap((junctor) => {
    const branches = [node[junctor] ?? []].flat().filter(isNode);
    return branches.flatMap((branch) => [
      ...FORBIDDEN_IN_JUNCTOR.filter((key) => key in branch).map((key) => fail(`${key} within ${junctor}`)),
      ...((branch['required'] ?? []) as readonly string[])
        .filter((field) => !known.includes(field))
        .map((field) => fail(`${junctor} requires ${field}, which is not declared`)),
    ]);
  });
}

/** The keys of a list map must be there: required or defaulted, and plain values. */
function checkListType(node: Node, fail: Fail): readonly string[] {
  const keys = (node['x-kubernetes-list-map-keys'] ?? []) as readonly string[];
  if (node['x-kubernetes-list-type'] !== 'map')
    return keys.length > 0 ? [fail('keys without a list map')] : [];
  const items = node['items'] as JsonSchema;
  if (keys.length === 0) return [fail('a list map without keys')];
  return keys.flatMap((key) => {
    const child = items.properties?.[key];
    const there = items.required?.includes(key) || child?.default !== undefined;
    return child !== undefined && child.type !== 'object' && child.type !== 'array' && there
      ? []
      : [fail(`key ${key} of a list map`)];
  });
}

/** A default must be valid by itself, after the defaults within it. */
function checkDefault(node: Node, fail: Fail): readonly string[] {
  if (!('default' in node)) return [];
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const full = withSchemaDefaults(node, node['default']);
  return ajv.validate(inDraft6(node), full)
    ? []
    : [fail(`default ${JSON.stringify(node['default'])} is not valid`)];
}

/** CustomResourceDefinitions say `exclusiveMinimum: true` beside `minimum`, as OpenAPI 3.0 does; ajv wants the number. */
function inDraft6(node: Node): Node {
  return JSON.parse(JSON.stringify(node), (_, value: unknown) => {
    if (!isNode(value) || value['exclusiveMinimum'] !== true) return value;
    const { minimum, ...rest } = value;
    return { ...rest, exclusiveMinimum: minimum };
  }) as Node;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
