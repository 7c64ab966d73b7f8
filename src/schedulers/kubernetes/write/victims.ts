// schedulers/kubernetes/write: has idle pods go first when a workload shrinks, by the cost of their deletion.

import type { IdleVictims } from '../../../api/policy.ts';
import type { KubeApi } from '../../../runtime/kubernetes/api.ts';
import { isStatus } from '../../../runtime/kubernetes/failure.ts';
import { askWhoIsIdle, type IdleDeps } from '../../idle/ask.ts';
import { DELETION_COST, IDLE_COST, type Pod } from '../pods/pod.ts';

export interface Fall {
  readonly pods: readonly Pod[];
  /** How many go. */
  readonly by: number;
  readonly idleVictims: IdleVictims;
}

export interface VictimDeps extends Omit<IdleDeps, 'enough'> {
  readonly api: Pick<KubeApi, 'patch'>;
}

/**
 * Marks as many idle pods as will go. Pods that do not run go first anyway; until they are chosen some of them may run, so they
 * are not counted on, and a mark may be left on a pod that stays. It is taken off at the next fall, should the pod be busy then.
 * What somebody else says of the cost of a pod holds.
 */
export async function markVictims(
  { pods, by, idleVictims }: Fall,
  { api, ...deps }: VictimDeps,
  signal: AbortSignal,
): Promise<void> {
  const running = pods.filter(({ phase, cost }) => phase === 'running' && cost !== 'foreign');
  const present = pods.filter(
    ({ phase }) => phase === 'running' || phase === 'waiting' || phase === 'staging',
  );
  if (by <= 0 || by >= present.length) return;
  const tasks = running.flatMap(({ name, ip, ports }) =>
    ip === undefined ? [] : [{ id: name, phase: 'running' as const, host: ip, ports }],
  );
  const { idle } = await askWhoIsIdle(tasks, idleVictims, { ...deps, enough: by }, signal);
  const victims = new Set([...idle].slice(0, by));
  const changed = running.filter(({ name, cost }) => (cost === 'idle') !== victims.has(name));
  await Promise.all(changed.map((pod) => mark(pod, victims.has(pod.name), api, signal)));
}

async function mark(
  { namespace, name }: Pod,
  isVictim: boolean,
  api: VictimDeps['api'],
  signal: AbortSignal,
): Promise<void> {
  const path = { group: '', version: 'v1', resource: 'pods', namespace, name };
  const annotations = { [DELETION_COST]: isVictim ? IDLE_COST : null };
  try {
    await api.patch(path, { metadata: { annotations } }, signal);
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}
