import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { MetricSample } from '../../../src/core/observation.ts';
import { withDeadline } from '../../../src/metric-sources/connection/deadline.ts';
import type { MetricSource } from '../../../src/metric-sources/source.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';

const never = new AbortController().signal;
const ok = (waiting: number, asOfMs = 0): MetricSample => ({ state: 'ok', waiting, asOfMs });

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
    { name: 'is answered', read: async () => ok(7) },
    { name: 'fails', read: () => Promise.reject(new Error('refused')) },
    { name: 'comes too late', read: () => new Promise<never>(() => undefined) },
  ])('leaves nobody listening to the signal of the round when a read $name', async ({ read }) => {
    const clock = new VirtualClock();
    const round = new AbortController();
    const reading = wrap(sourceThat(read), clock)
      .read(round.signal)
      .catch(() => undefined);
    expect(getEventListeners(round.signal, 'abort')).toHaveLength(1);
    await clock.advance(1000);
    await reading;
    expect(getEventListeners(round.signal, 'abort')).toEqual([]);
  });

  it.each([
    { name: 'listens to its signal', listens: true },
    { name: 'does not listen', listens: false },
  ])(
    'does not wait longer for a source that $name, and aborts its read when nothing comes',
    async ({ listens }) => {
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
      expect(aborted).toBe(false);
      await clock.advance(4000);
      expect(aborted).toBe(true);
      expect(clock.pending).toBe(0);
    },
  );

  /** Answers after `ms`, as often as it is asked. */
  const slow = (clock: VirtualClock, ms: () => number): MetricSource & { asked: number } => {
    const source = {
      asked: 0,
      read: async (signal: AbortSignal) => {
        source.asked += 1;
        await clock.sleep(ms(), signal);
        return ok(source.asked, clock.monotonic());
      },
      close: async () => undefined,
    };
    return source;
  };
  /** Rounds half a second apart, each with what it was told. */
  async function rounds(
    source: MetricSource,
    clock: VirtualClock,
    count: number,
  ): Promise<readonly string[]> {
    const told: string[] = [];
    void (async () => {
      while (told.length < count) {
        told.push((await source.read(never)).state);
        await clock.sleep(500);
      }
    })();
    await clock.advance(count * 5_000);
    return told;
  }

  it('takes the late answer of a service that comes back', async () => {
    const clock = new VirtualClock();
    // Azurite after a restart, against a deadline of a second: the first answer takes 2.9 s, the next ones are quick.
    const readyAtMs = 2_900;
    const inner = slow(clock, () => Math.max(5, readyAtMs - clock.monotonic()));
    const source = wrap(inner, clock);
    expect(await rounds(source, clock, 4)).toEqual(['unavailable', 'unavailable', 'ok', 'ok']);
  });

  it('waits for a source as long as it needs, within bounds', async () => {
    const clock = new VirtualClock();
    let tookMs = 1_200;
    const source = wrap(
      slow(clock, () => tookMs),
      clock,
    );
    expect(await rounds(source, clock, 5)).toEqual(['unavailable', 'ok', 'ok', 'ok', 'ok']);
    tookMs = 60_000;
    const startedMs = clock.monotonic();
    const reading = source.read(never).then(({ state }) => [state, clock.monotonic() - startedMs]);
    await clock.advance(10_000);
    expect(await reading).toEqual(['unavailable', 2_400]);
  });

  it('asks anew each time where an answer is lost for good', async () => {
    const clock = new VirtualClock();
    let asked = 0;
    const source = wrap(
      sourceThat(async () => (asked++ < 3 ? await new Promise<never>(() => undefined) : ok(1))),
      clock,
    );
    expect(await rounds(source, clock, 5)).toEqual(['unavailable', 'unavailable', 'unavailable', 'ok', 'ok']);
    await clock.advance(10_000);
    expect(clock.pending).toBe(0);
  });

  it('takes no answer for news that came long ago', async () => {
    const clock = new VirtualClock();
    const inner = slow(clock, () => 1_500);
    const source = wrap(inner, clock);
    const first = source.read(never);
    await clock.advance(20_000);
    expect((await first).state).toBe('unavailable');
    const second = source.read(never);
    await clock.advance(5_000);
    expect(await second).toEqual(ok(2, 21_500));
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
