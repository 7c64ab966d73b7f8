// schedulers/swarm/read: whether a service is as it is asked to be, so that nothing is expected to change by itself. Pure.

import type { Service } from '../api/service.ts';
import { hasEnded, type Task } from '../api/task.ts';

export function isSettled({
  service: { replicas, update },
  tasks,
}: {
  readonly service: Pick<Service, 'replicas' | 'update'>;
  readonly tasks: readonly Task[];
}): boolean {
  if (replicas === undefined) return true;
  if (update?.state === 'updating' || update?.state === 'rollback_started') return false;
  const present = tasks.filter((task) => !hasEnded(task));
  return (
    present.length === replicas &&
    present.every(({ state, desired }) => state === 'running' && desired === 'running')
  );
}
