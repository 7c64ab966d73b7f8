// api: networks and ports of an app definition, and spellings that exclude each other.

import { asObject, listOf } from '../../app-definition/network.ts';
import type { JsonObject } from '../../schema/json-schema.ts';
import { type Complaints, complaint, type Read, repeated, when } from './subject.ts';

export function checkNetworks({ read, echo }: Read): Complaints {
  return [...checkSpellings(read), ...checkModes(read, echo), ...checkPorts(read, echo)];
}

function checkSpellings(read: JsonObject): Complaints {
  const { networks, ipAddress, ports, portDefinitions, container } = read;
  const docker = asObject(asObject(container)['docker']);
  const ofDocker = container !== undefined && asObject(container)['type'] !== 'MESOS';
  const named = isNotEmpty(networks);
  const discovery = asObject(ipAddress)['discovery'];
  const discovered = isNotEmpty(asObject(discovery)['ports']);
  const mapped = asObject(container)['portMappings'];
  return [
    ...when(
      docker['network'] === 'NONE',
      ['container', 'docker', 'network'],
      'cannot be NONE since Marathon 1.5',
    ),
    ...when(
      named && docker['network'] !== undefined,
      ['container', 'docker', 'network'],
      'and networks exclude each other: remove it',
    ),
    ...when(named && ipAddress !== undefined, ['ipAddress'], 'and networks exclude each other: remove it'),
    ...when(
      isNotEmpty(mapped) && isNotEmpty(docker['portMappings']),
      ['container', 'docker', 'portMappings'],
      'and container.portMappings exclude each other: remove it',
    ),
    ...when(
      ipAddress !== undefined && (isNotEmpty(ports) || isNotEmpty(portDefinitions)),
      ['ipAddress'],
      'excludes ports and portDefinitions',
    ),
    ...when(
      ofDocker && discovery !== undefined,
      ['ipAddress', 'discovery'],
      'needs a container of type MESOS: use container.portMappings',
    ),
    ...when(
      !ofDocker && discovered && mapped !== undefined,
      ['ipAddress', 'discovery', 'ports'],
      'and container.portMappings exclude each other',
    ),
    ...when(
      ports !== undefined && portDefinitions !== undefined && !areTheSame(ports, portDefinitions),
      ['ports'],
      'and portDefinitions say different things: remove ports',
    ),
  ];
}

function areTheSame(ports: unknown, definitions: unknown): boolean {
  const numbers = listOf(definitions)?.map((item) => asObject(item)['port'] ?? 0) ?? [];
  const given = listOf(ports) ?? [];
  return given.length === numbers.length && given.every((port, i) => port === numbers[i]);
}

function checkModes(read: JsonObject, echo: JsonObject): Complaints {
  const networks = (listOf(echo['networks']) ?? []).map(asObject);
  const count = (mode: string): number => networks.filter((network) => network['mode'] === mode).length;
  const [host, bridge, containers] = [count('host'), count('container/bridge'), count('container')];
  const names = networks.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  const unnamed = networks.filter((n) => n['mode'] === 'container' && n['name'] === undefined).length;
  const ofDocker = read['container'] !== undefined && asObject(read['container'])['type'] !== 'MESOS';
  const kinds = [host, bridge, containers].filter((n) => n > 0).length;
  return [
    ...when(
      kinds > 1 || host > 1 || bridge > 1,
      ['networks'],
      'must be one host network, one bridge, or any number of container networks',
    ),
    ...when(
      networks.some((n) => n['mode'] === 'host' && (n['name'] !== undefined || isFilled(n['labels']))),
      ['networks'],
      'has a host network with a name or labels: remove them',
    ),
    ...when(
      networks.some((n) => n['mode'] === 'container/bridge' && n['name'] !== undefined),
      ['networks'],
      'has a bridge with a name: remove it',
    ),
    ...when(repeated(names).length > 0 || unnamed > 1, ['networks'], 'names a network twice'),
    ...when(
      ofDocker && containers > 1,
      ['networks'],
      'has several container networks, of which a container of type DOCKER can have one',
    ),
    ...checkMappings(echo, names, containers),
  ];
}

function checkMappings(echo: JsonObject, networks: readonly string[], containers: number): Complaints {
  const mappings = (listOf(asObject(echo['container'])['portMappings']) ?? []).map(asObject);
  const place = ['container', 'portMappings'] as const;
  return [
    ...duplicates(mappings, 'name', place),
    ...mappings.flatMap(({ networkNames, hostPort }, i) => {
      const named = listOf(networkNames) ?? [];
      const unknown = named.filter((name) => !networks.some((network) => network === name));
      return [
        ...unknown.map((name) =>
          complaint([...place, i, 'networkNames'], `names ${String(name)}, which is not in networks`),
        ),
        ...when(
          containers > 1 && hostPort !== undefined && named.length !== 1,
          [...place, i, 'networkNames'],
          'must name one network: the app has several, and hostPort belongs to one',
        ),
      ];
    }),
  ];
}

function checkPorts(read: JsonObject, echo: JsonObject): Complaints {
  const fixed = (listOf(read['ports']) ?? []).filter((port) => port !== 0);
  const definitions = (listOf(echo['portDefinitions']) ?? []).map(asObject);
  const place = read['portDefinitions'] === undefined ? 'ports' : 'portDefinitions';
  const below = definitions.flatMap(({ port }, i) =>
    when(typeof port === 'number' && port < 0, [place, i], 'must be at least 0'),
  );
  return [
    ...when(repeated(fixed).length > 0, ['ports'], `has ${repeated(fixed).join(', ')} twice`),
    ...(read['portDefinitions'] === undefined
      ? below
      : [
          ...duplicates(definitions, 'name', ['portDefinitions']),
          ...duplicates(
            definitions.filter(({ port }) => typeof port === 'number' && port !== 0),
            'port',
            ['portDefinitions'],
          ),
        ]),
  ];
}

function duplicates(
  items: readonly JsonObject[],
  field: string,
  at: readonly (string | number)[],
): Complaints {
  const values = items.flatMap((item) => (item[field] === undefined ? [] : [item[field]]));
  return repeated(values).map((value) => complaint(at, `has the ${field} ${String(value)} twice`));
}

function isNotEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function isFilled(value: unknown): boolean {
  return Object.keys(asObject(value)).length > 0;
}
