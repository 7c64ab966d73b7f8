// schedulers/marathon/mesos: `/slaves` and `/roles` of a Mesos master, checked at the door (docs/design/marathon.md#mesos).

import type { Footprint } from '../../../core/observation.ts';
import { isObject, type Json, UnexpectedAnswer } from '../schema.ts';

/** What one agent has for a role. cpus and gpus in shares, mem and disk in MB. */
export interface Agent {
  readonly hostname: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** For anybody: what there is, and what of it is not in use. */
  readonly unreserved: Share;
  /** For the role alone; nothing for the role `*`. */
  readonly reserved: Share;
}

export interface Share {
  readonly total: Footprint;
  readonly free: Footprint;
}

const NOTHING: Footprint = { cpus: 0, mem: 0, disk: 0, gpus: 0 };
const RESOURCES = ['cpus', 'mem', 'disk', 'gpus'] as const;

/**
 * The agents that can be given work, as `role` sees them. Offered resources are only lent, so they count as free.
 * Reservations of other roles do not count here, nor do revocable resources.
 *
 * @throws UnexpectedAnswer when `body` is not what `/slaves` answers
 */
export function parseAgents(body: unknown, role: string): readonly Agent[] {
  const slaves = isObject(body) ? body['slaves'] : undefined;
  if (!Array.isArray(slaves)) throw new UnexpectedAnswer(`there is no list 'slaves' in it`);
  return slaves
    .filter(isObject)
    .filter(takesWork)
    .map((slave) => parseAgent(slave, role));
}

function takesWork(slave: Json): boolean {
  return slave['active'] !== false && slave['deactivated'] !== true && !isObject(slave['drain_info']);
}

function parseAgent(slave: Json, role: string): Agent {
  if (!isObject(slave['unreserved_resources'])) {
    throw new UnexpectedAnswer(`an agent without 'unreserved_resources'`);
  }
  const reservations = isObject(slave['reserved_resources']) ? slave['reserved_resources'] : {};
  const unreserved = amounts(slave['unreserved_resources']);
  const reserved = role === '*' ? NOTHING : amounts(reservations[role]);
  const used = usedOf(slave, role);
  return {
    hostname: typeof slave['hostname'] === 'string' ? slave['hostname'] : '',
    attributes: attributesOf(slave['attributes']),
    unreserved: { total: unreserved, free: minus(unreserved, used.unreserved) },
    reserved: { total: reserved, free: minus(reserved, used.reserved) },
  };
}

/** Only the full form tells which part a use comes from; without it all of it is taken from what is for anybody. */
function usedOf(slave: Json, role: string): { readonly unreserved: Footprint; readonly reserved: Footprint } {
  const full = slave['used_resources_full'];
  if (!Array.isArray(full)) return { unreserved: amounts(slave['used_resources']), reserved: NOTHING };
  const used = { unreserved: { ...NOTHING }, reserved: { ...NOTHING } };
  for (const resource of full.filter(isObject)) {
    const of = reservedFor(resource);
    const part = of === '*' ? used.unreserved : of === role ? used.reserved : undefined;
    const name = RESOURCES.find((each) => each === resource['name']);
    const value = isObject(resource['scalar']) ? resource['scalar']['value'] : undefined;
    if (part === undefined || name === undefined || isObject(resource['revocable'])) continue;
    part[name] += amount(value);
  }
  return used;
}

/** The innermost reservation of a resource; `*` for none. Older masters say `role` instead of a list. */
function reservedFor({ reservations, role }: Json): string {
  const innermost: unknown = Array.isArray(reservations) ? reservations.at(-1) : undefined;
  const named = isObject(innermost) ? innermost['role'] : role;
  return typeof named === 'string' ? named : '*';
}

/**
 * What the role's quota still allows: its limit less what is consumed. Infinite where there is no limit.
 *
 * @throws UnexpectedAnswer when `body` is not what `/roles` answers
 */
export function parseQuota(body: unknown, role: string): Footprint {
  const roles = isObject(body) ? body['roles'] : undefined;
  if (!Array.isArray(roles)) throw new UnexpectedAnswer(`there is no list 'roles' in it`);
  const entry = roles.filter(isObject).find(({ name }) => name === role);
  const quota = isObject(entry?.['quota']) ? entry['quota'] : {};
  const limit = isObject(quota['limit']) ? quota['limit'] : {};
  const consumed = amounts(quota['consumed']);
  const left = (name: keyof Footprint): number =>
    typeof limit[name] === 'number' ? Math.max(0, limit[name] - consumed[name]) : Number.POSITIVE_INFINITY;
  return { cpus: left('cpus'), mem: left('mem'), disk: left('disk'), gpus: left('gpus') };
}

export function amounts(value: unknown): Footprint {
  const of = isObject(value) ? value : {};
  return {
    cpus: amount(of['cpus']),
    mem: amount(of['mem']),
    disk: amount(of['disk']),
    gpus: amount(of['gpus']),
  };
}

function amount(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

function minus(a: Footprint, b: Footprint): Footprint {
  const left = (name: keyof Footprint): number => Math.max(0, a[name] - b[name]);
  return { cpus: left('cpus'), mem: left('mem'), disk: left('disk'), gpus: left('gpus') };
}

/** Numbers, ranges and sets are compared by their text, as Marathon does. */
function attributesOf(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, String(each)]));
}
