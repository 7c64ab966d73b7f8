// api: which reasons of conditions have a runbook. Each needs a person; the others pass, or were asked for.

import { CONDITION_REASONS, type ConditionReason } from '../conditions.ts';

const NEEDS_NOBODY: readonly ConditionReason[] = [
  ...(['Pending', 'Valid', 'AllRead', 'NoMetrics', 'UpToDate', 'Deploying', 'Observing', 'Standby'] as const),
  ...(['WithinLimits', 'AtMinimum', 'Held', 'LimitedByBehavior', 'CapacityUnknown', 'Launching'] as const),
  ...([
    'SurplusWaiting',
    'Running',
    'Paused',
    'PausedBySpec',
    'NoConflict',
    'Overridden',
    'AllTrue',
  ] as const),
];

/** Reasons that need a person. */
export const RUNBOOK_REASONS = CONDITION_REASONS.filter((reason) => !NEEDS_NOBODY.includes(reason));

const WITH_RUNBOOK: ReadonlySet<string> = new Set(RUNBOOK_REASONS);

/** Where the package has the runbook, and the operator's page serves it. */
export function runbookOf(reason: string): string | undefined {
  return WITH_RUNBOOK.has(reason) ? `docs/runbooks/reasons/${reason}.md` : undefined;
}

/** For objects of Kubernetes. */
export const RUNBOOK_ANNOTATION = 'microscaling.io/runbook';
