// When nobody acts by somebody else's Lease any more: only what was asked late enough proves it.

import { describe, expect, it } from 'vitest';
import type { SeenLease } from '../../../../src/policy-sources/kubernetes/leadership/lease.ts';
import { LeaseWatch } from '../../../../src/policy-sources/kubernetes/leadership/lease-watch.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';

const signal = new AbortController().signal;

function aLease(version: string, holder = 'a-1', durationSeconds = 5): SeenLease {
  return { version, record: { holder, durationSeconds, acquireTime: '', renewTime: '', transitions: 0 } };
}

function aWatch(first: SeenLease | undefined) {
  const clock = new VirtualClock(0);
  const world = { clock, lease: first, answerMs: 0 };
  const get = async (): Promise<SeenLease | undefined> => {
    const { lease } = world;
    if (world.answerMs > 0) await clock.sleep(world.answerMs);
    return lease;
  };
  const watch = new LeaseWatch({ storeOf: () => ({ get }), clock });
  return { ...{ world, clock, watch }, isFree: () => watch.isFree('a', 30, signal) };
}

describe('a Lease of another operator', () => {
  it.each([
    ['of nobody is free at once', aLease('1', ''), 0],
    ['is over once it was not seen to change for as long as its holder said', aLease('1'), 5_000],
    ['that is not there is over after the duration that its holder once said', undefined, 30_000],
    ['without a duration is over after fifteen seconds', aLease('1', 'a-1', 0), 15_000],
  ])('%s', async (_, lease, afterMs) => {
    const { clock, isFree } = aWatch(lease);
    expect(await isFree()).toBe(afterMs === 0);
    if (afterMs === 0) return;
    await clock.advance(afterMs - 1);
    expect(await isFree()).toBe(false);
    await clock.advance(1);
    expect(await isFree()).toBe(true);
  });

  it('is in use again with every renewal', async () => {
    const { world, clock, isFree } = aWatch(aLease('1'));
    await isFree();
    await clock.advance(4_999);
    world.lease = aLease('2');
    expect(await isFree()).toBe(false);
    await clock.advance(4_999);
    expect(await isFree()).toBe(false);
    await clock.advance(1);
    expect(await isFree()).toBe(true);
  });

  it('is not over by an answer that was long on its way: it may have been renewed since', async () => {
    const { world, clock, isFree } = aWatch(aLease('1'));
    await isFree();
    await clock.advance(3_000);
    world.answerMs = 3_500;
    const late = isFree();
    await clock.advance(3_500);
    expect(await late).toBe(false);
  });

  it('is seen for the first time when the answer is there', async () => {
    const { world, clock, isFree } = aWatch(aLease('1'));
    world.answerMs = 2_000;
    const first = isFree();
    await clock.advance(2_000);
    await first;
    world.answerMs = 0;
    await clock.advance(4_999);
    expect(await isFree()).toBe(false);
  });

  it('that nobody asked about for a while is watched anew', async () => {
    const { watch, clock, isFree } = aWatch(aLease('1'));
    await isFree();
    watch.keepOnly(new Set());
    await clock.advance(9_000);
    expect(await isFree()).toBe(false);
  });
});
