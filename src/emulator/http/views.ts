// emulator: how apps and tasks look on the wire.

import type { AppDefinition } from '../definition/app.ts';
import { servicePortsOf } from '../definition/service-ports.ts';
import type { Instance, Task } from '../marathon/instance.ts';
import type { TaskFailure } from '../marathon/instance-manager.ts';
import type { Marathon } from '../marathon/marathon.ts';
import { timestamp } from '../marathon/timestamp.ts';
import { isTerminal } from '../mesos/task-status.ts';

type Wire = Record<string, unknown>;

/** What a caller asks to see beside the app itself. */
export interface Embeds {
  readonly counts?: boolean;
  readonly deployments?: boolean;
  readonly readiness?: boolean;
  readonly tasks?: boolean;
  readonly lastTaskFailure?: boolean;
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
    ...(embeds.counts ? counts(instances) : {}),
    ...(embeds.deployments ? { deployments: lock === undefined ? [] : [{ id: lock.plan.id }] } : {}),
    ...(embeds.readiness ? { readinessCheckResults: [] } : {}),
    ...(embeds.tasks ? { tasks: tasksOf(instances, app) } : {}),
    ...(failure === undefined ? {} : { lastTaskFailure: failureView(failure) }),
  };
}

/** TASK_STARTING is in neither of the first two; without health checks nothing is healthy. */
function counts(instances: readonly Instance[]): Wire {
  let staged = 0;
  let running = 0;
  for (const { task } of instances) {
    if (task === undefined) continue;
    if (task.state === undefined || task.state === 'TASK_STAGING') staged++;
    if (task.state === 'TASK_RUNNING') running++;
  }
  return { tasksStaged: staged, tasksRunning: running, tasksHealthy: 0, tasksUnhealthy: 0 };
}

export function tasksOf(instances: readonly Instance[], app: AppDefinition | undefined): Wire[] {
  const ports = app === undefined ? [] : servicePortsOf(app);
  return instances.flatMap((instance) =>
    instance.task === undefined ? [] : [taskView(instance, instance.task, ports)],
  );
}

/** A task that has ended is listed as long as its instance waits for the next one, without times and ports. */
export function taskView(instance: Instance, task: Task, servicePorts: readonly number[]): Wire {
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
    servicePorts,
    ipAddresses: [{ ipAddress: hostname, protocol: 'IPv4' }],
    ...(ended ? {} : timesOf(task)),
    healthCheckResults: [],
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
