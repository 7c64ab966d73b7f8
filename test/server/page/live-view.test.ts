import { describe, expect, it } from 'vitest';
import type { OperatorState } from '../../../src/controller/status/view.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { LiveView } from '../../../src/server/page/live-view.ts';
import { FakeOperator } from '../../support/page/fake-operator.ts';

function follow(wrap: (operator: FakeOperator) => OperatorState = (operator) => operator) {
  const clock = new VirtualClock(1_000_000);
  const operator = new FakeOperator({ startMs: clock.now() });
  const stop = new AbortController();
  const live = new LiveView({ state: wrap(operator), clock, log: silentLogger }, stop.signal);
  /** Lets both worlds go on. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 500) {
      operator.advance(500);
      await clock.advance(500);
    }
  };
  return { clock, operator, live, stop, pass };
}

describe('LiveView', () => {
  it('has a picture from the start', () => {
    expect(follow().live.page().pools[0]?.tiles).toHaveLength(10);
  });

  it('draws at most four pictures a second, the last one included', async () => {
    const { clock, operator, live } = follow();
    await clock.advance(0);
    const before = live.revision;
    for (let i = 0; i < 100; i++) {
      operator.advance(500);
      await clock.advance(10);
    }
    await clock.advance(1_000);
    expect(live.revision - before).toBeLessThanOrEqual(6);
    expect(live.page().atMs).toBe(operator.view().atMs);
  });

  it('draws nothing while nothing changes', async () => {
    const { clock, live } = follow();
    await clock.advance(60_000);
    expect(live.revision).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('keeps every task on its tile through hand-overs', async () => {
    const { live, pass } = follow();
    const homes = new Map<string, number>();
    const owners = new Set<string>();
    for (let i = 0; i < 200; i++) {
      await pass(500);
      for (const { task, slot, app } of live.page().pools[0]!.tiles) {
        if (task === undefined) continue;
        expect(homes.get(task) ?? slot).toBe(slot);
        homes.set(task, slot);
        owners.add(`${slot} ${app}`);
      }
    }
    expect(owners.size).toBeGreaterThan(12);
  });

  it('remembers samples for who comes later', async () => {
    const { live, pass } = follow();
    await pass(20_000);
    const { atMs, series } = live.history();
    expect(atMs.length).toBeGreaterThan(15);
    expect(series['value /queue-demo/consumer 0']).toHaveLength(atMs.length);
    expect(live.page().pools[0]?.apps[0]?.counters[0]?.perS).toBeGreaterThan(0);
  });

  it('waits for something newer, and not for ever', async () => {
    const { live, clock, operator } = follow();
    const { signal } = new AbortController();
    await live.newerThan(-1, 1_000, signal);
    const patience = live.newerThan(live.revision, 1_000, signal);
    await clock.advance(1_000);
    await patience;
    expect(live.revision).toBe(0);
    const news = live.newerThan(live.revision, 1_000_000, signal);
    operator.advance(500);
    await clock.advance(0);
    await news;
    expect(live.revision).toBe(1);
  });

  it('keeps the last picture while the state cannot be read, and goes on after', async () => {
    let broken = false;
    const { live, operator, clock } = follow((inner) => ({
      view: () => {
        if (broken) throw new Error('no view');
        return inner.view();
      },
      subscribe: (onChange) => inner.subscribe(onChange),
      standstill: () => undefined,
      actions: inner.actions,
    }));
    await clock.advance(0);
    broken = true;
    operator.advance(500);
    await clock.advance(500);
    expect(live.page().atMs).toBe(1_000_000);
    broken = false;
    operator.advance(500);
    await clock.advance(500);
    expect(live.page().atMs).toBe(1_001_000);
  });

  it('lets go of the state when it is told to stop', async () => {
    const { operator, stop, clock } = follow();
    await clock.advance(0);
    expect(operator.listeners).toBe(1);
    stop.abort();
    await clock.advance(0);
    expect(operator.listeners).toBe(0);
  });
});
