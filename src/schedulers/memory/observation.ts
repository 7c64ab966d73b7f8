// schedulers/memory: what the cluster in memory reports, in the same terms as a real one.

import type { AppObservation, TaskObservation, TaskPhase } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import type { MemoryApp, MemoryTask } from './cluster.ts';

export function observed(app: MemoryApp): AppObservation {
  const inPhase = (phase: TaskPhase): number => app.tasks.filter((t) => t.phase === phase).length;
  const waiting = inPhase('waiting');
  return {
    id: app.id,
    requested: app.instances,
    running: inPhase('running'),
    staging: inPhase('staging'),
    killing: inPhase('killing'),
    unreachable: 0,
    ready: inPhase('running'),
    waiting,
    waitingFor: waiting > 0 ? [{ reason: 'NoRoom', text: 'InsufficientCpus' }] : [],
    backoffMs: 0,
    hasHealthChecks: false,
    // As in Marathon, what waits is counted but not listed.
    tasks: app.tasks.filter((t) => t.phase !== 'waiting').map(toTask),
    operations: app.deployments.map((d) => ({ id: d.id, affectedApps: [app.id], kinds: [d.action] })),
    lastScalingAtMs: app.lastScalingAtMs,
    countVersion: String(app.scalings),
    lastConfigChangeAtMs: app.lastConfigChangeAtMs,
    version: new Date(Math.max(app.lastScalingAtMs, app.lastConfigChangeAtMs)).toISOString(),
    ...defined({ owner: app.owner }),
    definition: app.definition,
  };
}

function toTask(task: MemoryTask): TaskObservation {
  return {
    id: task.id,
    phase: task.phase,
    host: 'memory',
    ...defined({ stagedAtMs: task.stagedAtMs, startedAtMs: task.startedAtMs }),
  };
}
