import { describe, expect, it } from 'vitest';
import type { OperatorState, OperatorView } from '../../../src/controller/status/view.ts';
import { type Clock, VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { LiveView } from '../../../src/server/page/live-view.ts';
import { QueueDemo, queueDemoView } from '../../support/queue-demo.ts';
import { ShownState } from '../../support/shown-state.ts';

const known = await queueDemoView({ startMs: 999_000 });

function follow(state: OperatorState, clock = new VirtualClock(1_000_000)) {
  const stop = new AbortController();
  return { clock, stop, live: new LiveView({ state, clock, log: silentLogger }, stop.signal) };
}

async function followDemo() {
  const demo = await QueueDemo.start({ startMs: 999_000 });
  return { ...follow(demo.state, demo.clock), demo };
}

/** Follows a state that changes only when the test says so. */
function followShown() {
  const state = new ShownState(known);
  let atMs = known.atMs;
  const change = (): void => {
    atMs += 500;
    state.show({ atMs });
  };
  return { ...follow(state), state, change };
}

/** Each look at the state takes so long, and each drawing of it. */
function followSlow({ lookMs, drawingMs }: { readonly lookMs: number; readonly drawingMs: number }) {
  const followed = new VirtualClock(1_000_000);
  let workedMs = 0;
  const clock: Clock = {
    now: () => followed.now() + workedMs,
    monotonic: () => followed.monotonic() + workedMs,
    sleep: (ms, signal) => followed.sleep(ms, signal),
    after: (ms, call) => followed.after(ms, call),
  };
  let isDrawing = false;
  const view: OperatorView = {
    ...known,
    get pools() {
      if (isDrawing) workedMs += drawingMs;
      isDrawing = false;
      return known.pools;
    },
  };
  const state = new (class extends ShownState {
    override view(): OperatorView {
      workedMs += lookMs;
      return view;
    }
  })(known);
  const live = new LiveView({ state, clock, log: silentLogger }, new AbortController().signal);
  const draw = (): void => {
    isDrawing = true;
    live.page();
  };
  return { clock: followed, live, draw, change: () => state.show({}) };
}

describe('LiveView', () => {
  it('has a picture from the start', async () => {
    expect((await followDemo()).live.page().pools[0]?.tiles).toHaveLength(10);
  });

  it('draws at most four pictures a second, the last one included', async () => {
    const { clock, live, state, change } = followShown();
    await clock.advance(0);
    const before = live.revision;
    for (let i = 0; i < 100; i++) {
      change();
      await clock.advance(10);
    }
    await clock.advance(1_000);
    expect(live.revision - before).toBeLessThanOrEqual(6);
    expect(live.page().atMs).toBe(state.view().atMs);
  });

  it.each([
    { lookMs: 100, drawingMs: 0, pauseMs: 1_900 },
    { lookMs: 0, drawingMs: 100, pauseMs: 1_900 },
    { lookMs: 60, drawingMs: 40, pauseMs: 1_900 },
    { lookMs: 2_000, drawingMs: 0, pauseMs: 5_000 },
  ])(
    'waits $pauseMs ms for the next picture after a look of $lookMs ms and a drawing of $drawingMs ms',
    async ({ pauseMs, ...tookMs }) => {
      const { clock, live, draw, change } = followSlow(tookMs);
      draw();
      change();
      await clock.advance(0);
      change();
      await clock.advance(pauseMs - 1);
      expect(live.revision).toBe(1);
      await clock.advance(1);
      expect(live.revision).toBe(2);
    },
  );

  it('draws nothing while nothing changes', async () => {
    const { clock, live } = followShown();
    await clock.advance(60_000);
    expect(live.revision).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('keeps every task on its tile through hand-overs', async () => {
    const { live, demo } = await followDemo();
    const homes = new Map<string, number>();
    const owners = new Set<string>();
    for (let i = 0; i < 200; i++) {
      await demo.advance(500);
      for (const { task, slot, app } of live.page().pools[0]?.tiles ?? []) {
        if (task === undefined) continue;
        expect(homes.get(task) ?? slot).toBe(slot);
        homes.set(task, slot);
        owners.add(`${slot} ${app}`);
      }
    }
    expect(owners.size).toBeGreaterThan(12);
  });

  it('remembers samples for a page that is opened later', async () => {
    const { live, demo } = await followDemo();
    await demo.advance(20_000);
    const { atMs, series } = live.history();
    expect(atMs.length).toBeGreaterThan(15);
    expect(series['value /queue-demo/consumer 0']).toHaveLength(atMs.length);
    expect(live.page().pools[0]?.apps[0]?.counters[0]?.perS).toBeGreaterThan(0);
  });

  it('waits for something newer, and not for ever', async () => {
    const { live, clock, change } = followShown();
    const { signal } = new AbortController();
    await live.newerThan(-1, 1_000, signal);
    const patience = live.newerThan(live.revision, 1_000, signal);
    await clock.advance(1_000);
    await patience;
    expect(live.revision).toBe(0);
    const news = live.newerThan(live.revision, 1_000_000, signal);
    change();
    await clock.advance(0);
    await news;
    expect(live.revision).toBe(1);
  });

  it('keeps the last picture while the state cannot be read, and goes on after', async () => {
    const { live, clock, state, change } = followShown();
    await clock.advance(0);
    state.trouble = new Error('no view');
    change();
    await clock.advance(500);
    expect(live.page().atMs).toBe(1_000_000);
    state.trouble = undefined;
    change();
    await clock.advance(500);
    expect(live.page().atMs).toBe(1_001_000);
  });

  it('stops following the state when the operator stops', async () => {
    const { state, stop, clock } = followShown();
    await clock.advance(0);
    expect(state.listeners).toBe(1);
    stop.abort();
    await clock.advance(0);
    expect(state.listeners).toBe(0);
  });
});
