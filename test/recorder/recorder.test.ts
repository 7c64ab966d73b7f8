// The flight recorder: what the operator showed at a moment comes back as it was, in words and numbers.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { resourceKey } from '../../src/api/policy.ts';
import type { OperatorView, PolicyView } from '../../src/controller/status/view.ts';
import { readEntries } from '../../src/recorder/codec/segment.ts';
import { isMinuteFrame } from '../../src/recorder/frame/frame.ts';
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

it('takes the pictures of a minute one after the other, not of all pools in one moment', async () => {
  const clock = new VirtualClock(T0);
  const { recorder, folder, settle } = recordedOn(clock);
  const world = new World({}, { clock, recorder });
  const names = Array.from({ length: 3 }, (_, i) => `shop-${i}`);
  for (const name of names) {
    const app = anApp('consumer', { ...wants(1), id: `/${name}/consumer` });
    world.policies.put(`${name}.yaml`, aPolicy(name, [app], { interval: '100ms' }));
  }
  await world.start(61_000);
  await settle();
  await world.stop();
  const [file = ''] = readdirSync(folder).filter((name) => name.includes('minutes'));
  const pictures = [...readEntries(readFileSync(join(folder, file), 'utf8'))].flatMap((entry) =>
    entry.kind === 'frame' && isMinuteFrame(entry.picture)
      ? [{ pool: entry.pool, atMs: entry.picture.atMs }]
      : [],
  );
  const later = pictures.filter(({ atMs }) => atMs > T0 + 59_000);
  expect(Map.groupBy(later, ({ pool }) => pool).size).toBe(names.length);
  const together = Map.groupBy(later, ({ atMs }) => atMs);
  expect(Math.max(...[...together.values()].map((same) => same.length))).toBe(1);
});
