import { describe, expect, it } from 'vitest';
import { leaseTiming } from '../../../../src/app/operator/leases/timing.ts';

const S = 1_000;

describe('the times of the Lease', () => {
  it.each([
    ['nothing is said', {}, [15 * S, 10 * S, 2 * S]],
    ['5 s are enough', { leaseDuration: 5 * S }, [5 * S, 3_333, 667]],
    ['the shortest is said', { leaseDuration: 3 * S }, [3 * S, 2 * S, 400]],
    [
      'all are said',
      { leaseDuration: 30 * S, leaseRenewDeadline: 24 * S, leaseRetryPeriod: 10 * S },
      [30 * S, 24 * S, 10 * S],
    ],
  ])('when %s', (_, options, [leaseMs, renewDeadlineMs, retryMs]) => {
    expect(leaseTiming(options)).toEqual({ leaseMs, renewDeadlineMs, retryMs });
  });

  it.each([
    [{ leaseDuration: 2 * S }, '--lease-duration: 2s must be 3s to 5m, in whole seconds'],
    [{ leaseDuration: 4_500 }, '--lease-duration: 4500ms must be 3s to 5m, in whole seconds'],
    [{ leaseDuration: 600 * S }, '--lease-duration: 10m must be 3s to 5m, in whole seconds'],
    [
      { leaseRenewDeadline: 15 * S },
      /^--lease-renew-deadline: 15s may be 12s at most, so that the holder has stopped/,
    ],
    [{ leaseDuration: 5 * S, leaseRenewDeadline: 5 * S }, /may be 4s at most, .*\(--lease-duration is 5s\)$/],
    [
      { leaseRetryPeriod: 5 * S },
      /^--lease-retry-period: 5s must be 200ms to 4166ms, so that it is tried twice/,
    ],
    [{ leaseDuration: 5 * S, leaseRetryPeriod: 2 * S }, /^--lease-retry-period: 2s must be 200ms to 1388ms/],
    [{ leaseRetryPeriod: 100 }, /^--lease-retry-period: 100ms must be 200ms to/],
  ])('%j cannot be', (options, words) => {
    expect(() => leaseTiming(options)).toThrow(words);
  });
});
