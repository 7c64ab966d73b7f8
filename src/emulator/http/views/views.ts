// emulator: how apps and tasks look on the wire.

import type { AppDefinition } from '../../definition/app.ts';
import { servicePortsOf } from '../../definition/service-ports.ts';
import { healthView } from '../../health/health-checks.ts';
import type { Instance, Task } from '../../marathon/instances/instance.ts';
import type { TaskFailure } from '../../marathon/instances/instance-manager.ts';
import type { Marathon } from '../../marathon/marathon.ts';
import { timestamp } from '../../marathon/timestamp.ts';
import { isTerminal } from '../../mesos/task-status.ts';
import { countTasks, taskStats } from './task-stats.ts';

type Wire = Record<string, unknown>;

/** What a caller asks to see beside the app itself. */
export interface Embeds {
  readonly counts?: boolean;
  readonly deployments?: boolean;
  readonly readiness?: boolean;
  readonly tasks?: boolean;
  readonly lastTaskFailure?: boolean;
  readonly taskStats?: boolean;
}

/** Values of `embed`, with or without the prefixes that Marathon takes; unknown ones mean nothing. */
export function embedsOf(query: URLSearchParams): Embeds {
  const names = new Set(query.getAll('embed').map((name) => name.replace(/^(group\.)?apps?\./, '')));
  const failures = names.has('failures');
  const tasks = names.has('tasks') || failures;
  return {
    counts: names.has('counts'),
    deployments: names.has('deployments') || tasks,
    readiness: names.has('readiness'),
    taskStats: names.has('taskStats'),
    tasks,
    lastTaskFailure: names.has('lastTaskFailure') || failures,
  };
}

export function appInfo(marathon: Marathon, app: AppDefinition, embeds: Embeds): Wire {
  const instances = marathon.instances.tracker.of(app.id);
  const failure = embeds.lastTaskFailure ? marathon.instances.lastFailure(app.id) : undefined;
  const lock = marathon.deployments.lockOf(app.id);
  return {
    ...app,
    ...(embeds.counts ? counts(marathon, instances) : {}),
    ...(embeds.deployments ? { deployments: lock === undefined ? [] : [{ id: lock.plan.id }] } : {}),
    ...(embeds.readiness ? { readinessCheckResults: marathon.instances.readiness.of(app.id) } : {}),
    ...(embeds.taskStats ? { tasksStats: taskStats(marathon, app, instances) } : {}),
    ...(embeds.tasks ? { tasks: tasksOf(marathon, instances) } : {}),
    ...(failure === undefined ? {} : { lastTaskFailure: failureView(failure) }),
  };
}

function counts(marathon: Marathon, instances: readonly Instance[]): Wire {
  const { staged, running, healthy, unhealthy } = countTasks(marathon, instances);
  return { tasksStaged: staged, tasksRunning: running, tasksHealthy: healthy, tasksUnhealthy: unhealthy };
}

/** @param servicePorts only the list of all tasks says them; elsewhere the list of them is empty */
export function tasksOf(
  marathon: Marathon,
  instances: readonly Instance[],
  { servicePorts = false }: { readonly servicePorts?: boolean } = {},
): Wire[] {
  return instances.flatMap((instance) => {
    if (instance.task === undefined) return [];
    const app = servicePorts ? marathon.root.app(instance.appId) : undefined;
    const ports = app === undefined ? [] : servicePortsOf(app);
    return [{ ...taskView(marathon, instance, instance.task), servicePorts: ports }];
  });
}

/** A task that has ended is listed as long as its instance waits for the next one, without times and ports. */
function taskView(marathon: Marathon, instance: Instance, task: Task): Wire {
  const { hostname, agentId, ports } = task.placement;
  const state = task.state ?? 'TASK_STAGING';
  const ended = isTerminal(state);
  return {
    id: task.id,
    appId: instance.appId,
    host: hostname,
    slaveId: agentId,
    state,
    ports: ended ? [] : ports,
    ipAddresses: [{ ipAddress: hostname, protocol: 'IPv4' }],
    ...(ended ? {} : timesOf(task)),
    healthCheckResults: marathon.instances.health
      .of(instance)
      .map((health) => healthView(health, instance.id)),
    localVolumes: [],
    role: instance.runSpec.role,
  };
}

function timesOf(task: Task): Wire {
  return {
    stagedAt: timestamp(task.stagedAtMs),
    ...(task.startedAtMs === undefined ? {} : { startedAt: timestamp(task.startedAtMs) }),
    version: task.version,
  };
}

function failureView({ atMs, ...failure }: TaskFailure): Wire {
  return { ...failure, timestamp: timestamp(atMs) };
}
