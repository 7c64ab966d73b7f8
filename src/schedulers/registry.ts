// schedulers: every scheduler there is, by name, in alphabetical order.

import { MarathonClusters } from './marathon/clusters.ts';
import { createMemoryScheduler } from './memory/index.ts';
import { oneCluster } from './one-cluster.ts';
import type { SchedulerType } from './scheduler.ts';

export const SCHEDULERS = {
  marathon: { open: (deps) => new MarathonClusters(deps) },
  memory: {
    open: (deps) => oneCluster(createMemoryScheduler({ startMs: 1_000, stopMs: 1_000 }, deps)),
  },
} as const satisfies Readonly<Record<string, SchedulerType>>;
