// api: defaults, applied once: those of the schema as Kubernetes would, then those that depend on other fields.

import type { ObjectMeta } from '../policy.ts';
import { isObject, type JsonObject, type JsonSchema, schemaAt } from './json-schema.ts';
import { type BlockTypes, blockOf } from './scheduler-block.ts';
import { QUEUE_GAINS } from './target.ts';

/** The defaults that the schema carries, at any depth; what was given stays. Idempotent. */
export function withSchemaDefaults(
  schema: Pick<JsonSchema, 'properties' | 'items'>,
  value: unknown,
): unknown {
  if (isObject(value) && schema.properties !== undefined) {
    const preset = Object.entries(schema.properties).flatMap(([name, child]) => {
      const given = Object.hasOwn(value, name) ? value[name] : child.default;
      return given === undefined ? [] : [[name, withSchemaDefaults(child, given)] as const];
    });
    return { ...value, ...Object.fromEntries(preset) };
  }
  const { items } = schema;
  if (Array.isArray(value) && items !== undefined)
    return value.map((item) => withSchemaDefaults(items, item));
  return value;
}

/** Whether `value`, at `pointer` of a document, is what the schema would have put there. */
export function isSchemaDefault(schema: JsonSchema, pointer: string, value: unknown): boolean {
  const node = schemaAt(schema, pointer);
  if (node?.default === undefined) return false;
  return isSame(withSchemaDefaults(node, node.default), withSchemaDefaults(node, value));
}

/** Of two JSON values, whatever the order of their fields. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  if (!isObject(a) || !isObject(b)) return a === b;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
  );
}

/**
 * The group of a policy's apps that name no id. Of two policies with one name each has its own: outside of the default
 * namespace the group begins with the namespace.
 */
export function defaultGroup({ name, namespace }: Pick<ObjectMeta, 'name' | 'namespace'>): string {
  return namespace === 'default' ? `/${name}` : `/${namespace}/${name}`;
}

/** The Marathon id of an app whose policy names none. */
export function defaultAppId(policy: Pick<ObjectMeta, 'name' | 'namespace'>, app: string): string {
  return `${defaultGroup(policy)}/${app}`;
}

/**
 * Adds a policy's defaults that no schema can say: ids, lower bounds, the gains of law Queue. Idempotent.
 *
 * @param schedulers keys of the blocks by which an app names another scheduler than Marathon: it has no id there
 */
export function withDerivedDefaults(policy: JsonObject, schedulers: BlockTypes = new Set()): JsonObject {
  const { metadata, spec } = policy;
  if (!isObject(spec) || !Array.isArray(spec['apps'])) return policy;
  const { name, namespace } = isObject(metadata) ? metadata : {};
  const named =
    typeof name === 'string'
      ? { name, namespace: typeof namespace === 'string' ? namespace : 'default' }
      : undefined;
  const apps = spec['apps'].map((app: unknown) => {
    if (!isObject(app)) return app;
    return completeApp(app, blockOf(app, schedulers) === undefined ? named : undefined);
  });
  return { ...policy, spec: { ...spec, apps } };
}

function completeApp(
  app: JsonObject,
  policy: Pick<ObjectMeta, 'name' | 'namespace'> | undefined,
): JsonObject {
  const { name, instances, targets } = app;
  const id = policy !== undefined && typeof name === 'string' ? { id: defaultAppId(policy, name) } : {};
  return {
    ...id,
    ...app,
    ...(isObject(instances) && { instances: completeInstances(instances) }),
    ...(Array.isArray(targets) && { targets: targets.map(completeTarget) }),
  };
}

function completeInstances(instances: JsonObject): JsonObject {
  return Object.hasOwn(instances, 'fixed') ? instances : { min: 0, ...instances };
}

function completeTarget(target: unknown): unknown {
  if (!isObject(target) || !isObject(target['algorithm'])) return target;
  const { algorithm } = target;
  return algorithm['type'] === 'Queue'
    ? { ...target, algorithm: { queue: { ...QUEUE_GAINS }, ...algorithm } }
    : target;
}
