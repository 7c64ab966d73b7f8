import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { KubeFailure } from '../../../../src/runtime/kubernetes/failure.ts';
import { DELETION_COST, IDLE_COST, podOf } from '../../../../src/schedulers/kubernetes/pods/pod.ts';
import { markVictims } from '../../../../src/schedulers/kubernetes/write/victims.ts';
import { aPod, readyPod } from '../builders.ts';

const never = new AbortController().signal;
const idleVictims = { path: '/busy', portIndex: 0, within: '200ms' } as const;

interface Given {
  /** What it says when it is asked; it is not ready without. */
  readonly says?: string;
  /** Of its deletion, as it was before. */
  readonly cost?: string;
}

/** The costs that were written, by pod, in the order of the pods; null: the mark was taken off. */
async function written(
  given: Readonly<Record<string, Given>>,
  by: number,
  fails: (name: string) => Error | undefined = () => undefined,
): Promise<Record<string, unknown>> {
  const names = Object.keys(given);
  const pods = names.map((name, i) => {
    const { says, cost } = given[name] ?? {};
    const metadata = { name, ...(cost !== undefined && { annotations: { [DELETION_COST]: cost } }) };
    const spec = { nodeName: 'node-a', containers: [{ ports: [{ containerPort: 8080 }] }] };
    const podIP = `10.0.0.${i}`;
    const object =
      says === undefined
        ? aPod({ metadata, spec, status: { phase: 'Running', podIP } })
        : readyPod({ metadata, spec, status: { podIP } });
    return podOf(object);
  });
  const costs = new Map<string, unknown>();
  const patch = async ({ name = '' }: { readonly name?: string | undefined }, body: unknown) => {
    const error = fails(name);
    if (error !== undefined) throw error;
    costs.set(name, body);
    return { metadata: { name } };
  };
  const ask = async (url: string) =>
    given[names[Number(/10\.0\.0\.(\d+):8080/.exec(url)?.[1])] ?? '']?.says ?? '';
  await markVictims({ pods, by, idleVictims }, { api: { patch }, clock: new VirtualClock(0), ask }, never);
  return Object.fromEntries([...costs].toSorted().map(([name, body]) => [name, costIn(body)]));
}

function costIn(body: unknown): unknown {
  const { metadata } = body as { readonly metadata: { readonly annotations: Record<string, unknown> } };
  return metadata.annotations[DELETION_COST];
}

const BUSY = { says: 'busy' };
const IDLE = { says: 'idle' };

describe('the pods that go first when a workload shrinks', () => {
  it.each<[string, Readonly<Record<string, Given>>, number, Record<string, unknown>]>([
    ['as many of the idle as go', { a: BUSY, b: IDLE, c: IDLE, d: BUSY }, 1, { b: IDLE_COST }],
    ['nobody where all are busy', { a: BUSY, b: BUSY }, 1, {}],
    ['nobody where all go', { a: IDLE, b: BUSY }, 2, {}],
    ['one that is marked already, without a write', { a: { ...IDLE, cost: IDLE_COST }, b: BUSY }, 1, {}],
    [
      'others than the last time, where one of those is busy now',
      { a: { ...BUSY, cost: IDLE_COST }, b: IDLE },
      1,
      { a: null, b: IDLE_COST },
    ],
    [
      'idle ones also where enough do not run yet, for these may run when it is chosen',
      { a: {}, b: BUSY, c: IDLE },
      1,
      { c: IDLE_COST },
    ],
    [
      'nobody to whose deletion somebody else has given a cost',
      { a: { ...IDLE, cost: '1000' }, b: BUSY, c: IDLE },
      2,
      { c: IDLE_COST },
    ],
  ])('are %s', async (_, given, by, expected) => {
    expect(await written(given, by)).toEqual(expected);
  });

  it('may be gone by the time they are marked', async () => {
    const fails = (name: string) => (name === 'a' ? new KubeFailure('gone', 404) : undefined);
    expect(await written({ a: IDLE, b: IDLE, c: BUSY }, 2, fails)).toEqual({ b: IDLE_COST });
  });
});
