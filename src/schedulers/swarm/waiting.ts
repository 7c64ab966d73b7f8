// schedulers/swarm: why replicas of a service wait, in the swarm's own words. Pure.

import type { WaitingReason } from '../../core/observation.ts';
import type { Service } from './api/service.ts';
import { hasEnded, type Task } from './api/task.ts';

/** Each said once: most tasks of a service wait for the same. */
export function reasonsFor(service: Service, tasks: readonly Task[]): readonly WaitingReason[] {
  const bySlot = Map.groupBy(tasks, ({ slot }) => slot);
  const told = [...bySlot.values()].flatMap((inSlot) => reasonIn(inSlot, service) ?? []);
  return [...new Map(told.map((each) => [each.text, each])).values()];
}

function reasonIn(inSlot: readonly Task[], service: Service): WaitingReason | undefined {
  const present = inSlot.filter((task) => !hasEnded(task) && task.desired !== 'remove');
  const unplaced = present.find(({ state, error }) => state === 'pending' && error !== undefined)?.error;
  if (unplaced !== undefined) return { reason: lacksRoom(unplaced) ? 'NoRoom' : 'NotPlaced', text: unplaced };
  const isUnderWay = present.some(({ desired, state }) => desired === 'running' || state === 'running');
  const last = latest(inSlot.filter(hasEnded));
  if (isUnderWay || last === undefined) return undefined;
  return whyEnded(last, service);
}

/** As the swarm's scheduler puts it: `no suitable node (insufficient resources on 2 nodes)`. */
function lacksRoom(text: string): boolean {
  return /insufficient resources/.test(text);
}

function latest(tasks: readonly Task[]): Task | undefined {
  return tasks.toSorted((a, b) => (b.sinceMs ?? 0) - (a.sinceMs ?? 0))[0];
}

function whyEnded(task: Task, { name, restart }: Service): WaitingReason | undefined {
  const { state, error, exitCode } = task;
  // One that was told to stop has made place for the next.
  if (state === 'shutdown' || state === 'remove') return undefined;
  const how = error ?? (state === 'complete' ? `ended with exit code ${exitCode ?? 0}` : state);
  const isOver = restart.condition === 'none' || (restart.condition === 'on-failure' && state === 'complete');
  if (isOver)
    return {
      reason: 'NotPlaced',
      text: `${how}, and its restart condition is ${restart.condition}: it is not started again`,
    };
  const logs =
    exitCode === undefined || exitCode === 0 ? '' : `; docker service logs ${name} shows what it said`;
  return { reason: 'BackingOff', text: `${how}${logs}` };
}
