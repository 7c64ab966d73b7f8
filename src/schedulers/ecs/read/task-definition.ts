// schedulers/ecs/read: what a task takes and where it listens, from the revision it is made from. Pure.

import type { ContainerDefinition, TaskDefinition } from '@aws-sdk/client-ecs';
import type { Footprint } from '../../../core/observation.ts';

export interface TaskTemplate {
  readonly footprint: Footprint;
  /** In the order of the containers. */
  readonly ports: readonly number[];
  /** Ports that it takes of its machine: no two tasks of it are on one. */
  readonly hostPorts: readonly number[];
  readonly hasHealthChecks: boolean;
}

export const CPU_UNITS = 1_024;
const MIB_PER_GIB = 1_024;

/** The task's own size, else what its containers reserve, as ECS places it. */
export function templateOf(definition: TaskDefinition): TaskTemplate {
  const { cpu, memory, ephemeralStorage, containerDefinitions = [], networkMode } = definition;
  const sum = (of: (container: ContainerDefinition) => number | undefined): number =>
    containerDefinitions.reduce((total, each) => total + (of(each) ?? 0), 0);
  const mappings = containerDefinitions.flatMap(({ portMappings = [] }) => portMappings);
  const isOwnNetwork = networkMode === 'awsvpc';
  return {
    footprint: {
      cpus: (Number(cpu) || sum((each) => each.cpu)) / CPU_UNITS,
      mem: Number(memory) || sum((each) => each.memoryReservation ?? each.memory),
      disk: (ephemeralStorage?.sizeInGiB ?? 0) * MIB_PER_GIB,
      gpus: sum(gpusOf),
    },
    ports: mappings.flatMap(({ containerPort }) => containerPort ?? []),
    hostPorts: isOwnNetwork ? [] : mappings.flatMap(({ hostPort = 0 }) => (hostPort > 0 ? [hostPort] : [])),
    hasHealthChecks: containerDefinitions.some(({ healthCheck }) => healthCheck !== undefined),
  };
}

function gpusOf({ resourceRequirements = [] }: ContainerDefinition): number {
  return resourceRequirements
    .filter(({ type }) => type === 'GPU')
    .reduce((total, { value }) => total + (Number(value) || 0), 0);
}
