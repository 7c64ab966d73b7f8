// controller: which versions may run beside each other. Pure; the same documents give the same answer.

import type { CapacityPool, MarathonSpec, ResourceKey } from '../api/policy.ts';
import { resourceKey } from '../api/policy.ts';
import { minimumsOf, type Need, NOTHING, overBudget, plus } from './minimums.ts';
import { ACCEPTED, appsOf, refusal, type Verdict, type Version } from './records.ts';

/** What the sources say about one policy. */
export interface Applicant {
  readonly key: ResourceKey;
  /** The newest readable document; absent when there is none. */
  readonly latest?: Version;
  /** What runs now. */
  readonly running?: Version;
  /** Set when the document itself is unusable (invalid, or in two places). */
  readonly refused?: Verdict;
}

export interface AdmissionInput {
  readonly applicants: readonly Applicant[];
  readonly pools: ReadonlyMap<ResourceKey, CapacityPool>;
  /** Says whether two specs mean the same Marathon. */
  readonly marathonId: (marathon: MarathonSpec | undefined) => string;
}

/**
 * Gives every applicant its verdict. The rules, chosen so that nobody is surprised:
 *
 * - A refused document changes nothing: what ran before goes on running, what did not run does not start.
 * - Two policies that name one app are both refused and both named, so that whoever looks at either sees why.
 * - Whoever runs unchanged comes before newcomers when a pool's budget is handed out.
 *
 * A refusal puts the older version back into play, which may collide with a third policy; therefore the rules
 * are applied until nothing changes. Refusals are never taken back within one pass, so this ends.
 */
export function admit(input: AdmissionInput): ReadonlyMap<ResourceKey, Verdict> {
  const refused = new Map<ResourceKey, Verdict>();
  for (const { key, refused: verdict } of input.applicants) if (verdict) refused.set(key, verdict);
  for (;;) {
    const before = refused.size;
    for (const rule of [refuseWithoutPool, refuseOtherMarathon, refuseOverBudget, refuseSharedApps]) {
      const verdicts = rule(claimsOf(input, refused), input);
      for (const [key, verdict] of verdicts) if (!refused.has(key)) refused.set(key, verdict);
    }
    if (refused.size === before) break;
  }
  return new Map(input.applicants.map(({ key }) => [key, refused.get(key) ?? ACCEPTED]));
}

/** A version that would run if nothing else were refused. */
interface Claim {
  readonly key: ResourceKey;
  readonly version: Version;
  /** It runs already, in this very version. */
  readonly incumbent: boolean;
}

type Rule = (claims: readonly Claim[], input: AdmissionInput) => ReadonlyMap<ResourceKey, Verdict>;

/** Incumbents first, then by key. */
function claimsOf(input: AdmissionInput, refused: ReadonlyMap<ResourceKey, Verdict>): readonly Claim[] {
  const claims = input.applicants.flatMap(({ key, latest, running }): Claim[] => {
    const version = refused.has(key) ? running : latest;
    if (version === undefined) return [];
    return [{ key, version, incumbent: version.generation === running?.generation }];
  });
  return claims.sort((a, b) => Number(b.incumbent) - Number(a.incumbent) || (a.key < b.key ? -1 : 1));
}

function poolOf({ version }: Claim, { pools }: AdmissionInput): CapacityPool | undefined {
  const { spec, metadata } = version.policy;
  if (spec.pool === undefined) return undefined;
  return pools.get(resourceKey({ namespace: metadata.namespace, name: spec.pool }));
}

const refuseWithoutPool: Rule = (claims, input) => {
  const refused = new Map<ResourceKey, Verdict>();
  for (const claim of claims) {
    const { pool } = claim.version.policy.spec;
    if (pool === undefined || poolOf(claim, input) !== undefined) continue;
    const message = `there is no CapacityPool \`${pool}\` in this namespace; create it, or give the policy a capacity of its own`;
    refused.set(claim.key, refusal('PoolNotFound', message));
  }
  return refused;
};

/** Members of a pool share one Marathon: the pool's own, else the first member's. */
const refuseOtherMarathon: Rule = (claims, input) => {
  const refused = new Map<ResourceKey, Verdict>();
  const first = new Map<CapacityPool, { readonly marathon: string; readonly named: string }>();
  for (const claim of claims) {
    const pool = poolOf(claim, input);
    if (pool === undefined) continue;
    const marathon = input.marathonId(claim.version.policy.spec.marathon ?? pool.spec.marathon);
    const shared = first.get(pool) ?? {
      marathon: pool.spec.marathon === undefined ? marathon : input.marathonId(pool.spec.marathon),
      named: pool.spec.marathon === undefined ? `policy ${claim.key}` : 'the pool',
    };
    first.set(pool, shared);
    if (shared.marathon === marathon) continue;
    const message = `members of pool \`${pool.metadata.name}\` share one Marathon, and ${shared.named} names another one; use the same \`marathon\``;
    refused.set(claim.key, refusal('InvalidSpec', message));
  }
  return refused;
};

/** A shared budget covers the minimums of all its members. A policy's own budget was checked with its document. */
const refuseOverBudget: Rule = (claims, input) => {
  const refused = new Map<ResourceKey, Verdict>();
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
  return refused;
};

/** One app has one policy. Both sides are refused; the one that runs goes on. */
const refuseSharedApps: Rule = (claims, input) => {
  const refused = new Map<ResourceKey, Verdict>();
  const owners = new Map<string, { readonly claim: Claim; readonly app: string }[]>();
  for (const claim of claims) {
    const marathon = input.marathonId(
      claim.version.policy.spec.marathon ?? poolOf(claim, input)?.spec.marathon,
    );
    for (const { id: app } of appsOf(claim.version)) {
      const id = `${marathon} ${app}`;
      owners.set(id, [...(owners.get(id) ?? []), { claim, app }]);
    }
  }
  for (const sharing of owners.values()) {
    if (sharing.length < 2) continue;
    const places = sharing.map(({ claim }) => `${claim.key} (${claim.version.place})`).join(' and ');
    for (const { claim, app } of sharing) {
      const message = `app ${app} is named by ${places}; an app belongs to one policy: remove it from all but one`;
      refused.set(claim.key, refusal('DuplicateApp', message));
    }
  }
  return refused;
};
