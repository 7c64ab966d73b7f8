// schedulers: every scheduler there is, by name.

import { createMarathonScheduler } from './marathon/index.ts';
import { createMemoryScheduler } from './memory/index.ts';

/** Alphabetical; each has its own configuration. */
export const SCHEDULERS = {
  marathon: createMarathonScheduler,
  memory: createMemoryScheduler,
} as const;

export type SchedulerType = keyof typeof SCHEDULERS;
