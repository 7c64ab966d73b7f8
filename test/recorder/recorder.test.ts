// The flight recorder: what the operator showed at a moment comes back as it was, in words and numbers.

import { expect, it } from 'vitest';
import { resourceKey } from '../../src/api/policy.ts';
import type { OperatorView, PolicyView } from '../../src/controller/status/view.ts';
import { momentOf } from '../../src/recorder/read/moment.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { T0 } from '../support/builders.ts';
import { anApp, aPolicy, World, wants } from '../support/fakes.ts';
import { QueueDemo } from '../support/queue-demo.ts';
import { recordedOn } from './recorded.ts';

const POLICY = 'default/queue-demo';
const never = new AbortController().signal;

/** As it is kept: nobody looks at tasks of the past. */
function withoutTasks(view: OperatorView): PolicyView | undefined {
  const policy = view.pools.flatMap((pool) => pool.policies).find((each) => resourceKey(each) === POLICY);
  return policy && { ...policy, apps: policy.apps.map((app) => ({ ...app, tasks: [] })) };
}

it('gives back every moment of the last minutes as it was shown, word for word', async () => {
  const clock = new VirtualClock(T0);
  const { recorder, reader } = recordedOn(clock);
  const demo = await QueueDemo.start({ startMs: T0, clock, recorder });
  const shown = new Map<number, PolicyView | undefined>();
  for (let i = 0; i < 1_300; i++) {
    await demo.advance();
    if (i % 131 === 0) shown.set(clock.now(), withoutTasks(demo.view()));
    if (i === 700) demo.loseQueue('the queue is gone');
  }
  await demo.stop();
  expect(shown.size).toBeGreaterThan(8);
  for (const [atMs, live] of shown) {
    const { pools, notes } = await momentOf(reader, { atMs, policy: POLICY }, never);
    const [pool] = pools;
    const past = pool?.view.policies.find((each) => resourceKey(each) === POLICY);
    expect(notes).toEqual([]);
    expect(pool?.detail).toBe('rounds');
    expect(past).toEqual(live);
  }
});

it('shows a policy until the moment at which it was removed, and not after it', async () => {
  const clock = new VirtualClock(T0);
  const { recorder, reader } = recordedOn(clock);
  const world = new World({}, { clock, recorder });
  world.policies.put('shop.yaml', aPolicy('shop', [anApp('consumer', wants(1))]));
  await world.start(5_000);
  const lastMs = clock.now();
  await world.after(300);
  world.policies.remove('shop.yaml');
  await world.after(5_000);
  await world.stop();
  const seenAt = async (atMs: number) => (await momentOf(reader, { atMs }, never)).pools.length;
  expect(await seenAt(lastMs)).toBe(1);
  expect(await seenAt(lastMs + 250)).toBe(1);
  expect(await seenAt(clock.now())).toBe(0);
});
