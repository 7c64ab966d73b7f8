// schedulers/ecs/room: how many more tasks of a template fit on the machines of a cluster. Pure.

import type { ContainerInstance, Resource } from '@aws-sdk/client-ecs';
import { MAX_COUNT } from '../../../api/schema/shapes.ts';
import { CPU_UNITS, type TaskTemplate } from '../read/task-definition.ts';

type Amounts = Readonly<Record<'CPU' | 'MEMORY' | 'GPU', number>>;

export interface Machine {
  readonly free: Amounts;
  readonly all: Amounts;
  readonly takenPorts: ReadonlySet<number>;
}

/** Those that take tasks now. */
export function machinesOf(instances: readonly ContainerInstance[]): readonly Machine[] {
  return instances
    .filter(({ status, agentConnected }) => status === 'ACTIVE' && agentConnected === true)
    .map(({ remainingResources = [], registeredResources = [] }) => ({
      free: amountsOf(remainingResources),
      all: amountsOf(registeredResources),
      takenPorts: new Set(
        remainingResources
          .filter(({ name }) => name === 'PORTS' || name === 'PORTS_UDP')
          .flatMap(({ stringSetValue = [] }) => stringSetValue.map(Number)),
      ),
    }));
}

/**
 * As if nobody else took any of it:
 *
 *     Σ machines  min over resources ⌊free / size⌋      within what the headroom leaves of all machines
 *
 * An upper bound: placement constraints and strategies are not looked at, ECS has the last word. What asks for nothing of a
 * resource is not bounded by it.
 *
 * @param headroom share of the resources that stays free, 0 to 1
 */
export function roomFor(template: TaskTemplate, machines: readonly Machine[], headroom: number): number {
  const { footprint, hostPorts } = template;
  const size: Amounts = { CPU: footprint.cpus * CPU_UNITS, MEMORY: footprint.mem, GPU: footprint.gpus };
  const open = machines.filter(({ takenPorts }) => hostPorts.every((port) => !takenPorts.has(port)));
  const most = hostPorts.length > 0 ? 1 : MAX_COUNT;
  const inAll = open.reduce((total, { free }) => total + Math.min(most, fitting(free, size)), 0);
  return Math.min(MAX_COUNT, inAll, fitting(beyondHeadroom(open, headroom), size));
}

function beyondHeadroom(machines: readonly Machine[], headroom: number): Amounts {
  const left = (name: keyof Amounts): number =>
    machines.reduce((total, { free, all }) => total + Math.max(0, free[name]) - headroom * all[name], 0);
  return { CPU: left('CPU'), MEMORY: left('MEMORY'), GPU: left('GPU') };
}

function fitting(free: Amounts, size: Amounts): number {
  const names = ['CPU', 'MEMORY', 'GPU'] as const;
  const most = names
    .filter((name) => size[name] > 0)
    .map((name) => Math.floor(free[name] / size[name] + 1e-9));
  return Math.max(0, Math.min(MAX_COUNT, ...most));
}

function amountsOf(resources: readonly Resource[]): Amounts {
  const of = (wanted: string): number => {
    const found = resources.find(({ name }) => name === wanted);
    return wanted === 'GPU' ? (found?.stringSetValue?.length ?? 0) : (found?.integerValue ?? 0);
  };
  return { CPU: of('CPU'), MEMORY: of('MEMORY'), GPU: of('GPU') };
}
