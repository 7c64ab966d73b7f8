// contract: what every metric source keeps, run against each with a factory for every situation.

import { afterEach, describe, expect, it } from 'vitest';
import { withDeadline } from '../../src/metric-sources/connection/deadline.ts';
import type { MetricSource } from '../../src/metric-sources/source.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';

export interface MetricSourceHarness {
  /** A source whose other side is well; it counts its calls by `onCall`, where it makes any. */
  answering(onCall?: () => void): Promise<MetricSource>;
  /** Its other side is not there. Absent: `cannot.fail` says why. */
  failing?(): Promise<MetricSource>;
  /** Its other side takes the call and never answers. Absent: `cannot.hang` says why. */
  hanging?(): Promise<MetricSource>;
  /** Situations that the source cannot be in, each with the reason. */
  readonly cannot: { readonly fail?: string; readonly hang?: string; readonly call?: string };
}

export function metricSourceContract(name: string, harness: MetricSourceHarness): void {
  describe(`${name} as a metric source`, () => {
    const open: MetricSource[] = [];
    const opened = async (source: Promise<MetricSource>): Promise<MetricSource> => {
      open.push(await source);
      return await source;
    };
    afterEach(async () => {
      await Promise.all(open.splice(0).map((source) => source.close()));
    });
    const never = (): AbortSignal => new AbortController().signal;

    it('answers with a count that is a whole number and a time', async () => {
      const source = await opened(harness.answering());
      const reading = await source.read(never());
      if (reading.state !== 'ok') throw new Error(reading.reason);
      for (const count of [reading.waiting, reading.inFlight ?? 0]) {
        expect(Number.isSafeInteger(count)).toBe(true);
        expect(count).toBeGreaterThanOrEqual(0);
      }
      expect(Number.isFinite(reading.asOfMs)).toBe(true);
    });

    it('answers again, also to two reads at once', async () => {
      const source = await opened(harness.answering());
      const readings = await Promise.all([source.read(never()), source.read(never())]);
      expect(readings.map((r) => r.state)).toEqual(['ok', 'ok']);
    });

    it('counts its calls, unless it makes none', async () => {
      let calls = 0;
      const source = await opened(harness.answering(() => calls++));
      await source.read(never());
      expect(calls > 0).toBe(harness.cannot.call === undefined);
    });

    it('throws the reason of a signal that was aborted before', async () => {
      const source = await opened(harness.answering());
      const reason = new Error('enough');
      await expect(source.read(AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    it('closes twice, and without ever having read', async () => {
      const read = await opened(harness.answering());
      await read.read(never());
      await read.close();
      await read.close();
      await (await opened(harness.answering())).close();
    });

    it('says in which situations it cannot be', () => {
      const stated = { fail: harness.failing === undefined, hang: harness.hanging === undefined };
      expect({ fail: 'fail' in harness.cannot, hang: 'hang' in harness.cannot }).toEqual(stated);
    });

    const { failing, hanging } = harness;
    if (failing !== undefined) {
      it('is unavailable, with a sentence, when the other side is not there', async () => {
        const source = await opened(failing());
        const reading = await source.read(never());
        if (reading.state === 'ok') throw new Error(`read ${reading.waiting} from nobody`);
        expect(reading.reason).toMatch(/\w+ .*: .*\w/);
        expect(Number.isFinite(reading.sinceMs)).toBe(true);
      });
    }
    if (hanging !== undefined) {
      it('throws the reason when it is aborted while it waits', async () => {
        const source = await opened(hanging());
        const controller = new AbortController();
        const reason = new Error('enough');
        const reading = source.read(controller.signal);
        const outcome = expect(reading).rejects.toBe(reason);
        setImmediate(() => controller.abort(reason));
        await outcome;
      });

      it('is unavailable after its deadline when nobody answers', async () => {
        const clock = new VirtualClock();
        const label = (): string => 'it';
        const source = withDeadline(await opened(hanging()), { clock, deadlineMs: 1000, label });
        const reading = source.read(never());
        await clock.advance(1000);
        expect(await reading).toMatchObject({ state: 'unavailable', sinceMs: 1000 });
      });
    }
  });
}
