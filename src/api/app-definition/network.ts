// api: networks and ports as Marathon 1.5 and later understands the spellings of before.
//
// | given                                      | networks                       | and                                    |
// |--------------------------------------------|--------------------------------|----------------------------------------|
// | networks                                   | as given, host when empty      |                                        |
// | docker.network BRIDGE                      | container/bridge               | labels of ipAddress                    |
// | docker.network USER                        | container, ipAddress's name    |                                        |
// | docker.network HOST                        | host                           |                                        |
// | ipAddress alone                            | container, ipAddress's name    | a MESOS container where there is none  |
// | ports                                      |                                | portDefinitions, unless those are given|
// | docker.portMappings                        |                                | container.portMappings                 |
// | ipAddress.discovery.ports (MESOS)          |                                | container.portMappings                 |
//
// On the host: container.portMappings are dropped; without portDefinitions there is one named `default`.
// On other networks: portDefinitions are dropped and requirePorts is false; without portMappings there is one named
// `default`; as many more as `ports` or portDefinitions are longer; on a bridge hostPort is 0 where it is not given.

import { isObject, type JsonObject } from '../schema/json-schema.ts';
import { AnyOf } from './expected.ts';

const DOCKER_NETWORKS: ReadonlyMap<unknown, string> = new Map([
  ['BRIDGE', 'container/bridge'],
  ['HOST', 'host'],
  ['USER', 'container'],
]);

/** Marathon's own, which stands for bridge mode in `ipAddress`. */
const MESOS_BRIDGE = 'mesos-bridge';

const BRIDGE = 'container/bridge';

export interface Wiring {
  readonly networks: readonly JsonObject[];
  readonly container: JsonObject | undefined;
  readonly portDefinitions: readonly unknown[] | undefined;
  readonly requirePorts: unknown;
  /** Before 1.5 there was no mapping where none is given. */
  readonly mayLackMappings: boolean;
}

export function wiringOf(definition: JsonObject, side: Side): Wiring {
  const networks = networksOf(definition);
  const onHost = networks.every((network) => network['mode'] === 'host');
  const given = listOf(definition['portDefinitions']) ?? portsOf(definition['ports']);
  const mapped = givenMappings(definition, asObject(definition['container'])) !== undefined;
  return {
    networks,
    container: containerOf(definition, networks, { onHost, given, side }),
    portDefinitions: onHost ? (given ?? [defaultPort(side)]) : undefined,
    mayLackMappings: !side.echo && side.minor < 5 && !onHost && !mapped,
    requirePorts: onHost || side.echo ? definition['requirePorts'] : false,
  };
}

export interface Side {
  /** An echo has all its mappings; a request may be given more. */
  readonly echo: boolean;
  readonly minor: number;
}

function defaultPort({ minor }: Side): JsonObject {
  return { port: 0, name: minor < 5 ? new AnyOf('default', undefined) : 'default' };
}

function networksOf(definition: JsonObject): readonly JsonObject[] {
  const given = listOf(definition['networks'])?.map(asObject) ?? [];
  const container = asObject(definition['container']);
  const network = asObject(container['docker'])['network'];
  const ipAddress = definition['ipAddress'];
  if (given.length > 0) {
    return given.map((item) => ({ ...item, mode: item['mode'] ?? 'container' }));
  }
  const { networkName, labels } = asObject(ipAddress);
  const named = networkName === undefined ? {} : { name: networkName };
  const labelled = labels === undefined ? {} : { labels };
  if (network === undefined && ipAddress === undefined) return [{ mode: 'host' }];
  const mode = network === undefined ? modeOf(networkName) : (DOCKER_NETWORKS.get(network) ?? network);
  if (mode === 'container') return [{ mode, ...named, ...labelled }];
  return [mode === BRIDGE ? { mode, ...labelled } : { mode }];
}

function modeOf(networkName: unknown): string {
  return networkName === MESOS_BRIDGE ? BRIDGE : 'container';
}

interface Ports {
  readonly onHost: boolean;
  readonly given: readonly unknown[] | undefined;
  readonly side: Side;
}

function containerOf(
  definition: JsonObject,
  networks: readonly JsonObject[],
  ports: Ports,
): JsonObject | undefined {
  const { container, ipAddress } = definition;
  const bare = ipAddress !== undefined || !ports.onHost ? { type: 'MESOS' } : undefined;
  const own: JsonObject | undefined = isObject(container) ? container : bare;
  if (own === undefined) return undefined;
  const { portMappings: _, docker, ...rest } = own;
  const { network: _network, portMappings: _older, ...plainDocker } = asObject(docker);
  const mappings = ports.onHost ? undefined : mappingsOf(definition, own, ports);
  const bridged = networks.some((network) => network['mode'] === BRIDGE);
  return {
    ...rest,
    ...(docker !== undefined && { docker: isObject(docker) ? plainDocker : docker }),
    ...(mappings !== undefined && { portMappings: bridged ? withHostPorts(mappings) : mappings }),
  };
}

function withHostPorts(mappings: readonly unknown[]): readonly unknown[] {
  return mappings.map((mapping) => (isObject(mapping) ? { hostPort: 0, ...mapping } : mapping));
}

function mappingsOf(definition: JsonObject, container: JsonObject, ports: Ports): readonly unknown[] {
  const { echo, minor } = ports.side;
  const given = givenMappings(definition, container);
  if (given === undefined && echo && minor < 5) return [];
  const mappings = given ?? [{ name: 'default' }];
  // A container of the policy's own: for one that is made for the networks Marathon looks at no ports.
  const isMade = definition['container'] === undefined && definition['ipAddress'] === undefined;
  const lacking = echo || isMade ? 0 : Math.max(0, (ports.given?.length ?? 0) - mappings.length);
  return [...mappings, ...Array.from({ length: lacking }, () => ({}))];
}

function givenMappings(definition: JsonObject, container: JsonObject): readonly unknown[] | undefined {
  const own = listOf(container['portMappings']);
  const older = listOf(asObject(container['docker'])['portMappings']);
  if (own !== undefined) return own;
  if (older !== undefined) return older;
  const discovered = listOf(asObject(asObject(definition['ipAddress'])['discovery'])['ports']) ?? [];
  if (container['type'] !== 'MESOS' || discovered.length === 0) return undefined;
  return discovered.map((port) => {
    const { number, ...named } = asObject(port);
    return { containerPort: number ?? 0, ...named };
  });
}

function portsOf(ports: unknown): readonly unknown[] | undefined {
  return listOf(ports)?.map((port) => ({ port }));
}

export function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
}

export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
