import { describe, expect, it } from 'vitest';
import type { MetricSample } from '../../../src/core/observation.ts';
import type { MetricSource } from '../../../src/metric-sources/source.ts';
import { withDeadline } from '../../../src/metric-sources/wrappers/deadline.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';

const never = new AbortController().signal;
const ok = (value: number, atMs = 0): MetricSample => ({ state: 'ok', value, atMs });

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
