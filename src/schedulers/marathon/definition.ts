// schedulers/marathon: a wanted definition in the form that Marathon echoes, defaults spelled out.
// Reference §10.2 (defaults) and §10.3 (what is echoed, and which older spellings never are).

import type { MarathonAppDefinition } from '../../api/policy.ts';
import { isObject, type Json } from './schema.ts';

/** Not part of a definition: Marathon's own, or the count, which is not the definition's business. */
const NOT_DEFINITION: ReadonlySet<string> = new Set([
  'id',
  'instances',
  'version',
  'versionInfo',
  'tasks',
  'tasksStaged',
  'tasksRunning',
  'tasksHealthy',
  'tasksUnhealthy',
  'tasksStats',
  'taskStats',
  'deployments',
  'readinessCheckResults',
  'lastTaskFailure',
  // Deprecated and without effect.
  'residency',
  'storeUrls',
]);

/** The fields that a policy may set; an explicit null is the same to Marathon as not being there. */
export function settable(definition: MarathonAppDefinition): Json {
  return Object.fromEntries(
    Object.entries(definition).filter(([key, value]) => !NOT_DEFINITION.has(key) && value !== null),
  );
}

/**
 * For a new app, where the policy does not say otherwise. With maximumOverCapacity 0 alone a rolling restart of
 * n instances has floor = ceiling = n, and Marathon then starts one extra (reference §6.4): one over budget, or,
 * since a shared pool is always full, stuck and locked for good.
 */
export function upgradeStrategy(definition: MarathonAppDefinition): Json {
  const own = definition['upgradeStrategy'];
  if (!isObject(own)) return { minimumHealthCapacity: 0, maximumOverCapacity: 0 };
  return { minimumHealthCapacity: 1, maximumOverCapacity: 0, ...own };
}

/**
 * For a definition change of an app that we made, where the policy does not say otherwise: two instances or
 * more roll, half of them at a time; a single one can only stop before its successor starts. Never over budget.
 */
export function restartStrategy(instances: number): Json {
  return { minimumHealthCapacity: instances > 1 ? 0.5 : 0, maximumOverCapacity: 0 };
}

/** The wanted side of a comparison. `appId` resolves relative dependencies. */
export function normalised(definition: MarathonAppDefinition, appId: string): Json {
  const wanted = Object.entries(modernised(settable(definition)));
  return Object.fromEntries(wanted.map(([key, value]) => [key, NORMALISE.get(key)?.(value, appId) ?? value]));
}

type Normalise = (value: unknown, appId: string) => unknown;

const NORMALISE: ReadonlyMap<string, Normalise> = new Map<string, Normalise>(
  Object.entries<Normalise>({
    upgradeStrategy: (value) => upgradeStrategy({ upgradeStrategy: value }),
    unreachableStrategy: (value) => withDefaults(value, { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 }),
    fetch: (value) => each(value, { extract: true, executable: false, cache: false }),
    portDefinitions: (value) => each(value, { protocol: 'tcp' }),
    healthChecks: (value) => mapList(value, healthCheck),
    readinessChecks: (value) =>
      each(value, {
        name: 'readinessCheck',
        protocol: 'HTTP',
        path: '/',
        portName: 'http-api',
        intervalSeconds: 30,
        timeoutSeconds: 10,
        httpStatusCodesForReady: [200],
        preserveLastResponse: false,
      }),
    container,
    dependencies: (value, appId) =>
      mapList(value, (id) => (typeof id === 'string' ? absoluteId(id, appId) : id)),
    constraints: (value) => mapList(value, (c) => (Array.isArray(c) && c.at(-1) === '' ? c.slice(0, -1) : c)),
  }),
);

/** Older spellings that Marathon accepts and does not echo (since 1.5). */
function modernised(definition: Json): Json {
  const { ports, uris, ...rest } = definition;
  const container = isObject(rest['container']) ? rest['container'] : {};
  const docker = isObject(container['docker']) ? container['docker'] : {};
  const { network, portMappings, ...plainDocker } = docker;
  return {
    ...rest,
    ...(Array.isArray(ports) && { portDefinitions: ports.map((port: unknown) => ({ port })) }),
    ...(Array.isArray(uris) && { fetch: uris.map((uri: unknown) => ({ uri })) }),
    ...(network !== undefined && { networks: [{ mode: DOCKER_NETWORKS.get(network) ?? network }] }),
    ...((network !== undefined || portMappings !== undefined) && {
      container: { ...container, docker: plainDocker, ...(portMappings !== undefined && { portMappings }) },
    }),
  };
}

const DOCKER_NETWORKS: ReadonlyMap<unknown, string> = new Map([
  ['BRIDGE', 'container/bridge'],
  ['HOST', 'host'],
  ['USER', 'container'],
]);

function healthCheck(value: unknown): unknown {
  if (!isObject(value)) return value;
  const protocol = value['protocol'] ?? 'HTTP';
  const byPort = protocol !== 'COMMAND' && value['port'] === undefined;
  return withDefaults(value, {
    protocol,
    gracePeriodSeconds: 300,
    intervalSeconds: 60,
    timeoutSeconds: 20,
    maxConsecutiveFailures: 3,
    delaySeconds: 15,
    ...(byPort && { portIndex: 0 }),
  });
}

function container(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { docker, portMappings } = value;
  return {
    type: 'DOCKER',
    ...value,
    ...(docker !== undefined && {
      docker: withDefaults(docker, { forcePullImage: false, privileged: false, parameters: [] }),
    }),
    ...(portMappings !== undefined && { portMappings: each(portMappings, { protocol: 'tcp' }) }),
  };
}

/** `db` and `../db` are relative to the group that the app is in. */
function absoluteId(id: string, appId: string): string {
  const path: string[] = id.startsWith('/') ? [] : appId.split('/').slice(1, -1);
  for (const segment of id.split('/')) {
    if (segment === '..') path.pop();
    else if (segment !== '' && segment !== '.') path.push(segment);
  }
  return `/${path.join('/')}`;
}

function withDefaults(value: unknown, defaults: Json): unknown {
  return isObject(value) ? { ...defaults, ...value } : value;
}

function each(value: unknown, defaults: Json): unknown {
  return mapList(value, (item) => withDefaults(item, defaults));
}

function mapList(value: unknown, change: (item: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(change) : value;
}
