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
 * two apart, neither gets it.
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
    const winners = left.filter((claim) => beatsAll(claim, left));
    if (winners.length === 0) {
      open = left;
      break;
    }
    for (const winner of winners) for (const app of winner.apps.keys()) owners.set(app, winner);
    open = left.filter((claim) => !winners.includes(claim));
  }
  for (const claim of open) {
    const rivals = open.filter((other) => other !== claim && sharedApp(claim, other) !== undefined);
    if (rivals.length > 0) refused.set(claim.key, nobodys(claim, rivals));
  }
  return { refused, stopped };
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

function beatsAll(claim: AppClaim, all: readonly AppClaim[]): boolean {
  return all.every(
    (other) =>
      other === claim ||
      [...claim.apps.keys()].every((app) => !other.apps.has(app) || better(claim, other, app) !== undefined),
  );
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
  const sorted = all.sort((a, b) => (a.key < b.key ? -1 : 1));
  const message = `${named(claim.apps.get(app ?? '') ?? '', sorted)}; an app belongs to one policy: remove it from all but one`;
  return refusal('DuplicateApp', message);
}
