// controller: who may have an app that several policies name. Pure; the order in which documents were seen decides nothing.

import type { ResourceKey } from '../../api/policy.ts';
import { type Admission, refusal } from './records.ts';

/** One version of one policy, and the apps that it would have. */
export interface AppClaim {
  readonly key: ResourceKey;
  readonly place: string;
  /** Its home is the administrator's own. */
  readonly trusted: boolean;
  /** As its home says; absent where it does not keep that. */
  readonly createdAtMs?: number;
  /** Ids of apps, by what tells them apart across clusters. */
  readonly apps: ReadonlyMap<string, string>;
  /** Whether the policy has the app already, in this process or as an earlier one wrote it down. */
  readonly owns: (app: string) => boolean;
  /** It is what runs now. */
  readonly isRunning: boolean;
}

export interface Contest {
  readonly refused: ReadonlyMap<ResourceKey, Admission>;
  /** What runs of them must not run on: somebody with a better right has the app. */
  readonly stopped: ReadonlySet<ResourceKey>;
}

/**
 * An app belongs to one policy: that of the more trusted home, then the one that has it already, then the older one.
 * Whoever has the better right to all of its apps gets them; then it is looked at what is left. Where nothing tells
 * two apart, neither gets it, nor keeps it where two that run turn out to name one app: two kubeconfigs that led to one cluster.
 */
export function contest(claims: readonly AppClaim[]): Contest {
  const refused = new Map<ResourceKey, Admission>();
  const stopped = new Set<ResourceKey>();
  const owners = new Map<string, AppClaim>();
  let open = claims;
  for (;;) {
    const left = open.filter((claim) => {
      const lost = firstIn(claim.apps, (app) => owners.get(app));
      if (lost === undefined) return true;
      refused.set(claim.key, lostTo(lost.other, claim, lost.app));
      if (claim.isRunning) stopped.add(claim.key);
      return false;
    });
    const byApp = claimsByApp(left);
    const winners = new Set(left.filter((claim) => beatsAll(claim, byApp)));
    open = left.filter((claim) => !winners.has(claim));
    if (winners.size === 0) break;
    for (const winner of winners) for (const app of winner.apps.keys()) owners.set(app, winner);
  }
  const byApp = claimsByApp(open);
  for (const claim of open) {
    const rivals = rivalsOf(claim, byApp);
    if (rivals.length === 0) continue;
    refused.set(claim.key, nobodys(claim, rivals));
    if (claim.isRunning && rivals.some(({ isRunning }) => isRunning)) stopped.add(claim.key);
  }
  return { refused, stopped };
}

/** Who names each app, in the order of the claims. Nearly every app is named once: nobody is compared with all others. */
type ClaimsByApp = ReadonlyMap<string, readonly AppClaim[]>;

function claimsByApp(claims: readonly AppClaim[]): ClaimsByApp {
  const byApp = new Map<string, AppClaim[]>();
  for (const claim of claims) {
    for (const app of claim.apps.keys()) {
      const others = byApp.get(app);
      if (others === undefined) byApp.set(app, [claim]);
      else others.push(claim);
    }
  }
  return byApp;
}

/** Sorted by key. */
function rivalsOf(claim: AppClaim, byApp: ClaimsByApp): readonly AppClaim[] {
  const rivals = new Set([...claim.apps.keys()].flatMap((app) => byApp.get(app) ?? []));
  rivals.delete(claim);
  return [...rivals].sort(byKey);
}

function firstIn(
  apps: AppClaim['apps'],
  otherOf: (app: string) => AppClaim | undefined,
): { readonly app: string; readonly other: AppClaim } | undefined {
  for (const app of apps.keys()) {
    const other = otherOf(app);
    if (other !== undefined) return { app, other };
  }
  return undefined;
}

function beatsAll(claim: AppClaim, byApp: ClaimsByApp): boolean {
  for (const app of claim.apps.keys())
    for (const other of byApp.get(app) ?? [])
      if (other !== claim && better(claim, other, app) === undefined) return false;
  return true;
}

/** Why `one` has the better right, in words; undefined where it has none. */
function better(one: AppClaim, other: AppClaim, app: string): string | undefined {
  if (one.trusted !== other.trusted) return one.trusted ? "whose home is the administrator's own" : undefined;
  const [owns, otherOwns] = [one.owns(app), other.owns(app)];
  if (owns !== otherOwns) return owns ? 'which has it already' : undefined;
  const [made, otherMade] = [one.createdAtMs, other.createdAtMs];
  if (made === undefined || otherMade === undefined) return undefined;
  return made < otherMade ? 'which is older' : undefined;
}

function sharedApp(one: AppClaim, other: AppClaim): string | undefined {
  return [...one.apps.keys()].find((app) => other.apps.has(app));
}

function named(app: string, claims: readonly AppClaim[]): string {
  return `app ${app} is named by ${claims.map(({ key, place }) => `${key} (${place})`).join(' and ')}`;
}

function lostTo(winner: AppClaim, loser: AppClaim, app: string): Admission {
  const why = better(winner, loser, app);
  const because = why === undefined ? '' : `, ${why}`;
  const message = `${named(loser.apps.get(app) ?? app, [winner, loser])}; an app belongs to one policy, and this one to ${winner.key}${because}: remove it here`;
  return refusal('DuplicateApp', message);
}

function nobodys(claim: AppClaim, rivals: readonly AppClaim[]): Admission {
  const [first] = rivals;
  const app = first === undefined ? undefined : sharedApp(claim, first);
  const all = [claim, ...rivals.filter((rival) => app !== undefined && rival.apps.has(app))];
  const message = `${named(claim.apps.get(app ?? '') ?? '', all.sort(byKey))}; an app belongs to one policy: remove it from all but one`;
  return refusal('DuplicateApp', message);
}

function byKey(a: AppClaim, b: AppClaim): number {
  return a.key < b.key ? -1 : 1;
}
