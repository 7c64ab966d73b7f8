import { describe, expect, it } from 'vitest';
import type { MemberApp } from '../../../src/controller/policies/members.ts';
import { MetricReader } from '../../../src/controller/round/observe.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';
import { aTarget, T0 } from '../../support/builders.ts';
import { anApp, channel, FakeMetrics, wants } from '../../support/fakes.ts';

const MAX_AGE_MS = 400;
const signal = new AbortController().signal;

function member(name: string, ...channels: readonly number[]): MemberApp {
  const targets = channels.map((seed) => aTarget({ perInstance: 1, metric: channel(seed) }));
  const spec = anApp(name, { targets });
  return {
    policy: 'default/demo' as MemberApp['policy'],
    spec,
    role: 'scaled',
    mode: 'Reconcile',
    drift: 'Revert',
  };
}

function aReader() {
  const clock = new VirtualClock(T0);
  const metrics = new FakeMetrics(clock);
  return { clock, metrics, reader: new MetricReader({ clock, metricSourceFor: metrics.sourceFor }) };
}

describe('reading metrics', () => {
  it('gives one reading per target, in their order', async () => {
    const { metrics, reader } = aReader();
    metrics.set(1, 10);
    metrics.set(2, 'gone');
    const readings = await reader.read([member('a', 2, 1), member('b', 1)], MAX_AGE_MS, signal);
    expect(readings.get('/a')).toMatchObject([{ state: 'unavailable' }, { state: 'ok', waiting: 10 }]);
    expect(readings.get('/b')).toMatchObject([{ state: 'ok', waiting: 10 }]);
  });

  it('serves young readings again, and reads what is new', async () => {
    const { clock, metrics, reader } = aReader();
    await reader.read([member('a', 1)], MAX_AGE_MS, signal);
    await clock.advance(399);
    await reader.read([member('a', 1), member('b', 2)], MAX_AGE_MS, signal);
    expect(metrics.reads).toBe(2);
    await clock.advance(1);
    await reader.read([member('a', 1), member('b', 2)], MAX_AGE_MS, signal);
    expect(metrics.reads).toBe(4);
  });

  it('remembers when it was read last, and what was read', async () => {
    const { clock, metrics, reader } = aReader();
    metrics.set(1, 7);
    await reader.read([member('a', 1)], MAX_AGE_MS, signal);
    for (const reason of ['gone', 'still gone']) {
      await clock.advance(1_000);
      metrics.set(1, reason);
      await reader.read([member('a', 1)], MAX_AGE_MS, signal);
    }
    const readings = await reader.read([member('a', 1)], MAX_AGE_MS, signal);
    expect(readings.get('/a')).toMatchObject([
      { state: 'unavailable', reason: 'still gone', sinceMs: T0, last: { waiting: 7, asOfMs: T0 } },
    ]);
  });

  it('has the readings of the others when one source gives up', async () => {
    const { clock, metrics, reader } = aReader();
    metrics.set(1, 'hangs');
    metrics.set(2, 3);
    const reading = reader.read([member('a', 1), member('b', 2)], MAX_AGE_MS, signal);
    await clock.advance(1_000);
    const readings = await reading;
    expect(readings.get('/a')).toMatchObject([
      {
        state: 'unavailable',
        reason: 'reading channel 1: no answer within 1000 ms; is the other side overloaded or unreachable?',
      },
    ]);
    expect(readings.get('/b')).toMatchObject([{ state: 'ok', waiting: 3 }]);
    // The read itself goes on for a while.
    await clock.advance(4_000);
    expect(clock.pending).toBe(0);
  });

  it('turns a configuration that cannot work into a reading that says so, and tries it again', async () => {
    const clock = new VirtualClock(T0);
    let set = false;
    const metrics = new FakeMetrics(clock);
    const reader = new MetricReader({
      clock,
      metricSourceFor: (metric) => {
        if (!set) throw new TerminalError('QUEUE_KEY is not set');
        return metrics.sourceFor(metric);
      },
    });
    const first = await reader.read([member('a', 1)], MAX_AGE_MS, signal);
    expect(first.get('/a')).toMatchObject([{ state: 'unavailable', reason: 'QUEUE_KEY is not set' }]);
    set = true;
    await clock.advance(1_000);
    const second = await reader.read([member('a', 1)], MAX_AGE_MS, signal);
    expect(second.get('/a')).toMatchObject([{ state: 'ok' }]);
  });

  it('closes what no app asks for any more, and everything at the end', async () => {
    const { metrics, reader } = aReader();
    await reader.read([member('a', 1), member('b', 2)], MAX_AGE_MS, signal);
    expect(metrics.open).toBe(2);
    await reader.read([member('a', 3)], MAX_AGE_MS, signal);
    expect(metrics.open).toBe(1);
    await reader.close();
    expect(metrics.open).toBe(0);
  });

  it('ends at once when the process does', async () => {
    const { metrics, reader } = aReader();
    metrics.set(1, 'hangs');
    const stop = new AbortController();
    const reading = reader.read([member('a', 1)], MAX_AGE_MS, stop.signal);
    const reason = new Error('SIGTERM');
    stop.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });

  it('reads nothing for apps without targets', async () => {
    const { metrics, reader } = aReader();
    const bare: MemberApp = { ...member('a'), spec: anApp('a', { ...wants(1), targets: [] }) };
    expect((await reader.read([bare], MAX_AGE_MS, signal)).get('/a')).toEqual([]);
    expect(metrics.reads).toBe(0);
  });
});
