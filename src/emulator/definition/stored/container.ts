// emulator: a container as it is stored and shown.

import type { Container, PortMapping } from '../app.ts';
import type { GivenContainer, GivenDocker, GivenPortMapping } from '../given.ts';
import { storedVolume } from './volumes.ts';

export function storedContainer(container: GivenContainer, onHost: boolean): Container {
  const { type, docker, linuxInfo, volumes, portMappings = [] } = container;
  return {
    type,
    ...(docker && { docker: storedDocker(docker, type) }),
    ...(linuxInfo && type === 'MESOS' && { linuxInfo }),
    volumes: volumes.map(storedVolume),
    ...(!onHost && { portMappings: portMappings.map(storedMapping) }),
  };
}

function storedDocker(docker: GivenDocker, type: GivenContainer['type']): NonNullable<Container['docker']> {
  const { image, forcePullImage, parameters, privileged, pullConfig } = docker;
  if (type === 'DOCKER') return { image, forcePullImage, parameters, privileged };
  // What only the Docker engine understands is forgotten.
  const mesos = { image, forcePullImage, parameters: [], privileged: false };
  return { ...mesos, ...(pullConfig && { pullConfig }) };
}

function storedMapping(mapping: GivenPortMapping): PortMapping {
  const { networkNames, ...rest } = mapping;
  return { ...rest, ...(networkNames.length > 0 && { networkNames }) };
}
