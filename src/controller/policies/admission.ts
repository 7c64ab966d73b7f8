// controller: which versions may run beside each other. Pure; the same documents give the same answer.

import type { Home } from '../../api/homes.ts';
import type { CapacityPool, ResourceKey } from '../../api/policy.ts';
import { resourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import { type WorkloadIdentity, workloadKey } from '../../schedulers/workload.ts';
import { type AppClaim, contest } from './app-claims.ts';
import { minimumsOf, type Need, NOTHING, overBudget, plus } from './minimums.ts';
import { joinComplaint } from './pool-members.ts';
import { ACCEPTED, type Admission, appsOf, poolKeyOf, refusal, type Version } from './records.ts';
import { clusterOfApp, type NamedApp, namedCluster, nameInCluster } from './workloads.ts';

/** What the sources say about one policy. */
export interface Applicant {
  readonly key: ResourceKey;
  /** The newest readable document; absent when there is none. */
  readonly latest?: Version;
  /** What runs now. */
  readonly running?: Version;
  /** Set when the document itself is unusable (invalid, or in two places). */
  readonly refused?: Admission;
  /** When it was made, as its home says. */
  readonly createdAtMs?: number;
}

export interface AdmissionInput {
  readonly applicants: readonly Applicant[];
  readonly pools: ReadonlyMap<ResourceKey, { readonly pool: CapacityPool; readonly source: string }>;
  /** Says whether two specs mean the same cluster. */
  readonly clusterId: (cluster: ClusterSpec | undefined) => string;
  readonly identityOf: (cluster: ClusterSpec | undefined, name: string) => WorkloadIdentity;
  /** What kind of home a source is. */
  readonly homeOf: (source: string) => Home | undefined;
  /** Whether a source is the administrator's own. */
  readonly isTrusted: (source: string) => boolean;
  /** Whether a policy of this source owned the app (its cluster and its id), by what an earlier process wrote down. */
  readonly ownedBefore: (policy: ResourceKey, source: string, app: string) => boolean;
  /** Who owns the app, where no usable document says that it still wants it, and none that it is gone. */
  readonly absentOwner: (
    app: string,
  ) => { readonly policy: ResourceKey; readonly source: string } | undefined;
}

export interface Admitted {
  readonly admissions: ReadonlyMap<ResourceKey, Admission>;
  /** Policies of which nothing may run on, not even the last good version. */
  readonly stopped: ReadonlySet<ResourceKey>;
}

/**
 * Admits or refuses every applicant. The rules, chosen so that nobody is surprised:
 *
 * - A refused document changes nothing: what ran before goes on running, what did not run does not start.
 * - An app belongs to one policy: see app-claims.ts. Whoever has the better right goes on, and is not frozen by a claim
 *   of somebody else; what runs of the other one stops only where the better right is that of a more trusted home. Two
 *   that run and turn out to have one app, neither with the better right, both stop: counts stay as they are.
 * - Whoever runs unchanged comes before newcomers when a pool's budget is allocated.
 *
 * A refusal puts the older version back into play, which may collide with a third policy; therefore the rules
 * are applied until nothing changes. Refusals are never taken back within one pass, so this ends.
 */
export function admit(input: AdmissionInput): Admitted {
  const refused = new Map<ResourceKey, Admission>();
  const stopped = new Set<ResourceKey>();
  for (const { key, refused: admission } of input.applicants) if (admission) refused.set(key, admission);
  let claims = claimsOf(input, { refused, stopped });
  for (;;) {
    const before = refused.size + stopped.size;
    for (const rule of RULES) {
      const known = refused.size + stopped.size;
      const outcome = rule(claims, input);
      for (const key of outcome.stopped ?? []) stopped.add(key);
      for (const [key, admission] of outcome.refused) if (!refused.has(key)) refused.set(key, admission);
      if (refused.size + stopped.size > known) claims = claimsOf(input, { refused, stopped });
    }
    if (refused.size + stopped.size === before) break;
  }
  const admissions = new Map(input.applicants.map(({ key }) => [key, refused.get(key) ?? ACCEPTED]));
  return { admissions, stopped };
}

/** A version that would run if nothing else were refused. */
interface Claim {
  readonly key: ResourceKey;
  readonly version: Version;
  /** It runs already, in this very version. */
  readonly incumbent: boolean;
  readonly running?: Version;
  readonly createdAtMs?: number;
}

interface Outcome {
  readonly refused: ReadonlyMap<ResourceKey, Admission>;
  readonly stopped?: ReadonlySet<ResourceKey>;
}

type Rule = (claims: readonly Claim[], input: AdmissionInput) => Outcome;

/** Incumbents first, then by key. */
function claimsOf(input: AdmissionInput, { refused, stopped }: Required<Outcome>): readonly Claim[] {
  const claims = input.applicants.flatMap(({ key, latest, running, createdAtMs }): Claim[] => {
    const version = refused.has(key) ? running : latest;
    if (version === undefined || stopped.has(key)) return [];
    const incumbent = version.generation === running?.generation;
    return [
      {
        key,
        version,
        incumbent,
        ...(running && { running }),
        ...defined({ createdAtMs }),
      },
    ];
  });
  return claims.sort((a, b) => Number(b.incumbent) - Number(a.incumbent) || (a.key < b.key ? -1 : 1));
}

function poolOf({ version }: Claim, { pools }: AdmissionInput): CapacityPool | undefined {
  const { spec, metadata } = version.policy;
  if (spec.pool === undefined) return undefined;
  return pools.get(resourceKey({ namespace: metadata.namespace, name: spec.pool }))?.pool;
}

const refuseWithoutPool: Rule = (claims, input) => {
  const refused = new Map<ResourceKey, Admission>();
  for (const claim of claims) {
    const { pool } = claim.version.policy.spec;
    if (pool === undefined || poolOf(claim, input) !== undefined) continue;
    const message = `there is no CapacityPool \`${pool}\` in this namespace; create it, or give the policy a capacity of its own`;
    refused.set(claim.key, refusal('PoolNotFound', message));
  }
  return { refused };
};

/** What runs of somebody who may not join any more stops: its apps would go on taking what is not theirs. */
const refuseStrangers: Rule = (claims, input) => {
  const refused = new Map<ResourceKey, Admission>();
  const stopped = new Set<ResourceKey>();
  for (const { key, version, running } of claims) {
    const { policy, source } = version;
    const { namespace } = policy.metadata;
    const joined =
      policy.spec.pool === undefined
        ? undefined
        : input.pools.get(resourceKey({ namespace, name: policy.spec.pool }));
    if (joined === undefined) continue;
    const complaint = joinComplaint(joined.pool, {
      policy,
      trusted: input.isTrusted(source),
      home: input.homeOf(source),
      sameHome: joined.source === source,
    });
    if (complaint === undefined) continue;
    refused.set(key, refusal('NotAMember', complaint));
    if (version === running) stopped.add(key);
  }
  return { refused, stopped };
};

/** Where an app of a claim lives, and what it is called there. */
interface Seat {
  readonly app: NamedApp;
  readonly claim: Claim;
  readonly cluster: string;
}

function seatsOf(claim: Claim, input: AdmissionInput): readonly Seat[] {
  const pool = poolOf(claim, input);
  const ofPolicy = namedCluster(claim.version.policy.spec) ?? (pool && namedCluster(pool.spec));
  return appsOf(claim.version).map((app) => ({
    app,
    claim,
    cluster: input.clusterId(clusterOfApp(app, ofPolicy)),
  }));
}

/**
 * Apps that share a budget may live anywhere, with two exceptions: a budget by cluster is the room of one cluster, and two
 * apps that people would call the same cannot be told apart in one pool.
 */
const refuseOtherCluster: Rule = (claims, input) => {
  const refused = new Map<ResourceKey, Admission>();
  const firstSeat = new Map<string, Seat>();
  const byName = new Map<string, Seat>();
  for (const claim of claims) {
    const pool = poolKeyOf(claim.version.policy);
    const capacity = poolOf(claim, input)?.spec.capacity ?? claim.version.policy.spec.capacity;
    const seats = seatsOf(claim, input);
    const first = firstSeat.get(pool) ?? seats[0];
    if (first === undefined) continue;
    const away =
      capacity?.cluster === undefined ? undefined : seats.find(({ cluster }) => cluster !== first.cluster);
    const twice = seats.find((seat, i) => {
      const other = byName.get(`${pool} ${seat.app.id}`);
      const elsewhere = other !== undefined && other.cluster !== seat.cluster;
      return elsewhere || seats.slice(0, i).some(({ app }) => app.id === seat.app.id);
    });
    if (away !== undefined) refused.set(claim.key, refusal('InvalidSpec', severalClusters(away, first)));
    else if (twice !== undefined) {
      const other =
        byName.get(`${pool} ${twice.app.id}`) ?? seats.find(({ app }) => app.id === twice.app.id) ?? first;
      refused.set(claim.key, refusal('InvalidSpec', sameName(twice, other)));
    } else {
      firstSeat.set(pool, first);
      for (const seat of seats) byName.set(`${pool} ${seat.app.id}`, seat);
    }
  }
  return { refused };
};

function severalClusters({ app, claim }: Seat, first: Seat): string {
  const whose = first.claim === claim ? '' : ` of policy ${first.claim.key}`;
  return `capacity.cluster is the room of one cluster, and app ${app.name} lives in another one than app ${first.app.name}${whose}; give the pool slots or resources, or let them live in one cluster`;
}

function sameName({ app, claim, cluster }: Seat, other: Seat): string {
  if (cluster === other.cluster)
    return `app ${app.name} and app ${other.app.name} are both ${app.id}: remove one of them`;
  const theirs = other.claim === claim ? '' : ` of policy ${other.claim.key} (${other.claim.version.place})`;
  return `app ${app.name} (${claim.version.place}) and app ${other.app.name}${theirs} are both called ${app.id}, in different clusters; in one pool names are different`;
}

/** A shared budget covers the minimums of all its members. A policy's own budget was checked with its document. */
const refuseOverBudget: Rule = (claims, input) => {
  const refused = new Map<ResourceKey, Admission>();
  const needed = new Map<CapacityPool, Need>();
  for (const claim of claims) {
    const pool = poolOf(claim, input);
    if (pool === undefined) continue;
    const need = plus(needed.get(pool) ?? NOTHING, minimumsOf(claim.version));
    const over = overBudget(need, pool.spec.capacity);
    if (over === undefined) needed.set(pool, need);
    else {
      const message = `with this policy the minimums in pool \`${pool.metadata.name}\` add up to ${over}; raise the pool's capacity or lower \`instances.min\``;
      refused.set(claim.key, refusal('InvalidSpec', message));
    }
  }
  return { refused };
};

/** One app has one policy. A policy that cannot be read now keeps what it owned. */
const refuseSharedApps: Rule = (claims, input) => {
  const contenders = claims.map((claim) => appClaimOf(claim, input));
  const absent = new Map(
    contenders.flatMap((claim) => {
      const admission = ownedByAbsent(claim, input);
      return admission === undefined ? [] : [[claim.key, admission] as const];
    }),
  );
  const { refused, stopped } = contest(contenders.filter(({ key }) => !absent.has(key)));
  return { refused: new Map([...absent, ...refused]), stopped };
};

function appClaimOf(claim: Claim, input: AdmissionInput): AppClaim {
  const { key, version, running, createdAtMs } = claim;
  const pool = poolOf(claim, input);
  const cluster = namedCluster(version.policy.spec) ?? (pool && namedCluster(pool.spec));
  const keyOf = (app: NamedApp): string =>
    workloadKey(input.identityOf(clusterOfApp(app, cluster), nameInCluster(app)));
  const owned = new Set(appsOf(running).map(keyOf));
  return {
    key,
    place: version.place,
    trusted: input.isTrusted(version.source),
    ...defined({ createdAtMs }),
    apps: new Map(appsOf(version).map((app) => [keyOf(app), app.id])),
    owns: (app) => owned.has(app) || input.ownedBefore(key, version.source, app),
    isRunning: version === running,
  };
}

/** A policy that is there and cannot be read, or that was not looked for to the end, is not gone: its apps are not free. */
function ownedByAbsent(claim: AppClaim, input: AdmissionInput): Admission | undefined {
  for (const [app, id] of claim.apps) {
    if (claim.owns(app)) continue;
    const owner = input.absentOwner(app);
    if (owner === undefined || owner.policy === claim.key) continue;
    if (claim.trusted && !input.isTrusted(owner.source)) continue;
    const message = `app ${id} belongs to policy ${owner.policy} of ${owner.source}, which cannot be read now and may be there still; remove it here, or from there`;
    return refusal('DuplicateApp', message);
  }
  return undefined;
}

const RULES: readonly Rule[] = [
  refuseWithoutPool,
  refuseStrangers,
  refuseOtherCluster,
  refuseOverBudget,
  refuseSharedApps,
];
