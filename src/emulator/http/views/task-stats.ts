// emulator: tasks of an app in numbers: counts, and how long they have lived, by version (Marathon's TaskStatsByVersion).

import type { AppDefinition } from '../../definition/app.ts';
import type { Instance } from '../../marathon/instances/instance.ts';
import type { Marathon } from '../../marathon/marathon.ts';

export interface TaskCounts {
  readonly staged: number;
  readonly running: number;
  readonly healthy: number;
  readonly unhealthy: number;
}

/** TASK_STARTING is in neither of the first two; what no check has looked at yet is in neither of the others. */
export function countTasks({ instances: { health } }: Marathon, instances: readonly Instance[]): TaskCounts {
  const counts = { staged: 0, running: 0, healthy: 0, unhealthy: 0 };
  for (const instance of instances) {
    const { task } = instance;
    if (task === undefined) continue;
    if (task.state === undefined || task.state === 'TASK_STAGING') counts.staged++;
    if (task.state === 'TASK_RUNNING') counts.running++;
    const results = health.of(instance);
    if (results.some(({ alive }) => !alive)) counts.unhealthy++;
    else if (results.length > 0) counts.healthy++;
  }
  return counts;
}

/** A part without tasks is left out. */
export function taskStats(
  marathon: Marathon,
  { versionInfo: { lastScalingAt, lastConfigChangeAt } }: AppDefinition,
  instances: readonly Instance[],
): Record<string, unknown> {
  const withTask = instances.filter(({ task }) => task !== undefined);
  const versionOf = ({ task }: Instance): string => task?.version ?? '';
  const parts: Readonly<Record<string, readonly Instance[]>> = {
    startedAfterLastScaling: withTask.filter((instance) => versionOf(instance) >= lastScalingAt),
    withLatestConfig: withTask.filter((instance) => versionOf(instance) >= lastConfigChangeAt),
    withOutdatedConfig: withTask.filter((instance) => versionOf(instance) < lastConfigChangeAt),
    totalSummary: withTask,
  };
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, own]) =>
      own.length === 0
        ? []
        : [[name, { stats: { counts: countTasks(marathon, own), ...lifeTime(marathon, own) } }]],
    ),
  );
}

function lifeTime({ clock }: Marathon, instances: readonly Instance[]): Record<string, unknown> {
  const seconds = instances
    .flatMap(({ task }) => (task?.startedAtMs === undefined ? [] : [(clock.now() - task.startedAtMs) / 1000]))
    .sort((a, b) => a - b);
  if (seconds.length === 0) return {};
  const averageSeconds = seconds.reduce((sum, each) => sum + each, 0) / seconds.length;
  const middle = (seconds.length - 1) / 2;
  const medianSeconds = ((seconds[Math.floor(middle)] ?? 0) + (seconds[Math.ceil(middle)] ?? 0)) / 2;
  return { lifeTime: { averageSeconds, medianSeconds } };
}
