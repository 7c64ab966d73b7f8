// schedulers: every scheduler there is, by name, in alphabetical order.

import type { SchedulerBlock } from '../api/schema/scheduler-block.ts';
import { dockerBlock } from './docker/block/index.ts';
import { DockerClusters } from './docker/clusters.ts';
import { footprintOf as dockerFootprint } from './docker/container/definition.ts';
import { ECS_BLOCK } from './ecs/block/index.ts';
import { EcsClusters } from './ecs/clusters.ts';
import { footprintOf as ecsFootprint } from './ecs/index.ts';
import { KUBERNETES_BLOCK } from './kubernetes/block.ts';
import { KubernetesClusters } from './kubernetes/clusters.ts';
import { footprintOf as kubernetesFootprint } from './kubernetes/index.ts';
import { MarathonClusters } from './marathon/clusters.ts';
import { footprintOf as marathonFootprint } from './marathon/definition/footprint.ts';
import { footprintOf as memoryFootprint } from './memory/definition.ts';
import { createMemoryScheduler } from './memory/index.ts';
import { oneCluster } from './one-cluster.ts';
import type { SchedulerType } from './scheduler.ts';
import { SWARM_BLOCK } from './swarm/block.ts';
import { SwarmClusters } from './swarm/clusters.ts';
import { footprintOf as swarmFootprint } from './swarm/index.ts';

export const SCHEDULERS = {
  docker: { block: dockerBlock, open: (deps) => new DockerClusters(deps), footprint: dockerFootprint },
  ecs: { block: ECS_BLOCK, open: (deps) => new EcsClusters(deps), footprint: ecsFootprint },
  kubernetes: {
    block: KUBERNETES_BLOCK,
    open: (deps) => new KubernetesClusters(deps),
    footprint: kubernetesFootprint,
  },
  marathon: { open: (deps) => new MarathonClusters(deps), footprint: marathonFootprint },
  memory: {
    open: (deps) => oneCluster(createMemoryScheduler({ startMs: 1_000, stopMs: 1_000 }, deps)),
    footprint: memoryFootprint,
  },
  swarm: { block: SWARM_BLOCK, open: (deps) => new SwarmClusters(deps), footprint: swarmFootprint },
} as const satisfies Readonly<Record<string, SchedulerType>>;

/** Schedulers by the key of an app's block. */
export type SchedulerTypes = Readonly<Record<string, SchedulerType>>;

/** What the schedulers contribute to the resource, in their order. */
export function blocksOf(types: SchedulerTypes): readonly SchedulerBlock[] {
  return Object.entries(types).flatMap(([type, { block }]) =>
    block === undefined ? [] : [{ type, ...block }],
  );
}
