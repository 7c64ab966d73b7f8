// app: the times of the Lease, as the options say, within bounds in which no two operators ever act at once.

import { durationText } from '../../../api/duration.ts';
import type { ElectionTiming } from '../../../policy-sources/kubernetes/index.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import type { OptionValues } from '../../options.ts';

export type LeaseOptions = Pick<OptionValues, 'leaseDuration' | 'leaseRenewDeadline' | 'leaseRetryPeriod'>;

/** The usual ones of Kubernetes' own controllers: 15 s, 10 s, 2 s. */
const DEFAULT_DURATION_MS = 15_000;
const DEADLINE_SHARE = 2 / 3;
const RETRY_SHARE = 2 / 15;

/** Sooner, one slow answer of the API server would cost the Lease; a Lease is kept in whole seconds. */
const SHORTEST_MS = 3_000;
const LONGEST_MS = 300_000;
/** What is left lets one machine's clock run faster than another's by a quarter. */
const MOST_DEADLINE_SHARE = 0.8;
/** At least twice before the deadline, its jitter of a fifth included. */
const RETRIES = 2.4;
const SHORTEST_RETRY_MS = 200;

/**
 * | time           | flag                     | default              | bounds                                        |
 * |----------------|--------------------------|----------------------|-----------------------------------------------|
 * | duration       | `--lease-duration`       | 15 s                 | 3 s to 5 m, whole seconds                     |
 * | renew deadline | `--lease-renew-deadline` | 2/3 of the duration  | at most 4/5 of the duration                   |
 * | retry period   | `--lease-retry-period`   | 2/15 of the duration | 200 ms to 5/12 of the renew deadline          |
 *
 * @throws TerminalError that names the option, the bound and what it follows from
 */
export function leaseTiming(options: LeaseOptions): ElectionTiming {
  const leaseMs = options.leaseDuration ?? DEFAULT_DURATION_MS;
  const renewDeadlineMs = options.leaseRenewDeadline ?? Math.round(leaseMs * DEADLINE_SHARE);
  const retryMs = options.leaseRetryPeriod ?? Math.round(leaseMs * RETRY_SHARE);
  if (leaseMs < SHORTEST_MS || leaseMs > LONGEST_MS || leaseMs % 1_000 !== 0)
    throw wrong('--lease-duration', leaseMs, 'must be 3s to 5m, in whole seconds');
  const mostDeadlineMs = Math.floor(leaseMs * MOST_DEADLINE_SHARE);
  if (renewDeadlineMs > mostDeadlineMs) {
    const why = `so that the holder has stopped before another takes over (--lease-duration is ${durationText(leaseMs)})`;
    throw wrong(
      '--lease-renew-deadline',
      renewDeadlineMs,
      `may be ${durationText(mostDeadlineMs)} at most, ${why}`,
    );
  }
  const mostRetryMs = Math.floor(renewDeadlineMs / RETRIES);
  if (retryMs < SHORTEST_RETRY_MS || retryMs > mostRetryMs) {
    const why = `so that it is tried twice before the deadline (--lease-renew-deadline is ${durationText(renewDeadlineMs)})`;
    throw wrong('--lease-retry-period', retryMs, `must be 200ms to ${durationText(mostRetryMs)}, ${why}`);
  }
  return { leaseMs, renewDeadlineMs, retryMs };
}

function wrong(flag: string, ms: number, bound: string): TerminalError {
  return new TerminalError(`${flag}: ${durationText(ms)} ${bound}`);
}
