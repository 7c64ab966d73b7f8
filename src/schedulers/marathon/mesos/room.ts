// schedulers/marathon/mesos: how many more instances of an app fit, agent by agent. Pure.

import { MAX_COUNT } from '../../../api/schema/shapes.ts';
import type { Footprint } from '../../../core/observation.ts';
import type { RoomNeed } from '../../scheduler.ts';
import { footprintOf } from '../definition/footprint.ts';
import { mayUse, spreadsOf, valueAt } from './constraints.ts';
import { type Agent, amounts } from './schema.ts';

/** What a role can use of a cluster. */
export interface ClusterState {
  readonly agents: readonly Agent[];
  /** What the role's quota still allows; infinite where there is none. */
  readonly quota: Footprint;
}

/** An app, and how its tasks have changed since the cluster was looked at: more or fewer of them, by host. */
export interface Claim {
  readonly need: RoomNeed;
  readonly since: ReadonlyMap<string, number>;
}

type Amounts = { -readonly [K in keyof Footprint]: number };
const RESOURCES = ['cpus', 'mem', 'disk', 'gpus'] as const;

/** Where instances can go, while room is being given out. */
interface Place {
  readonly agent: Agent;
  readonly unreserved: Amounts;
  readonly reserved: Amounts;
}

/**
 * Room per app id beside the tasks there are now, each as if the others took none of it. The cluster's free total overstates it
 * (half a machine here and half a machine there is no machine), so instances are counted per agent:
 *
 *     Σ agents  min over resources ⌊free / need⌋       within constraints, the quota and the headroom
 *
 * It remains an upper bound: other frameworks compete, and Marathon's queue has the last word.
 *
 * @param headroom share of the role's resources that stays free, 0 to 1
 */
export function countRoom(
  { agents, quota }: ClusterState,
  claims: readonly Claim[],
  headroom: number,
): ReadonlyMap<string, number> {
  const places = agents.map(
    (agent): Place => ({
      agent,
      unreserved: { ...agent.unreserved.free },
      reserved: { ...agent.reserved.free },
    }),
  );
  const allowance = allowed(agents, quota, headroom);
  for (const claim of claims) catchUp(places, allowance, claim);
  return new Map(claims.map(({ need }) => [need.id, roomFor(need, places, allowance)]));
}

/** What the role may take in all: within its quota, and without the headroom. */
function allowed(agents: readonly Agent[], quota: Footprint, headroom: number): Amounts {
  const sum = (pick: (agent: Agent) => number): number => agents.reduce((total, a) => total + pick(a), 0);
  const of = (name: keyof Footprint): number => {
    const total = sum(({ unreserved, reserved }) => unreserved.total[name] + reserved.total[name]);
    const free = sum(({ unreserved, reserved }) => unreserved.free[name] + reserved.free[name]);
    return Math.min(quota[name], free - headroom * total);
  };
  return { cpus: of('cpus'), mem: of('mem'), disk: of('disk'), gpus: of('gpus') };
}

function roomFor(need: RoomNeed, places: readonly Place[], allowance: Amounts): number {
  const each = withExecutor(need);
  const open = places.filter(({ agent }) => mayUse(need.definition, agent));
  const fits = new Map(open.map((place) => [place, fitting(freeAt(place, need), each)]));
  const inAll = [...fits.values()].reduce((total, n) => total + n, 0);
  const spread = spreadsOf(need.definition).map(({ field, limit }) => {
    return withinGroups(need, fits, { field, limit });
  });
  return Math.min(inAll, fitting(allowance, each), ...spread, MAX_COUNT);
}

/** The instances that fit when each group of agents takes no more than `limit`, those that are there included. */
function withinGroups(
  need: RoomNeed,
  fits: ReadonlyMap<Place, number>,
  { field, limit }: { readonly field: string; readonly limit: number },
): number {
  const groups = new Map<string, { there: number; fits: number }>();
  for (const [{ agent }, n] of fits) {
    const value = valueAt(agent, field) ?? '';
    const group = groups.get(value) ?? { there: 0, fits: 0 };
    const there = need.observed?.tasks.filter(({ host }) => host === agent.hostname).length ?? 0;
    groups.set(value, { there: group.there + there, fits: group.fits + n });
  }
  return [...groups.values()].reduce(
    (total, group) => total + Math.min(group.fits, Math.max(0, limit - group.there)),
    0,
  );
}

/** Takes what was started since the cluster was looked at, and gives back what has ended. */
function catchUp(places: readonly Place[], allowance: Amounts, { need, since }: Claim): void {
  const each = withExecutor(need);
  for (const [host, n] of since) {
    const place = places.find(({ agent }) => agent.hostname === host);
    if (place === undefined || n === 0) continue;
    take(place, need, scaled(each, n));
    for (const name of RESOURCES) allowance[name] -= each[name] * n;
  }
}

/** A task may draw on both kinds at once; its reservation goes first. Less than nothing is given back. */
function take(place: Place, need: RoomNeed, amount: Amounts): void {
  const { reserved, unreserved } = rolesOf(need);
  for (const name of RESOURCES) {
    const fromReserved = reserved ? Math.min(place.reserved[name], amount[name]) : 0;
    place.reserved[name] -= unreserved ? Math.max(0, fromReserved) : fromReserved;
    if (unreserved) place.unreserved[name] -= amount[name] - Math.max(0, fromReserved);
  }
}

function freeAt(place: Place, need: RoomNeed): Amounts {
  const { reserved, unreserved } = rolesOf(need);
  const of = (name: keyof Footprint): number =>
    (reserved ? place.reserved[name] : 0) + (unreserved ? place.unreserved[name] : 0);
  return { cpus: of('cpus'), mem: of('mem'), disk: of('disk'), gpus: of('gpus') };
}

/** `acceptedResourceRoles`; both kinds when the app does not say. */
function rolesOf({ definition }: RoomNeed): { readonly reserved: boolean; readonly unreserved: boolean } {
  const accepted = definition['acceptedResourceRoles'];
  if (!Array.isArray(accepted) || accepted.length === 0) return { reserved: true, unreserved: true };
  return { reserved: accepted.some((role) => role !== '*'), unreserved: accepted.includes('*') };
}

/** An executor of its own comes on top of what the task takes. */
function withExecutor({ definition }: RoomNeed): Amounts {
  const [task, executor] = [footprintOf(definition), amounts(definition['executorResources'])];
  const of = (name: keyof Footprint): number => task[name] + executor[name];
  return { cpus: of('cpus'), mem: of('mem'), disk: of('disk'), gpus: of('gpus') };
}

function fitting(free: Footprint, each: Footprint): number {
  // Sums of decimal fractions (0.1 cpus) must not refuse the last instance.
  // An instance that needs nothing fits as often as anybody may count.
  const most = RESOURCES.map((name) =>
    each[name] <= 0 ? MAX_COUNT : Math.floor(free[name] / each[name] + 1e-9),
  );
  return Math.max(0, Math.min(MAX_COUNT, ...most));
}

function scaled(each: Amounts, n: number): Amounts {
  return { cpus: each.cpus * n, mem: each.mem * n, disk: each.disk * n, gpus: each.gpus * n };
}
