import { describe, expect, it } from 'vitest';
import type { MetricReading, MetricSample } from '../../../src/core/observation.ts';
import type { MetricSource } from '../../../src/metric-sources/source.ts';
import { withDeadline } from '../../../src/metric-sources/wrappers/deadline.ts';
import { withLatest } from '../../../src/metric-sources/wrappers/latest.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';

const never = new AbortController().signal;
const ok = (value: number, atMs = 0): MetricSample => ({ state: 'ok', value, atMs });
const down = (sinceMs: number): MetricReading => ({ state: 'unavailable', reason: 'down', sinceMs });

function sourceThat(read: MetricSource['read']): MetricSource & { closed: number } {
  const source = { closed: 0, read, close: async () => void source.closed++ };
  return source;
}

describe('withDeadline', () => {
  const wrap = (source: MetricSource, clock: VirtualClock): MetricSource =>
    withDeadline(source, { clock, deadlineMs: 1000, label: () => 'queue orders' });

  it('lets a reading through that comes in time, and leaves no timer', async () => {
    const clock = new VirtualClock();
    const source = sourceThat(async () => {
      await clock.sleep(999);
      return ok(7);
    });
    const reading = wrap(source, clock).read(never);
    await clock.advance(999);
    expect(await reading).toEqual(ok(7));
    expect(clock.pending).toBe(0);
  });

  it.each([
    { name: 'listens to its signal', listens: true },
    { name: 'does not listen', listens: false },
  ])('gives up a read of a source that $name, and aborts it', async ({ listens }) => {
    const clock = new VirtualClock(500);
    let aborted = false;
    const source = sourceThat(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            if (listens) reject(signal.reason);
          });
        }),
    );
    const reading = wrap(source, clock).read(never);
    await clock.advance(1000);
    expect(await reading).toEqual({
      state: 'unavailable',
      reason: expect.stringMatching(/^reading queue orders: no answer within 1000 ms; /),
      sinceMs: 1500,
    });
    expect(aborted).toBe(true);
  });

  it('throws the reason of the outer signal at once, even when the source does not listen', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const reading = wrap(
      sourceThat(() => new Promise(() => undefined)),
      clock,
    ).read(controller.signal);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it('lets an error through', async () => {
    const error = new TerminalError('wrong');
    const source = wrap(
      sourceThat(async () => {
        throw error;
      }),
      new VirtualClock(),
    );
    await expect(source.read(never)).rejects.toBe(error);
  });

  it('closes what it wraps', async () => {
    const inner = sourceThat(async () => ok(1));
    await wrap(inner, new VirtualClock()).close();
    expect(inner.closed).toBe(1);
  });
});

describe('withLatest', () => {
  function playing(clock: VirtualClock, script: readonly (MetricReading | Error)[]): MetricSource {
    const rest = [...script];
    return withLatest(
      sourceThat(async () => {
        const next = rest.shift();
        if (next === undefined || next instanceof Error) throw next;
        return next;
      }),
      clock,
    );
  }

  it('has no last sample before the first good one', async () => {
    const source = playing(new VirtualClock(), [down(5)]);
    expect(await source.read(never)).toEqual(down(5));
  });

  it('remembers the last good sample and the first failure of the row', async () => {
    const source = playing(new VirtualClock(), [ok(1, 10), ok(2, 20), down(30), down(40)]);
    await source.read(never);
    await source.read(never);
    expect(await source.read(never)).toEqual({ ...down(30), last: ok(2, 20) });
    expect(await source.read(never)).toEqual({ ...down(30), last: ok(2, 20) });
  });

  it('starts a new row after a good reading', async () => {
    const source = playing(new VirtualClock(), [down(1), ok(2, 2), down(3)]);
    await source.read(never);
    await source.read(never);
    expect(await source.read(never)).toEqual({ ...down(3), last: ok(2, 2) });
  });

  it('counts a thrown error as a failure and lets it through', async () => {
    const clock = new VirtualClock(7);
    const source = playing(clock, [ok(1, 1), new TerminalError('wrong'), down(9)]);
    await source.read(never);
    await expect(source.read(never)).rejects.toThrow(TerminalError);
    expect(await source.read(never)).toEqual({ ...down(7), last: ok(1, 1) });
  });

  it('does not take being stopped for a failure', async () => {
    const reason = new Error('enough');
    const source = playing(new VirtualClock(7), [reason, down(9)]);
    await expect(source.read(AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(await source.read(never)).toEqual(down(9));
  });
});
