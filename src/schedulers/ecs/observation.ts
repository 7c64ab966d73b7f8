// schedulers/ecs: what a service is to the controller. Pure.

import type { AppObservation, WaitingReason } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import type { SeenService } from './read/look.ts';
import { taskObservationOf } from './read/task.ts';
import { type ServiceName, serviceText } from './target.ts';
import type { ShownCount } from './write/counts.ts';

/** ECS waits ever longer between tries to start tasks that fail, and does not say how long. */
const BACKOFF_MS = 60_000;

const NO_MACHINE: WaitingReason = {
  reason: 'NoRoom',
  text: 'its capacity provider has no machine for it yet',
};

export interface Observed {
  readonly id: string;
  readonly name: ServiceName;
  readonly look: SeenService;
  readonly count: ShownCount;
}

export function observationOf({ id, name, look, count }: Observed): AppObservation {
  const { facts, tasks, template, refused } = look;
  const inPhase = (phase: string): number => tasks.filter((task) => task.phase === phase).length;
  // The service counts tasks that are not in the list yet.
  const notListed = Math.max(0, facts.running - tasks.filter(({ isUp }) => isUp).length);
  const running = inPhase('running') + notListed;
  const pending = tasks.filter(({ phase, isUp }) => !isUp && phase !== 'killing').length;
  const staging = inPhase('staging') + Math.max(0, facts.pending - pending);
  const withoutMachine = inPhase('waiting');
  const notMade = Math.max(0, count.requested - running - staging - withoutMachine);
  const waiting = withoutMachine + notMade;
  const unready = template.hasHealthChecks
    ? tasks.filter(({ phase, healthy }) => phase === 'running' && healthy !== true).length + notListed
    : 0;
  const lacks = running < count.requested;
  return {
    id,
    requested: count.requested,
    running,
    staging,
    killing: inPhase('killing'),
    unreachable: 0,
    ready: running - unready,
    waiting,
    waitingFor: waiting > 0 ? reasonsOf(look, withoutMachine > 0) : [],
    backoffMs: lacks && facts.troubles.some(({ reason }) => reason === 'BackingOff') ? BACKOFF_MS : 0,
    hasHealthChecks: template.hasHealthChecks,
    tasks: tasks.flatMap((task) => taskObservationOf(task, template.ports) ?? []),
    operations:
      facts.rollout === undefined
        ? []
        : [
            {
              id: `deployment ${facts.rollout} of ${serviceText(name)}`,
              affectedApps: [id],
              kinds: ['Restart'],
            },
          ],
    uid: String(facts.createdAtMs),
    countVersion: count.version,
    ...(count.isOurs && { writtenBy: 'us' as const }),
    ...defined({ refused }),
    version: `${facts.createdAtMs}/${facts.taskDefinition}`,
    definition: { ...template.footprint },
  };
}

function reasonsOf({ facts }: SeenService, isWithoutMachine: boolean): readonly WaitingReason[] {
  const hasRoomTrouble = facts.troubles.some(({ reason }) => reason === 'NoRoom');
  return [...(isWithoutMachine && !hasRoomTrouble ? [NO_MACHINE] : []), ...facts.troubles];
}
