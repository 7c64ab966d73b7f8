// emulator: health checks, checks and readiness checks: which ports they point at, and how many there may be.

import type { GivenApp, GivenHealthCheck, GivenReadinessCheck } from '../given.ts';
import { portCount } from './network/ports.ts';
import { each, unless, type Violation } from './violation.ts';

const PORT_INDEX =
  'Health check port indices must address an element of the ports array or container port mappings.';
const BY_MARATHON: readonly string[] = ['HTTP', 'HTTPS', 'TCP'];
const WITH_IP_PROTOCOL: readonly string[] = ['MESOS_HTTP', 'MESOS_HTTPS', 'MESOS_TCP'];

interface PortReference {
  readonly port?: number;
  readonly portIndex?: number;
}

export function healthChecks(app: GivenApp): readonly Violation[] {
  const ports = portCount(app);
  const onDocker = app.container?.type === 'DOCKER';
  return [
    ...each(app.healthChecks, '/healthChecks', (check, path) => [
      ...unless(!isByMarathon(check) || hasPort(check, ports), path, PORT_INDEX),
      ...unless(
        check.ipProtocol === 'IPv4' || (onDocker && WITH_IP_PROTOCOL.includes(check.protocol)),
        path,
        'IPv6 can only be used for container type DOCKER and Mesos http/https/tcp health checks',
      ),
    ]),
    ...unless(checksByMesos(app) <= 1, '', 'AppDefinition can contain at most one Mesos health check'),
  ];
}

function isByMarathon({ command, protocol }: GivenHealthCheck): boolean {
  return command === undefined && BY_MARATHON.includes(protocol);
}

/** Without those that run a command, of which there were always allowed to be several. */
function checksByMesos({ healthChecks: checks }: GivenApp): number {
  return checks.filter(({ command, protocol }) => command === undefined && !BY_MARATHON.includes(protocol))
    .length;
}

function hasPort({ port, portIndex }: PortReference, ports: number): boolean {
  return portIndex === undefined ? port !== undefined || ports === 1 : portIndex < ports;
}

/** Of checks that Mesos runs too: looked at once the app is what is stored. */
export function checkedPorts(app: GivenApp): readonly Violation[] {
  const ports = storedPortCount(app);
  const { check } = app;
  const reference = check?.http ?? check?.tcp;
  return [
    ...each(app.healthChecks, '/healthChecks', (health, path) =>
      unless(health.protocol === 'COMMAND' || hasPort(health, ports), path, PORT_INDEX),
    ),
    ...unless(
      reference === undefined || hasPort(reference, ports),
      '/check/get',
      'check port index must address an element of the ports array or container port mappings.',
    ),
    ...unless(
      check === undefined || app.container?.type !== 'DOCKER',
      '',
      "AppDefinition must not use 'checks' if using docker",
    ),
  ];
}

/** Empty port mappings count as none here. */
function storedPortCount({ container, portDefinitions = [] }: GivenApp): number {
  return container?.portMappings?.length || portDefinitions.length;
}

export function readinessChecks(app: GivenApp): readonly Violation[] {
  const named = app.container?.portMappings ?? app.portDefinitions ?? [];
  const names = named.flatMap(({ name }) => name ?? []);
  const { length } = app.readinessChecks;
  return [
    ...unless(length <= 1, '/readinessChecks/size', `got ${length}, expected 1 or less`),
    ...each(app.readinessChecks, '/readinessChecks', (check, path) => readinessCheck(check, path, names)),
  ];
}

function readinessCheck(
  { portName, timeoutSeconds, intervalSeconds }: GivenReadinessCheck,
  path: string,
  names: readonly string[],
): readonly Violation[] {
  return [
    ...unless(
      names.includes(portName),
      `${path}/portName`,
      `No port definition reference for portName ${portName}`,
    ),
    ...unless(
      timeoutSeconds < intervalSeconds,
      `${path}/timeoutSeconds`,
      `got ${timeoutSeconds}, expected less than ${intervalSeconds}`,
    ),
  ];
}
