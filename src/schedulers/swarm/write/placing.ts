// schedulers/swarm/write: lets a swarm place the tasks of one count before it is given the next: of two within milliseconds it may
// forget one, or leave a task without a place for good.

import type { Clock } from '../../../runtime/clock.ts';
import type { SwarmApi } from '../api/client.ts';
import { hasEnded, type Task } from '../api/task.ts';

const LOOK_EVERY_MS = 50;
const AT_MOST_MS = 2_000;

/** Resolves when the tasks are placed or it is said why not; after two seconds in any case. */
export async function placed(
  serviceId: string,
  { api, clock }: { readonly api: SwarmApi; readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  const untilMs = clock.monotonic() + AT_MOST_MS;
  while (clock.monotonic() < untilMs) {
    const tasks = await api.tasks([serviceId], signal);
    if (!tasks.some((task) => task.serviceId === serviceId && isBeingPlaced(task))) return;
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

function isBeingPlaced(task: Task): boolean {
  if (hasEnded(task) || task.desired !== 'running' || task.state === 'running') return false;
  return task.error === undefined;
}
