// schedulers/marathon: app, queue row and deployments as one observation.

import { createdBy } from '../../api/labels/creation-label.ts';
import type {
  AppObservation,
  OperationKind,
  OperationObservation,
  TaskObservation,
  TaskPhase,
  WaitingReason,
} from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import type { Deployment, MarathonApp, MarathonTask, QueueItem } from './schema.ts';

/** Mesos states that hold a slot. Marathon lists terminal tasks too while their instance lives (docs/design/marathon.md#reading). */
const PHASES: ReadonlyMap<string, TaskPhase | 'gone'> = new Map([
  ['TASK_STAGING', 'staging'],
  ['TASK_STARTING', 'staging'],
  ['TASK_RUNNING', 'running'],
  ['TASK_KILLING', 'killing'],
  ['TASK_UNREACHABLE', 'unreachable'],
  ['TASK_FINISHED', 'gone'],
  ['TASK_FAILED', 'gone'],
  ['TASK_KILLED', 'gone'],
  ['TASK_ERROR', 'gone'],
  ['TASK_LOST', 'gone'],
  ['TASK_GONE', 'gone'],
  ['TASK_GONE_BY_OPERATOR', 'gone'],
  ['TASK_DROPPED', 'gone'],
  ['TASK_UNKNOWN', 'gone'],
]);

export interface Surroundings {
  /** Absent when the app is not in the queue. */
  readonly queued?: QueueItem | undefined;
  /** Of any app. */
  readonly deployments: readonly Deployment[];
}

/**
 * A task that was told to stop counts as running until Mesos reports TASK_KILLING, which not every executor
 * does: Marathon has no other way to show it.
 */
export function toObservation(app: MarathonApp, around: Surroundings): AppObservation {
  const tasks = app.tasks.flatMap(toTask);
  const inPhase = (phase: TaskPhase): number => tasks.filter((t) => t.phase === phase).length;
  const running = inPhase('running');
  const healthy = tasks.filter((t) => t.phase === 'running' && t.healthy === true).length;
  const waiting = waitingCount(app, { tasks, queued: around.queued?.count ?? 0 });
  const owner = createdBy(app.labels);
  return {
    id: app.id,
    requested: app.instances,
    running,
    staging: inPhase('staging'),
    killing: inPhase('killing'),
    unreachable: inPhase('unreachable'),
    ready: app.hasHealthChecks ? healthy : running,
    waiting,
    waitingFor: waiting > 0 ? (around.queued?.reasons ?? []).map(waitingReason) : [],
    backoffMs: around.queued?.backoffMs ?? 0,
    hasHealthChecks: app.hasHealthChecks,
    tasks,
    operations: around.deployments.filter((d) => d.affectedApps.includes(app.id)).map(toDeployment),
    ...defined({
      lastScalingAtMs: app.lastScalingAtMs,
      lastConfigChangeAtMs: app.lastConfigChangeAtMs,
      version: app.version,
      owner,
    }),
    definition: app.definition,
  };
}

/** Whether the app is what its count says and nothing about it moves: then queue and deployments hold nothing of it. */
export function isSettled(app: MarathonApp): boolean {
  const phases = app.tasks.map(phaseOf).filter((phase) => phase !== 'gone');
  return (
    app.deployments.length === 0 &&
    phases.length === app.instances &&
    phases.every((phase) => phase === 'running')
  );
}

/**
 * The queue counts provisioned instances as well, which are listed as staging tasks already; only those
 * without a task wait. While an app shrinks, waiting ones may outlive running ones, so the difference to
 * `instances` alone would hide them.
 */
function waitingCount(
  app: MarathonApp,
  seen: { readonly tasks: readonly TaskObservation[]; readonly queued: number },
): number {
  const staging = seen.tasks.filter((t) => t.phase === 'staging').length;
  const present = seen.tasks.filter((t) => t.phase !== 'killing').length;
  const least = Math.max(0, seen.queued - staging);
  return Math.min(seen.queued, Math.max(least, app.instances - present));
}

/** A state that is not in the table holds its slot: unknown is not gone. */
function phaseOf({ state }: MarathonTask): TaskPhase | 'gone' {
  return PHASES.get(state) ?? 'staging';
}

function toTask(task: MarathonTask): TaskObservation[] {
  const phase = phaseOf(task);
  if (phase === 'gone') return [];
  return [
    {
      id: task.id,
      phase,
      ...defined({
        host: task.host,
        ports: task.ports,
        stagedAtMs: task.stagedAtMs,
        startedAtMs: task.startedAtMs,
        healthy: task.healthy,
      }),
    },
  ];
}

function toDeployment(deployment: Deployment): OperationObservation {
  return {
    id: deployment.id,
    affectedApps: deployment.affectedApps,
    kinds: deployment.actions.map(({ action }) => kindOf(action)),
  };
}

/** `RestartApplication`, `ScalePod`: what is done stands before what it is done to. */
function kindOf(action: string): OperationKind {
  const kind = KINDS.find((each) => action.startsWith(each));
  return kind ?? 'Other';
}

const KINDS = ['Start', 'Scale', 'Restart', 'Stop'] as const;

/** Why Mesos' offers did not do. */
function waitingReason(text: string): WaitingReason {
  return { reason: text.startsWith('Insufficient') ? 'NoRoom' : 'NotPlaced', text };
}
