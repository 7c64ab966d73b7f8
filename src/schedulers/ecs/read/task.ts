// schedulers/ecs/read: one task as far as it matters here. Pure.

import type { Task } from '@aws-sdk/client-ecs';
import type { TaskObservation, TaskPhase } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import { lastOf } from '../target.ts';

export interface TaskFacts {
  readonly arn: string;
  readonly phase: TaskPhase | 'gone';
  /** Counted among the running ones of its service, whatever becomes of it. */
  readonly isUp: boolean;
  /** In the task's own network; absent where it shares that of a machine, whose address ECS does not tell. */
  readonly ip?: string;
  readonly createdAtMs?: number;
  readonly startedAtMs?: number;
  /** From health checks of its containers; absent without any. */
  readonly healthy?: boolean;
}

const STARTING: ReadonlySet<string> = new Set(['PROVISIONING', 'PENDING', 'ACTIVATING']);
const GONE: ReadonlySet<string> = new Set(['STOPPED', 'DELETED']);

export function taskFactsOf(task: Task): TaskFacts {
  const { taskArn = '', lastStatus = '', healthStatus } = task;
  return {
    arn: taskArn,
    phase: phaseOf(task),
    isUp: lastStatus === 'RUNNING',
    ...defined({
      ip: ipOf(task),
      createdAtMs: task.createdAt?.getTime(),
      startedAtMs: task.startedAt?.getTime(),
    }),
    ...(healthStatus !== undefined && healthStatus !== 'UNKNOWN' && { healthy: healthStatus === 'HEALTHY' }),
  };
}

/** One that is to stop holds its place until it has: DEACTIVATING, STOPPING, DEPROVISIONING, or not even told yet. */
function phaseOf(task: Task): TaskFacts['phase'] {
  const { lastStatus = '', desiredStatus } = task;
  if (GONE.has(lastStatus)) return 'gone';
  if (desiredStatus === 'STOPPED') return 'killing';
  if (lastStatus === 'RUNNING') return 'running';
  if (!STARTING.has(lastStatus)) return 'killing';
  return waitsForMachine(task) ? 'waiting' : 'staging';
}

/** A capacity provider is asked for a machine, and until there is one the task is on none. */
function waitsForMachine({
  lastStatus,
  launchType,
  capacityProviderName,
  containerInstanceArn,
}: Task): boolean {
  return (
    lastStatus === 'PROVISIONING' &&
    launchType === 'EC2' &&
    capacityProviderName !== undefined &&
    containerInstanceArn === undefined
  );
}

function ipOf({ containers = [] }: Task): string | undefined {
  return containers
    .flatMap(({ networkInterfaces = [] }) => networkInterfaces)
    .find(({ privateIpv4Address }) => privateIpv4Address !== undefined)?.privateIpv4Address;
}

/** @param ports of its containers, which are those of the task where it has a network of its own */
export function taskObservationOf(task: TaskFacts, ports: readonly number[]): TaskObservation | undefined {
  const { arn, phase, ip, createdAtMs, startedAtMs, healthy } = task;
  if (phase === 'gone') return undefined;
  return {
    id: lastOf(arn),
    phase,
    ...defined({ host: ip, startedAtMs, healthy, stagedAtMs: createdAtMs }),
    ...(ip !== undefined && ports.length > 0 && { ports }),
  };
}
