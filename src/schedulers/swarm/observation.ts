// schedulers/swarm: a service and its tasks as one observation. Pure.

import type { AppDefinition } from '../../api/policy.ts';
import type { AppObservation, TaskObservation, WaitingReason } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import { objectIn } from '../docker-engine/json.ts';
import type { Node } from './api/node.ts';
import { amountsOf } from './api/resources.ts';
import type { Service } from './api/service.ts';
import { hasEnded, type Task } from './api/task.ts';
import { versionOf } from './read/counts.ts';
import type { ServiceSight } from './read/service-list.ts';
import { holderOf, refusalOf } from './target.ts';
import { reasonsFor } from './waiting.ts';

export interface Around {
  readonly nodes: ReadonlyMap<string, Pick<Node, 'hostname' | 'state'>>;
  readonly writtenBy: 'us' | undefined;
}

interface Placed {
  readonly task: Task;
  readonly phase: TaskObservation['phase'];
}

export function observationOf({ service, tasks }: ServiceSight, around: Around): AppObservation {
  const placed = tasks.flatMap((task): readonly Placed[] => {
    const phase = phaseOf(task, around.nodes);
    return phase === 'gone' ? [] : [{ task, phase }];
  });
  const inPhase = (phase: TaskObservation['phase']): number =>
    placed.filter((each) => each.phase === phase).length;
  const requested = service.replicas ?? placed.filter(({ task }) => !isLeaving(task)).length;
  const made = placed.filter(({ task }) => !isLeaving(task)).length;
  const waiting = inPhase('waiting') + Math.max(0, requested - made);
  const reasons: readonly WaitingReason[] = waiting > 0 ? reasonsFor(service, tasks) : [];
  const version = versionOf(service);
  return {
    id: service.name,
    requested,
    running: inPhase('running'),
    staging: inPhase('staging'),
    killing: inPhase('killing'),
    unreachable: inPhase('unreachable'),
    // A task whose container has a health check is not called running before that has passed.
    ready: inPhase('running'),
    waiting,
    waitingFor: reasons,
    backoffMs: reasons.some(({ reason }) => reason === 'BackingOff') ? service.restart.delayMs : 0,
    hasHealthChecks: false,
    tasks: placed.map((each) => taskOf(each, service, around)),
    operations: operationsOf(service),
    uid: service.id,
    countVersion: version,
    version,
    ...defined({ writtenBy: around.writtenBy, refused: refusalOf(service) }),
    definition: definitionOf(service),
  };
}

/**
 * | state                                  | to stop | node | is          |
 * |----------------------------------------|---------|------|-------------|
 * | ended                                  | any     | any  | gone        |
 * | else                                   | yes     | none | gone        |
 * | else                                   | any     | down | unreachable |
 * | else                                   | yes     | any  | killing     |
 * | running                                | no      | any  | running     |
 * | new, pending, or held back             | no      | any  | waiting     |
 * | assigned to starting                   | no      | any  | staging     |
 */
export function phaseOf(task: Task, nodes: Around['nodes']): TaskObservation['phase'] | 'gone' {
  const { nodeId, state, desired } = task;
  if (hasEnded(task) || (isLeaving(task) && nodeId === undefined)) return 'gone';
  if (nodeId !== undefined && nodes.get(nodeId)?.state === 'down') return 'unreachable';
  if (isLeaving(task)) return 'killing';
  if (state === 'running') return 'running';
  return WITHOUT_PLACE.has(state) || HELD_BACK.has(desired) ? 'waiting' : 'staging';
}

const WITHOUT_PLACE = new Set(['new', 'allocated', 'pending']);
/** Until the one before it is gone, or its restart is due. */
const HELD_BACK = new Set(['accepted', 'ready']);

function isLeaving({ desired }: Task): boolean {
  return desired === 'shutdown' || desired === 'remove';
}

function taskOf(
  { task, phase }: Placed,
  { name }: Service,
  { nodes }: Pick<Around, 'nodes'>,
): TaskObservation {
  const { id, slot, nodeId, state, createdAtMs, sinceMs } = task;
  return {
    id: slot > 0 ? `${name}.${slot}.${id}` : `${name}.${id}`,
    phase,
    ...defined({
      host: nodeId === undefined ? undefined : (nodes.get(nodeId)?.hostname ?? nodeId),
      stagedAtMs: createdAtMs,
      startedAtMs: state === 'running' ? sinceMs : undefined,
    }),
  };
}

function operationsOf(service: Service): AppObservation['operations'] {
  const holder = holderOf(service);
  return holder === undefined
    ? []
    : [{ id: holder.id, affectedApps: [service.name], kinds: ['Restart'] as const }];
}

/** What an instance reserves is all that a definition says here: the rest is not ours. */
function definitionOf({ spec }: Service): AppDefinition {
  const template = objectIn(spec['TaskTemplate']);
  const reserved = amountsOf(objectIn(objectIn(template['Resources'])['Reservations']));
  const gpus = [...reserved].filter(([name]) => /gpu/i.test(name)).reduce((sum, [, n]) => sum + n, 0);
  return defined({
    cpus: reserved.get('cpus'),
    mem: reserved.get('mem'),
    gpus: gpus > 0 ? gpus : undefined,
  });
}
