// controller: the versions of one policy: which one is new, which one runs, and the record of both. Pure.

import { isDeepStrictEqual } from 'node:util';
import type { MicroscalingPolicy, ResourceKey } from '../../api/policy.ts';
import { defaultAppId } from '../../api/schema/defaults.ts';
import { defined } from '../../lang/defined.ts';
import type { Applicant } from './admission.ts';
import { createdAtMsOf, twoHomes } from './capacity-pools.ts';
import type { Finding, Found } from './documents/documents.ts';
import { type Admission, type PolicyRecord, refusal, type Version } from './records.ts';
import { namedApps, type WorkloadOf } from './workloads.ts';

type PolicyFinding = Finding<MicroscalingPolicy>;

/**
 * What is put forward for admission: the newest readable version, beside the one that runs.
 *
 * @param idsOf the ids of the apps that a policy of a source owns
 */
export function applicantOf(
  key: ResourceKey,
  finding: PolicyFinding,
  {
    known,
    idsOf,
    workloadOf,
  }: {
    readonly known: PolicyRecord | undefined;
    readonly idsOf: (source: string) => ReadonlySet<string>;
    readonly workloadOf: WorkloadOf;
  },
): Applicant {
  const running = defined({ running: known?.running });
  if (finding.is === 'valid') {
    const createdAtMs = createdAtMsOf(finding.createdAt);
    const resource = withEarlierIds(finding.resource, idsOf(finding.source));
    const latest = nextVersion(known?.latest, { ...finding, resource }, workloadOf);
    return { key, latest, ...running, ...defined({ createdAtMs }) };
  }
  const first = finding.is === 'duplicate' ? finding.first : undefined;
  const latest = known?.latest ?? (first && nextVersion(undefined, first, workloadOf));
  return { key, ...defined({ latest }), ...running, refused: refusalOf(key, finding) };
}

/** The record of the same object: one that was deleted and made anew has nothing but its name in common. */
function sameObject(
  known: PolicyRecord | undefined,
  finding: PolicyFinding | undefined,
): PolicyRecord | undefined {
  const another = finding?.is === 'valid' && known?.uid !== undefined && known.uid !== finding.uid;
  return another ? undefined : known;
}

export interface AdmissionOutcome {
  readonly admission: Admission;
  readonly finding: PolicyFinding | undefined;
  readonly known: PolicyRecord | undefined;
  /** Takes the place of a plain admission while its source holds back a deletion. */
  readonly deletionHeld: Admission | undefined;
  /** Where neither its home nor its record says when it was made. */
  readonly firstSeenAtMs: () => number;
}

/** Undefined for a policy of which no version was ever readable. */
export function recordOf(
  { key, latest, running }: Applicant,
  { admission, finding, known: before, deletionHeld, firstSeenAtMs }: AdmissionOutcome,
): PolicyRecord | undefined {
  if (latest === undefined) return undefined;
  const known = sameObject(before, finding);
  const found = finding?.is === 'valid' ? finding : undefined;
  const uid = found === undefined ? known?.uid : found.uid;
  const createdAtMs = createdAtMsOf(found?.createdAt) ?? known?.createdAtMs ?? firstSeenAtMs();
  const kept = found === undefined ? undefined : earlierIdsIn(latest.policy, found.resource);
  const valid = kept === undefined ? admission : { ...admission, message: `${admission.message}; ${kept}` };
  const isAccepted = admission.status === 'True';
  const record: PolicyRecord = {
    key,
    latest,
    accepted: isAccepted ? (deletionHeld ?? valid) : admission,
    generation: (finding?.is === 'invalid' ? finding.generation : undefined) ?? latest.generation,
    createdAtMs,
    ...defined({ uid, running: isAccepted ? latest : running }),
  };
  return before !== undefined && isDeepStrictEqual(before, record) ? before : record;
}

/** Gone, or another object of the same name. */
export function isAnother(was: PolicyRecord, is: PolicyRecord | undefined): boolean {
  return is === undefined || (was.uid !== undefined && is.uid !== was.uid);
}

function isFrom(known: Version, { source, place, revision }: Found<MicroscalingPolicy>): boolean {
  return known.source === source && known.place === place && known.revision === revision;
}

/** The same version while the spec says the same; one generation on when it does not. */
function nextVersion(
  known: Version | undefined,
  found: Found<MicroscalingPolicy>,
  workloadOf: WorkloadOf,
): Version {
  const { resource: policy, source, place, revision } = found;
  if (known !== undefined && known.policy === policy && isFrom(known, found)) return known;
  const same = known !== undefined && isDeepStrictEqual(known.policy.spec, policy.spec);
  const counted = same ? known.generation : (known?.generation ?? 0) + 1;
  const apps = namedApps(policy, workloadOf);
  return {
    policy,
    source,
    place,
    revision,
    generation: policy.metadata.generation ?? counted,
    ...(apps.some(({ workload }) => workload !== undefined) && { apps }),
  };
}

function refusalOf(key: ResourceKey, finding: Exclude<PolicyFinding, { is: 'valid' }>): Admission {
  if (finding.is === 'invalid') return refusal(finding.reason, `${finding.place}: ${finding.message}`);
  return refusal('DuplicatePolicy', twoHomes('policy', key, finding.places));
}

/**
 * Apps keep the ids that they had before the default group began with the namespace: a policy is not moved to other
 * apps by an upgrade of the operator.
 *
 * @param owned ids that the policy is known to own
 */
function withEarlierIds(policy: MicroscalingPolicy, owned: ReadonlySet<string>): MicroscalingPolicy {
  const { metadata, spec } = policy;
  if (metadata.namespace === 'default' || owned.size === 0) return policy;
  const apps = spec.apps.map((app) => {
    const earlier = `/${metadata.name}/${app.name}`;
    const given = defaultAppId(metadata, app.name);
    const isMoved = app.id === given && !owned.has(given) && owned.has(earlier);
    return isMoved ? { ...app, id: earlier } : app;
  });
  return apps.every((app, i) => app === spec.apps[i]) ? policy : { ...policy, spec: { ...spec, apps } };
}

/** A word about it, for people; undefined where nothing was kept. */
function earlierIdsIn(kept: MicroscalingPolicy, written: MicroscalingPolicy): string | undefined {
  const ids = kept.spec.apps.flatMap(({ id }, i) =>
    id === undefined || id === written.spec.apps[i]?.id ? [] : [id],
  );
  if (ids.length === 0) return undefined;
  return `${ids.join(', ')} ${ids.length === 1 ? 'keeps the id' : 'keep the ids'} from before default ids began with the namespace: write ${ids.length === 1 ? 'it' : 'them'} as \`id\` to say that it is meant`;
}
