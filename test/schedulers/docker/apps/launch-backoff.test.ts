import { describe, expect, it } from 'vitest';
import { LaunchBackoff } from '../../../../src/schedulers/docker/apps/launch-backoff.ts';

const reason = { reason: 'NotPlaced', text: 'port is already allocated' } as const;

describe('the pause before the next launch', () => {
  it('doubles from one second to one minute while nothing runs', () => {
    const backoff = new LaunchBackoff();
    const pauses: number[] = [];
    let nowMs = 1_000_000;
    for (let i = 0; i < 9; i++) {
      backoff.failed(reason, nowMs);
      pauses.push(backoff.remainingMs(nowMs));
      nowMs += backoff.remainingMs(nowMs);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((s) => s * 1000));
  });

  it('is one for several that fail at once', () => {
    const backoff = new LaunchBackoff();
    backoff.failed(reason, 1_000_000);
    backoff.failed({ ...reason, text: 'newer' }, 1_000_100);
    expect(backoff.remainingMs(1_000_100)).toBe(900);
    expect(backoff.reason?.text).toBe('newer');
  });

  it('is short again after a time in which all went well', () => {
    const backoff = new LaunchBackoff();
    backoff.failed(reason, 1_000_000);
    backoff.failed(reason, 1_001_000);
    expect(backoff.remainingMs(1_001_000)).toBe(2_000);
    backoff.failed(reason, 1_013_000);
    expect(backoff.remainingMs(1_013_000)).toBe(1_000);
  });

  it('is over once what was in the way may be gone, and the one after it is as long as it would have been', () => {
    const backoff = new LaunchBackoff();
    backoff.failed(reason, 1_000_000);
    backoff.failed(reason, 1_001_000);
    backoff.retryNow(1_001_500);
    expect([backoff.remainingMs(1_001_500), backoff.reason]).toEqual([0, reason]);
    backoff.failed(reason, 1_001_600);
    expect(backoff.remainingMs(1_001_600)).toBe(4_000);
  });

  it('is over when something else is to be launched', () => {
    const backoff = new LaunchBackoff();
    backoff.failed(reason, 1_000_000);
    backoff.forget();
    expect([backoff.remainingMs(1_000_000), backoff.reason]).toEqual([0, undefined]);
  });
});
