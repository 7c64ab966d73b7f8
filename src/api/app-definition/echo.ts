// api: the one place that knows what Marathon makes of an app definition before it shows it again.
//
// Filled in: the defaults of fields.ts, networks, ports (network.ts), checks (checks.ts), and what depends on volumes:
//
// | where not given     | persistent volume | external volume | otherwise |
// |---------------------|-------------------|-----------------|-----------|
// | upgradeStrategy     | {0.5, 0}          | {0.5, 0}        | {1, 1}    |
// | unreachableStrategy | disabled          | {0, 0}          | {0, 0}    |
//
// Translated: `uris` into fetch (extracted by file ending), and the spellings of network.ts. Dropped: null, unknown
// fields, `residency`, `storeUrls`, linuxInfo of DOCKER containers, `privileged` of MESOS ones, all of a volume that is
// not of its kind. Made absolute: `dependencies`, which count from `/` and not from the app's group.

import { defined } from '../../lang/defined.ts';
import { isObject, type JsonObject } from '../schema/json-schema.ts';
import { healthCheckOf } from './checks.ts';
import { withDefaults } from './defaults.ts';
import { AnyOf, ASSIGNED } from './expected.ts';
import { extractedByEnding } from './fetch.ts';
import { APP } from './fields.ts';
import { asObject, listOf, type Side, wiringOf } from './network.ts';
import { absoluteId } from './path.ts';

/** What a request becomes; ports that are 0 in it are `Assigned`. */
export function echoOf(definition: JsonObject, minor: number): JsonObject {
  return made(definition, { echo: false, minor });
}

/** What Marathon of any version shows, in the words of the newest. */
export function modernised(echo: JsonObject, minor: number): JsonObject {
  return made(echo, { echo: true, minor });
}

function made(definition: JsonObject, side: Side): JsonObject {
  const { ports: _ports, uris: _uris, ipAddress: _ip, residency: _residency, ...plain } = definition;
  const { networks, container, portDefinitions, requirePorts, mayLackMappings } = wiringOf(definition, side);
  const { container: _container, portDefinitions: _definitions, ...rest } = plain;
  const whole = withDefaults(
    {
      ...rest,
      fetch: fetchOf(definition),
      networks,
      ...defined({ container, portDefinitions }),
      requirePorts,
    },
    APP,
  );
  const volumes = kindsOfVolumes(container);
  return {
    ...whole,
    ...given('container', mapped(assigned(containerOf(whole['container'], side), side), mayLackMappings)),
    ...given('portDefinitions', assignedPorts(whole['portDefinitions'], 'port', side)),
    healthChecks: listOf(whole['healthChecks'])?.map((check) => healthCheckOf(check, side)) ?? [],
    constraints: listOf(whole['constraints'])?.map((constraint) => constraintOf(constraint, side)) ?? [],
    dependencies:
      listOf(whole['dependencies'])?.map((id) => (typeof id === 'string' ? absoluteId(id) : id)) ?? [],
    upgradeStrategy: whole['upgradeStrategy'] ?? defaultUpgrade(volumes),
    unreachableStrategy: unreachableOf(whole['unreachableStrategy'], volumes, side),
    maxLaunchDelaySeconds: launchDelayOf(definition, whole, side),
  };
}

function fetchOf(definition: JsonObject): unknown {
  const { fetch, uris } = definition;
  const older = listOf(uris) ?? [];
  if (older.length === 0 || (listOf(fetch)?.length ?? 0) > 0) return fetch;
  return older.map((uri) => ({ uri, extract: extractedByEnding(uri) }));
}

interface Volumes {
  readonly persistent: boolean;
  readonly external: boolean;
}

export function kindsOfVolumes(container: unknown): Volumes {
  const volumes = (listOf(asObject(container)['volumes']) ?? []).map(asObject);
  return {
    persistent: volumes.some((volume) => volume['persistent'] !== undefined),
    external: volumes.some((v) => v['persistent'] === undefined && v['external'] !== undefined),
  };
}

function defaultUpgrade({ persistent, external }: Volumes): JsonObject {
  return persistent || external
    ? { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 }
    : { minimumHealthCapacity: 1, maximumOverCapacity: 1 };
}

const AT_ONCE = { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 };
/** Of the first 1.4. */
const AFTER_MINUTES = { inactiveAfterSeconds: 300, expungeAfterSeconds: 600 };

function unreachableOf(value: unknown, { persistent }: Volumes, { echo }: Side): unknown {
  if (value !== undefined) return value;
  if (persistent) return 'disabled';
  return echo ? AT_ONCE : new AnyOf(AT_ONCE, AFTER_MINUTES);
}

/** Up to 1.7 an hour; an app keeps it when Marathon is upgraded. */
function launchDelayOf(definition: JsonObject, whole: JsonObject, { echo }: Side): unknown {
  const value = whole['maxLaunchDelaySeconds'];
  return echo || definition['maxLaunchDelaySeconds'] !== undefined ? value : new AnyOf(value, 3600);
}

function containerOf(value: unknown, { echo }: Side): unknown {
  if (!isObject(value)) return value;
  const { linuxInfo, docker, ...rest } = value;
  const mesos = rest['type'] === 'MESOS';
  const unprivileged = mesos && !echo;
  return {
    ...rest,
    ...(docker !== undefined && {
      docker: unprivileged && isObject(docker) ? { ...docker, privileged: false } : docker,
    }),
    ...((mesos || echo) && linuxInfo !== undefined && { linuxInfo }),
    volumes: (listOf(rest['volumes']) ?? []).map(volumeOf),
  };
}

function volumeOf(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { persistent } = value;
  if (!isObject(persistent) || persistent['type'] !== undefined) return value;
  const type = persistent['profileName'] === undefined ? 'root' : 'mount';
  return { ...value, persistent: { ...persistent, type } };
}

function assigned(container: unknown, side: Side): unknown {
  if (!isObject(container) || container['portMappings'] === undefined) return container;
  return { ...container, portMappings: assignedPorts(container['portMappings'], 'servicePort', side) };
}

function mapped(container: unknown, mayLackMappings: boolean): unknown {
  if (!isObject(container) || !mayLackMappings) return container;
  return { ...container, portMappings: new AnyOf(container['portMappings'], []) };
}

function assignedPorts(list: unknown, field: string, { echo }: Side): unknown {
  if (echo || !Array.isArray(list)) return list;
  return list.map((item) => (isObject(item) && item[field] === 0 ? { ...item, [field]: ASSIGNED } : item));
}

/** Some versions drop an empty value, others keep it. */
function constraintOf(constraint: unknown, { echo }: Side): unknown {
  const isOpen = Array.isArray(constraint) && constraint.length > 2 && constraint.at(-1) === '';
  return isOpen && !echo ? new AnyOf(constraint, constraint.slice(0, -1)) : constraint;
}

function given(name: string, value: unknown): JsonObject {
  return value === undefined ? {} : { [name]: value };
}
