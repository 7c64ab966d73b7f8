// controller: whose a change of a definition is: the policy's, or somebody's who edited the app in the scheduler. Pure.

import type { FieldDiff } from '../../core/change.ts';
import type { WriteResult } from '../round/act.ts';
import type { AppAssessment } from '../round/assess.ts';

/** By app id: when its definition last changed by the scheduler's clock, as far as we wrote or agreed with that change. */
export type KnownConfigs = ReadonlyMap<string, number>;

type Drift = ReadonlyMap<string, readonly FieldDiff[]>;

/**
 * Apps that differ from the policy because somebody else changed them: the scheduler dates every change of a definition,
 * scaling apart, and the newest date is neither of a write of ours nor one at which the app was as the policy says.
 * Of an app that was never seen like that nothing can be said.
 */
export function editedByOthers(
  assessments: readonly AppAssessment[],
  drift: Drift,
  known: KnownConfigs,
): ReadonlySet<string> {
  const edited = assessments.filter(({ app, observed }) => {
    const { id } = app.spec;
    const ours = known.get(id);
    const changedAtMs = observed?.lastConfigChangeAtMs;
    return drift.has(id) && ours !== undefined && changedAtMs !== undefined && changedAtMs !== ours;
  });
  return new Set(edited.map(({ app }) => app.spec.id));
}

/** What is known after a round: apps that are as they should be now, and updates that the scheduler has just taken. */
export function followConfigs(
  known: KnownConfigs,
  assessments: readonly AppAssessment[],
  { drift, results }: { readonly drift: Drift; readonly results: readonly WriteResult[] },
): KnownConfigs {
  const next = new Map<string, number>();
  for (const { app, observed, part } of assessments) {
    const { id } = app.spec;
    const agreed = part !== 'off' && app.spec.app !== undefined && !drift.has(id);
    const changedAtMs = agreed ? observed?.lastConfigChangeAtMs : known.get(id);
    const kept = changedAtMs ?? known.get(id);
    if (observed !== undefined && kept !== undefined) next.set(id, kept);
  }
  for (const { change, result, version } of results) {
    const writtenAtMs = version === undefined ? Number.NaN : Date.parse(version);
    if (change.kind === 'update' && result === 'accepted' && Number.isFinite(writtenAtMs)) {
      next.set(change.app, writtenAtMs);
    }
  }
  return next;
}
