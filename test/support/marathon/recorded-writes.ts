// test support: who wrote what to a Marathon that several operators share, from what their proxies recorded; and a policy whose
// counts never rest.

import { load } from 'js-yaml';
import { TASK } from '../programs/policies.ts';
import { until } from '../until.ts';
import type { RecordedWrite } from './recording-proxy.ts';

/** A busy machine may take its time. */
export const PATIENCE_MS = 60_000;
const SLOTS = 8;

/** Of which `worker` needs what the random metric says, and `rest` takes what is left. */
export function restlessPolicy(
  name: string,
  shard: string,
  { min, max }: { readonly min: number; readonly max: number },
): object {
  const app = load(TASK);
  const target = { perInstance: 1, metric: { random: { min, max, period: '500ms', seed: 3 } } };
  const worker = { name: 'worker', priority: 1, instances: { min: 1, max: 6 }, targets: [target], app };
  return {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name, namespace: 'default', labels: { shard } },
    spec: {
      interval: '200ms',
      capacity: { slots: SLOTS },
      apps: [
        { ...worker, behavior: { giveBackAfter: '0s' } },
        { name: 'rest', priority: 2, instances: { min: 1 }, remainder: { weight: 1 }, app },
      ],
    },
  };
}

/** Those to the apps of a policy; the claim of its pool speaks of them, too. */
export function writesTo(writes: readonly RecordedWrite[], policy: string): readonly RecordedWrite[] {
  return writes.filter(
    ({ path, body }) =>
      (path.includes(`/${policy}/`) || body.includes(`/${policy}/`)) &&
      !body.includes('/microscaling-pools/'),
  );
}

/** One after the other. */
export function writersOf(writes: readonly RecordedWrite[]): readonly string[] {
  return writes.map(({ writer }) => writer).filter((writer, i, all) => writer !== all[i - 1]);
}

/** Pairs of writes by different operators that were under way at the same time. */
export function collisions(writes: readonly RecordedWrite[]): readonly string[] {
  const sorted = writes.toSorted((a, b) => a.beganAtMs - b.beganAtMs);
  return sorted.flatMap((first, i) =>
    sorted
      .slice(i + 1)
      .filter((then) => then.writer !== first.writer && then.beganAtMs < first.endedAtMs)
      .map((then) => `${first.writer} ${first.path} beside ${then.writer} ${then.path}`),
  );
}

/** Waits until the operator has scaled the policy's apps often, after the writes that there were. */
export async function untilScaledBy(
  writer: string,
  writes: readonly RecordedWrite[],
  policy: string,
): Promise<void> {
  const before = writesTo(writes, policy).length;
  const since = (): readonly RecordedWrite[] => writesTo(writes, policy).slice(before);
  await until(
    `operator ${writer} to scale ${policy}`,
    () => since().filter((write) => write.writer === writer).length >= 4,
    PATIENCE_MS,
  );
}
