// emulator: from a body to a whole app: shape, old spellings, defaults, meaning.

import { type ErrorDetail, invalidObject, invalidShape } from '../api-error.ts';
import type { AppFields } from './app.ts';
import { canonicalPath, parentOf } from './app-id.ts';
import { APP_FIELDS, LEGACY_FIELDS } from './app-shape.ts';
import { type DefinitionContext, rootRoles } from './settings.ts';
import { isObject, type Json, type JsonObject, readFields } from './shape.ts';
import { validateApp } from './validate.ts';

const DEFAULTS: JsonObject = {
  instances: 1,
  cpus: 1,
  mem: 128,
  disk: 0,
  gpus: 0,
  executor: '',
  labels: {},
  requirePorts: false,
  backoffSeconds: 1,
  backoffFactor: 1.15,
  maxLaunchDelaySeconds: 300,
  killSelection: 'YOUNGEST_FIRST',
  upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
  networks: [{ mode: 'host' }],
};

const SINGLE_INSTANCE: JsonObject = { minimumHealthCapacity: 0, maximumOverCapacity: 0 };

/** Not shown when empty. */
const OMIT_EMPTY = [
  'args',
  'constraints',
  'dependencies',
  'env',
  'fetch',
  'healthChecks',
  'readinessChecks',
  'secrets',
];

/**
 * The fields that a body names, in today's spelling.
 *
 * @param path where the app stands in the body: empty, or `/apps(0)`
 * @throws ApiError 422 with every field of a wrong shape
 */
export function readApp(body: unknown, path = ''): JsonObject {
  const details: ErrorDetail[] = [];
  if (!isObject(body))
    throw invalidShape([{ path: path === '' ? '/' : path, errors: ['error.expected.jsobject'] }]);
  const given = readFields({ ...APP_FIELDS, ...LEGACY_FIELDS }, body, { path, details });
  if (details.length > 0) throw invalidShape(details);
  return modernise(given);
}

/** Port numbers and uris of before 1.5 become portDefinitions and fetch. */
function modernise(given: JsonObject): JsonObject {
  const { ports, uris, ...rest } = given;
  const definitions = asArray(ports).map((port) => ({ port, protocol: 'tcp' }));
  const fetches = asArray(uris).map((uri) => ({ uri, extract: true, executable: false, cache: false }));
  return {
    ...(ports === undefined ? {} : { portDefinitions: definitions }),
    ...(uris === undefined ? {} : { fetch: fetches }),
    ...rest,
  };
}

/** A whole new app. @throws ApiError 422 with everything that is wrong with it */
export function completeApp(id: string, given: JsonObject, context: DefinitionContext = {}): AppFields {
  const { path = '', roles = rootRoles(context.settings) } = context;
  const own = { id: canonicalPath(id) };
  const defaults = { ...DEFAULTS, role: roles.defaultRole };
  const merged = { ...own, ...defaults, ...strategyFor(given), ...given, ...own };
  const app = fields(withPorts(withCheckPorts(withoutEmpty(withDependencies(merged)))));
  const details = validateApp(app, roles);
  if (details.length > 0) throw invalidObject(details.map((detail) => below(path, detail)));
  return app;
}

/** `stored` with the fields of a partial update; resource limits that the update does not name are lost, as in Marathon. */
export function mergeApp(stored: AppFields, given: JsonObject, context: DefinitionContext = {}): AppFields {
  const { resourceLimits: _limits, executorResources: _executor, ...kept } = stored;
  return completeApp(stored.id, { ...json(kept), ...given }, context);
}

function below(path: string, detail: ErrorDetail): ErrorDetail {
  if (path === '') return detail;
  return { ...detail, path: detail.path === '/' ? path : `${path}${detail.path}` };
}

function strategyFor(given: JsonObject): JsonObject {
  const labels = given['labels'];
  const single = isObject(labels) && labels['MARATHON_SINGLE_INSTANCE_APP'] === 'true';
  return single ? { upgradeStrategy: SINGLE_INSTANCE } : {};
}

function withDependencies(app: JsonObject): JsonObject {
  const group = parentOf(String(app['id']));
  const ids = asArray(app['dependencies']).map((id) => canonicalPath(String(id), group));
  return { ...app, dependencies: ids };
}

function withoutEmpty(app: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(app).filter(([name, value]) => !OMIT_EMPTY.includes(name) || !isEmpty(value)),
  );
}

/** A check that names no port is of the first one. */
function withCheckPorts(app: JsonObject): JsonObject {
  if (app['healthChecks'] === undefined) return app;
  const healthChecks = asArray(app['healthChecks']).map((check): Json => {
    if (!isObject(check) || check['protocol'] === 'COMMAND') return check;
    return check['portIndex'] === undefined && check['port'] === undefined
      ? { ...check, portIndex: 0 }
      : check;
  });
  return { ...app, healthChecks };
}

/** Every app has a port unless it says that it has none. */
function withPorts(app: JsonObject): JsonObject {
  const networks = asArray(app['networks']);
  const onHost = networks.every((network) => isObject(network) && network['mode'] === 'host');
  if (onHost) {
    const portDefinitions = app['portDefinitions'] ?? [{ port: 0, name: 'default', protocol: 'tcp' }];
    return { ...app, portDefinitions, networks };
  }
  const container = app['container'];
  const mapping = { containerPort: 0, servicePort: 0, protocol: 'tcp', name: 'default' };
  return {
    ...app,
    container: {
      type: 'MESOS',
      volumes: [],
      portMappings: [mapping],
      ...(isObject(container) ? container : {}),
    },
  };
}

/** The shapes were checked field by field, so the table in app-shape.ts is what this type says. */
function fields(app: JsonObject): AppFields {
  return app as unknown as AppFields;
}

function json(app: Partial<AppFields>): JsonObject {
  return app as unknown as JsonObject;
}

function asArray(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}
