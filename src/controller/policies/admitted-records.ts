// controller: from what is said about policies to their records: admitted or refused, with the last good version of each. Pure.

import type { Labels } from '../../api/labels/label-selector.ts';
import { type MicroscalingPolicy, type ResourceKey, resourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { OwnershipTracker } from '../ownership/ownership-tracker.ts';
import { type AdmissionInput, admit } from './admission.ts';
import type { CapacityPools } from './capacity-pools.ts';
import type { Finding } from './documents/documents.ts';
import type { Listings } from './documents/listings.ts';
import { ACCEPTED, type Admission, type PolicyRecord, type Version } from './records.ts';
import { applicantOf, recordOf } from './versions.ts';
import type { WorkloadOf } from './workloads.ts';

export interface Surroundings
  extends Pick<AdmissionInput, 'clusterId' | 'identityOf' | 'isTrusted' | 'homeOf'> {
  /** As it has been until now. */
  readonly known: (policy: ResourceKey) => PolicyRecord | undefined;
  readonly capacityPools: CapacityPools;
  readonly ownership: Pick<OwnershipTracker, 'idsOf' | 'ownedBefore' | 'ownersOf' | 'seenAtMs'>;
  readonly listings: Pick<Listings, 'deletionHeld' | 'isRead'>;
  /** Whether anything is said about a policy. */
  readonly isFound: (policy: ResourceKey) => boolean;
  readonly workloadOf: WorkloadOf;
  readonly nowMs: () => number;
  /** The names of the sources there are. */
  readonly sources: readonly string[];
  readonly labelsDiffer?: (pool: Labels, policy: Labels, name: string) => string | undefined;
}

/** @param findings of policies, with all that they bear on */
export function admittedRecords(
  findings: ReadonlyMap<ResourceKey, Finding<MicroscalingPolicy>>,
  around: Surroundings,
): PolicyRecord[] {
  const { known, ownership, capacityPools, listings, workloadOf, nowMs } = around;
  const applicants = [...findings].map(([key, finding]) =>
    applicantOf(key, finding, {
      known: known(key),
      idsOf: (source) => ownership.idsOf(key, source),
      workloadOf,
    }),
  );
  const usable = new Set(applicants.flatMap(({ key, latest }) => (latest === undefined ? [] : [key])));
  const { admissions, stopped } = admit({
    ...around,
    applicants,
    pools: capacityPools,
    ownedBefore: (policy, source, app) =>
      known(policy) === undefined && ownership.ownedBefore(policy, source, app),
    absentOwner: (app) => absentOwner(app, usable, around),
  });
  return applicants.flatMap((applicant) => {
    const { key, running: was, ...rest } = applicant;
    const admission = admissions.get(key);
    const source = rest.latest?.source;
    if (admission === undefined || source === undefined) return [];
    const running = stopped.has(key) ? undefined : was;
    const record = recordOf(
      { key, ...rest, ...defined({ running }) },
      {
        admission,
        finding: findings.get(key),
        known: known(key),
        deletionHeld: listings.deletionHeld(source) ?? strayed(rest.latest, around),
        firstSeenAtMs: () => ownership.seenAtMs(key, source) ?? nowMs(),
      },
    );
    return record === undefined ? [] : [record];
  });
}

/** Accepted, with a word about labels that speak of another operator than those of its pool. */
function strayed(
  latest: Version | undefined,
  { capacityPools, labelsDiffer }: Surroundings,
): Admission | undefined {
  const { metadata, spec } = latest?.policy ?? {};
  if (metadata === undefined || spec?.pool === undefined) return undefined;
  const shared = capacityPools.get(resourceKey({ ...metadata, name: spec.pool }));
  const { labels = {} } = shared?.pool.metadata ?? {};
  const why = labelsDiffer?.(labels, metadata.labels ?? {}, spec.pool);
  return why === undefined ? undefined : { ...ACCEPTED, message: `${ACCEPTED.message}; ${why}` };
}

function absentOwner(
  app: string,
  usable: ReadonlySet<ResourceKey>,
  { ownership, sources, isFound, listings }: Surroundings,
): { readonly policy: ResourceKey; readonly source: string } | undefined {
  return ownership.ownersOf(app).find(({ policy, source }) => {
    if (usable.has(policy) || !sources.includes(source)) return false;
    return isFound(policy) || !listings.isRead(source);
  });
}
