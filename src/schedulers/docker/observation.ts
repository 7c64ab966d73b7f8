// schedulers/docker: an app's containers as one observation.

import type { AppDefinition } from '../../api/policy.ts';
import type { AppObservation, TaskObservation, TaskPhase, WaitingReason } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import { textMapIn } from '../docker-engine/json.ts';
import type { OurContainer } from './apps/container-list.ts';
import type { KeptApp } from './apps/kept-app.ts';
import type { UnitPhase } from './apps/plan.ts';
import { versionOf } from './apps/record.ts';
import { portsOf, usesHostNetwork } from './container/definition.ts';

export interface Surroundings {
  readonly nowMs: number;
  /** Where the ports of containers are reached. */
  readonly host: string;
  /** What to add to a monotonic time for people. */
  readonly wallAheadMs: number;
}

const PHASES: Readonly<Record<Exclude<UnitPhase, 'waiting'>, TaskPhase>> = {
  starting: 'staging',
  running: 'running',
  stopping: 'killing',
};

export function toObservation(
  app: KeptApp,
  containers: readonly OurContainer[],
  around: Surroundings,
): AppObservation {
  const { record } = app;
  const tasks = containers.flatMap((container) => toTask(app, container, around));
  const inPhase = (phase: TaskPhase): number => tasks.filter((task) => task.phase === phase).length;
  const [running, staging] = [inPhase('running'), inPhase('staging') + app.unlisted(containers)];
  const requested = record.deleted === true ? 0 : record.requested;
  const waiting = Math.max(0, requested - running - staging);
  const hasHealthChecks = containers.some(({ health }) => health !== undefined);
  return {
    id: app.id,
    requested,
    running,
    staging,
    killing: inPhase('killing'),
    unreachable: 0,
    ready: hasHealthChecks ? tasks.filter(isHealthy).length : running,
    waiting,
    waitingFor: waiting > 0 ? reasonsOf(app) : [],
    backoffMs: waiting > 0 ? app.backoff.remainingMs(around.nowMs) : 0,
    hasHealthChecks,
    tasks,
    operations: app.isRolling(containers, around.nowMs)
      ? [{ id: rolloutOf(app), affectedApps: [app.id], kinds: ['Restart'] }]
      : [],
    lastScalingAtMs: record.lastScalingAtMs,
    lastConfigChangeAtMs: record.lastConfigChangeAtMs,
    version: versionOf(record),
    owner: record.owner,
    definition: definitionWithSecrets(app),
  };
}

/** Name of the replacement of containers by those of the present definition. */
export function rolloutOf({ id, record }: KeptApp): string {
  return `${id} definition ${record.generation}`;
}

function definitionWithSecrets({ record, secretEnv }: KeptApp): AppDefinition {
  const { definition } = record;
  if (secretEnv === undefined || Object.keys(secretEnv).length === 0) return definition;
  return { ...definition, env: { ...textMapIn(definition['env']), ...secretEnv } };
}

function reasonsOf({ backoff }: KeptApp): readonly WaitingReason[] {
  return backoff.reason === undefined ? [] : [backoff.reason];
}

function toTask(app: KeptApp, container: OurContainer, around: Surroundings): readonly TaskObservation[] {
  const phase = app.phaseOf(container);
  if (phase === 'waiting') return [];
  const startedAtMs = app.startedAtMs.get(container.id);
  return [
    {
      id: container.name,
      phase: PHASES[phase],
      host: around.host,
      ports: hostPorts(container),
      stagedAtMs: container.createdAtMs,
      ...defined({
        startedAtMs: startedAtMs === undefined ? undefined : startedAtMs + around.wallAheadMs,
        healthy: healthyIn(container),
      }),
    },
  ];
}

/** In the order of the definition; 0 for one that is not published. */
export function hostPorts({ origin, ports }: OurContainer): readonly number[] {
  const isDirect = usesHostNetwork(origin.definition);
  return portsOf(origin.definition).map(({ containerPort }) =>
    isDirect ? containerPort : (ports.find((port) => port.containerPort === containerPort)?.hostPort ?? 0),
  );
}

function healthyIn({ health }: OurContainer): boolean | undefined {
  return health === undefined || health === 'starting' ? undefined : health === 'healthy';
}

function isHealthy({ phase, healthy }: TaskObservation): boolean {
  return phase === 'running' && healthy === true;
}
