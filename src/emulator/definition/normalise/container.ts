// emulator: the port mappings of a container: where they were written before 1.5, and which there are by default.

import { ApiError } from '../../api-error.ts';
import type {
  GivenContainer,
  GivenIpAddress,
  GivenNetwork,
  GivenPortDefinition,
  GivenPortMapping,
} from '../given.ts';

const NO_MAPPING: GivenPortMapping = {
  containerPort: 0,
  labels: {},
  protocol: 'tcp',
  servicePort: 0,
  networkNames: [],
};

const DEFAULT_MAPPING: GivenPortMapping = { ...NO_MAPPING, name: 'default' };

/** Of an app that asks for a network and says nothing about a container. */
export const EMPTY_CONTAINER: GivenContainer = { type: 'MESOS', volumes: [] };

/** In today's spelling; the network of docker is looked at elsewhere. @throws ApiError 500 where both are used */
export function modernContainer(
  container: GivenContainer,
  discovery: GivenIpAddress['discovery'],
): GivenContainer {
  return withoutDockerNetwork(withDiscoveryPorts(withDockerMappings(container), discovery));
}

function withDockerMappings(container: GivenContainer): GivenContainer {
  const { docker, portMappings } = container;
  if (docker?.portMappings === undefined) return container;
  const { portMappings: fromDocker, ...rest } = docker;
  if (portMappings !== undefined && fromDocker.length > 0)
    throw new ApiError(500, 'cannot specify both portMappings and docker.portMappings');
  return { ...container, docker: rest, portMappings: portMappings ?? fromDocker };
}

function withDiscoveryPorts(
  container: GivenContainer,
  discovery: GivenIpAddress['discovery'],
): GivenContainer {
  const ports = discovery?.ports ?? [];
  if (ports.length === 0) return container;
  if (container.type !== 'MESOS')
    throw new ApiError(500, `ipAddress.discovery.ports do not apply for container type ${container.type}`);
  if (container.portMappings !== undefined)
    throw new ApiError(500, 'container.portMappings and ipAddress.discovery.ports must not both be set');
  const portMappings = ports.map(({ number, name, protocol, labels }) => ({
    ...NO_MAPPING,
    containerPort: number,
    name,
    protocol,
    labels,
  }));
  return { ...container, portMappings };
}

function withoutDockerNetwork(container: GivenContainer): GivenContainer {
  if (container.docker?.network === undefined) return container;
  const { network: _network, ...docker } = container.docker;
  return { ...container, docker };
}

/** None on the host; elsewhere one by default, and as many as there are ports. */
export function withMappings(
  container: GivenContainer,
  networks: readonly GivenNetwork[],
  definitions: readonly GivenPortDefinition[] | undefined,
): GivenContainer {
  const { portMappings, ...rest } = container;
  const hasHost = networks.length === 0 || networks.some(({ mode }) => mode === 'host');
  const given = hasHost ? undefined : (portMappings ?? [DEFAULT_MAPPING]);
  const hasOther = networks.some(({ mode }) => mode !== 'host');
  const missing = hasOther ? (definitions?.length ?? 0) - (given?.length ?? 0) : 0;
  const added = Array.from({ length: Math.max(0, missing) }, () => NO_MAPPING);
  return given === undefined && added.length === 0
    ? rest
    : { ...rest, portMappings: [...(given ?? []), ...added] };
}

/** What an app on another network than the host's has; a bridge maps every port to one of the host. */
export function networkedContainer(
  container: GivenContainer | undefined,
  networks: readonly GivenNetwork[],
): GivenContainer | undefined {
  const onHost = networks.every(({ mode }) => mode === 'host');
  const present = container ?? (onHost ? undefined : { ...EMPTY_CONTAINER, portMappings: [DEFAULT_MAPPING] });
  if (present?.portMappings === undefined) return present;
  if (!networks.some(({ mode }) => mode === 'container/bridge')) return present;
  return { ...present, portMappings: present.portMappings.map((m) => ({ ...m, hostPort: m.hostPort ?? 0 })) };
}
