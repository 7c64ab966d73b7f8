// app: what policies scale in Kubernetes and in a Swarm: whether it is there, may be scaled, and is scaled by nobody else.

import type { PolicyCheck } from '../check.ts';
import type { TargetEvidence } from '../evidence.ts';
import type { Finding } from '../finding.ts';

export const checkTargets: PolicyCheck = ({ targets }) =>
  targets === undefined
    ? { unchecked: 'no policies were given: name them with -f' }
    : targets.flatMap(findingsOf);

function findingsOf({ app, unit, answer, isMetricApp, startupTime }: TargetEvidence): readonly Finding[] {
  const error = { check: 'targets', severity: 'error', app } as const;
  if (!answer.ok)
    return [
      {
        ...error,
        what: `the cluster of ${app} cannot be asked: ${answer.reason}`,
        why: 'its count is neither seen nor set, and its pool shares out only what is left',
        change: 'put right what it says, on the machine where the operator is to run',
      },
    ];
  const { missingRights = [], unseen, isAbsent, seen } = answer.value;
  if (missingRights.length > 0)
    return [
      {
        ...error,
        what: `${app}: these credentials may not ${missingRights.join(', ')}`,
        why: 'an operator with them can neither see nor set its count',
        change:
          'grant them as the roles of deploy/kubernetes/components/scale do, or run doctor as whom the operator is to be',
      },
    ];
  if (unseen !== undefined)
    return [
      {
        ...error,
        what: `${app} cannot be seen: ${unseen}`,
        why: 'its count stays as it is, and its pool shares out only what is left',
        change: 'correct its name in the policy, or put right what it says',
      },
    ];
  if (isAbsent === true)
    return [
      {
        ...error,
        what: `there is no ${app}`,
        why: 'the operator makes nothing there, it sets the count of what exists',
        change: 'make it first, or correct its name, its namespace or its cluster in the policy',
      },
    ];
  if (seen?.refused !== undefined)
    return [
      {
        ...error,
        what: `${app} is not ours to scale: ${seen.refused}`,
        why: 'the operator does not write a count that somebody else writes, too',
        change: 'take away one of the two',
      },
    ];
  return [
    ...waitingIn(seen, { app, ...(unit && { unit }) }),
    ...unprobed({ seen, app, isMetricApp, startupTime }),
  ];
}

type Seen = (TargetEvidence['answer'] & { readonly ok: true })['value']['seen'];

function waitingIn(
  seen: Seen,
  { app, unit = 'pods' }: Pick<TargetEvidence, 'app' | 'unit'>,
): readonly Finding[] {
  const reasons = seen?.waitingFor.map(({ text }) => text) ?? [];
  if (seen === undefined || seen.waiting === 0 || reasons.length === 0) return [];
  return [
    {
      check: 'targets',
      severity: 'warning',
      app,
      what: `${seen.waiting} of the ${seen.requested} ${unit} of ${app} wait: ${reasons.join('; ')}`,
      why: "more of them would wait as well, while their slots are nobody else's",
      change: 'see that they start, or give the pool a budget that the cluster has room for',
    },
  ];
}

/** Only whoever is scaled by a metric is hurt by instances that count before they work. */
function unprobed({
  seen,
  app,
  isMetricApp,
  startupTime,
}: Pick<TargetEvidence, 'app' | 'isMetricApp' | 'startupTime'> & {
  readonly seen: Seen;
}): readonly Finding[] {
  if (seen === undefined || seen.hasHealthChecks || !isMetricApp || startupTime !== undefined) return [];
  return [
    {
      check: 'targets',
      severity: 'note',
      app,
      what: `the pods of ${app} have no readiness probe`,
      why: 'each counts as working from the moment that it runs, and how long it takes to begin has to be learned',
      change: 'give its containers a readinessProbe, or the app a behavior.startupTime',
    },
  ];
}
