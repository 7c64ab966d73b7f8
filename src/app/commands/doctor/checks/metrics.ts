// app: metrics that cannot be read, are older than they may be, or are slow to read.

import { type PolicyCheck, timeText } from '../check.ts';
import type { MetricEvidence } from '../evidence.ts';
import type { Finding } from '../finding.ts';

export const checkMetrics: PolicyCheck = ({ metrics }) =>
  metrics === undefined
    ? { unchecked: 'no policies were given: name them with -f' }
    : metrics.flatMap(findingsOf);

function findingsOf({ report, intervalMs, staleAfterMs }: MetricEvidence): readonly Finding[] {
  const { app, target, metric } = report;
  const base = { check: 'metrics', app } as const;
  const which = `${metric}, the metric of ${app} (${target}),`;
  if ('reason' in report) {
    return [
      {
        ...base,
        severity: 'error',
        what: `${which} cannot be read: ${report.reason}`,
        why: 'the count of an app whose metric is unknown is kept, however long its queue gets',
        change: 'put right what it says; `microscaling read -f` tries it again',
      },
    ];
  }
  const { ageMs, ms } = report;
  if (ageMs > staleAfterMs) {
    return [
      {
        ...base,
        severity: 'error',
        what: `${which} tells numbers that are ${timeText(ageMs)} old`,
        why: `onMetricFailure.staleAfter is ${timeText(staleAfterMs)}: they count as unknown, and the count is kept`,
        change: 'have the server refresh its numbers more often, or raise staleAfter',
      },
    ];
  }
  if (ms > intervalMs) {
    return [
      {
        ...base,
        severity: 'warning',
        what: `reading ${which} takes ${timeText(ms)}`,
        why: `the policy wants to decide every ${timeText(intervalMs)}, and a round waits for its metrics`,
        change: 'read from nearer by, or raise spec.interval',
      },
    ];
  }
  return [];
}
