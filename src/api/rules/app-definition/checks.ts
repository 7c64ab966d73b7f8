// api: health, readiness and general checks of an app definition.

import { asObject, listOf } from '../../app-definition/network.ts';
import type { JsonObject } from '../../schema/json-schema.ts';
import { type Complaints, type Read, when } from './subject.ts';

export function checkChecks({ read, echo }: Read): Complaints {
  const ports = portsOf(echo);
  const health = (listOf(read['healthChecks']) ?? []).map(asObject);
  // Where the ports are spelled as before 1.5 there must be one, or it must be named.
  const mapped = asObject(echo['container'])['portMappings'] !== undefined;
  const firstIsMeant = mapped || (listOf(read['portDefinitions'])?.length ?? 0) > 0;
  const byMesos = health.filter(({ protocol, command }) => {
    return command === undefined && String(protocol ?? 'HTTP').startsWith('MESOS_');
  });
  const ofDocker = read['container'] !== undefined && asObject(read['container'])['type'] !== 'MESOS';
  return [
    ...health.flatMap((check, i) => checkHealth(check, i, { ports: ports.length, firstIsMeant, ofDocker })),
    ...when(
      byMesos.length > 1,
      ['healthChecks'],
      'can hold one MESOS_… check that is no command, but has more',
    ),
    ...checkCheck(read['check'], ports.length, ofDocker),
    ...checkReadiness(listOf(read['readinessChecks']) ?? [], ports),
  ];
}

/** Those that a check can name: mappings where the app has them, else definitions. */
function portsOf(echo: JsonObject): readonly JsonObject[] {
  const mappings = listOf(asObject(echo['container'])['portMappings']);
  return (mappings ?? listOf(echo['portDefinitions']) ?? []).map(asObject);
}

interface Around {
  readonly ports: number;
  readonly firstIsMeant: boolean;
  readonly ofDocker: boolean;
}

const NO_PORT = 'needs a port of the app: portIndex counts them from 0';

function checkHealth(check: JsonObject, i: number, { ports, firstIsMeant, ofDocker }: Around): Complaints {
  const { command, port, portIndex, ipProtocol } = check;
  const protocol = String(check['protocol'] ?? 'HTTP');
  const at = ['healthChecks', i] as const;
  const ofMesos = protocol.startsWith('MESOS_');
  if (protocol === 'COMMAND') {
    const extra = ['path', 'port'].filter((field) => check[field] !== undefined);
    return [
      ...when(command === undefined, at, 'needs command: { value } with protocol COMMAND'),
      ...extra.flatMap((field) => when(command !== undefined, [...at, field], 'excludes command')),
    ];
  }
  return [
    ...when(command !== undefined, [...at, 'command'], 'needs protocol COMMAND'),
    ...when(
      ipProtocol === 'IPv6' && !(ofMesos && ofDocker),
      [...at, 'ipProtocol'],
      'can be IPv6 with a MESOS_… protocol and a container of type DOCKER only',
    ),
    ...when(command === undefined && !isIndex(port, portIndex, { ports, firstIsMeant }), at, NO_PORT),
  ];
}

function isIndex(
  port: unknown,
  portIndex: unknown,
  { ports, firstIsMeant }: Omit<Around, 'ofDocker'>,
): boolean {
  if (typeof portIndex === 'number') return portIndex < ports;
  return port !== undefined || (firstIsMeant ? ports > 0 : ports === 1);
}

function checkCheck(check: unknown, ports: number, ofDocker: boolean): Complaints {
  if (check === undefined) return [];
  const { http, tcp, exec } = asObject(check);
  const kinds = [http, tcp, exec].filter((kind) => kind !== undefined).length;
  const byPort = http === undefined ? asObject(tcp) : asObject(http);
  const { port, portIndex } = byPort;
  const isFound = typeof portIndex === 'number' ? portIndex < ports : port !== undefined || ports === 1;
  const { argv } = asObject(asObject(exec)['command']);
  return [
    ...when(ofDocker, ['check'], 'is not for containers of type DOCKER'),
    ...when(kinds !== 1, ['check'], 'must have one of http, tcp, exec'),
    ...when(asObject(http)['scheme'] === 'HTTPS', ['check', 'http', 'scheme'], 'can be HTTP only'),
    ...when(exec === undefined && kinds === 1 && !isFound, ['check'], NO_PORT),
    ...when(argv !== undefined, ['check', 'exec', 'command'], 'must have shell: Marathon cannot report argv'),
  ];
}

function checkReadiness(checks: readonly unknown[], ports: readonly JsonObject[]): Complaints {
  const names = new Set(ports.flatMap(({ name }) => (typeof name === 'string' ? [name] : [])));
  return [
    ...when(checks.length > 1, ['readinessChecks'], 'can hold one check only'),
    ...checks.flatMap((item, i) => {
      const { portName = 'http-api', intervalSeconds = 30, timeoutSeconds = 10 } = asObject(item);
      return [
        ...when(
          typeof portName === 'string' && !names.has(portName),
          ['readinessChecks', i, 'portName'],
          `is ${String(portName)}, which no port of the app is called`,
        ),
        ...when(
          Number(timeoutSeconds) >= Number(intervalSeconds),
          ['readinessChecks', i, 'timeoutSeconds'],
          `must be less than intervalSeconds, which is ${String(intervalSeconds)}`,
        ),
      ];
    }),
  ];
}
