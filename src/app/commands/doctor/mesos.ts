// app: what the doctor asks of the Mesos master.

import { defined } from '../../../lang/defined.ts';
import { messageOf } from '../../../runtime/errors.ts';
import type { MarathonClient } from '../../../schedulers/marathon/http/client.ts';
import { tryJson } from '../../../schedulers/marathon/http/failure.ts';
import { isObject } from '../../../schedulers/marathon/schema.ts';
import type { AgentCounts, MesosReading, Read } from './evidence.ts';

/** @param url base URL of a master, or undefined when nobody says where one is */
export async function readMesos(
  client: MarathonClient,
  url: string | undefined,
  signal: AbortSignal,
): Promise<Read<MesosReading>> {
  if (url === undefined) {
    return { ok: false, reason: 'Marathon does not say where its Mesos master is: name it with --mesos URL' };
  }
  const [flags, slaves] = await Promise.all([
    get(client, `${url} /flags`, signal),
    get(client, `${url} /slaves`, signal),
  ]);
  if (!flags.ok && !slaves.ok) return flags;
  const intervalMs = flags.ok ? intervalOf(flags.value) : undefined;
  return {
    ok: true,
    value: {
      url,
      ...defined({ allocationIntervalMs: intervalMs }),
      agents: slaves.ok ? countAgents(slaves.value) : slaves,
    },
  };
}

/** @param place base URL and path, for the message too */
async function get(client: MarathonClient, place: string, signal: AbortSignal): Promise<Read<unknown>> {
  const [base = '', path = ''] = place.split(' ');
  try {
    const { status, text } = await client.neighbour(base, path, signal);
    const body = tryJson(text);
    if (status === 200 && body !== undefined) return { ok: true, value: body };
    return { ok: false, reason: `${base}${path} answered ${status}${status === 200 ? ' without JSON' : ''}` };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, reason: `${base}${path}: ${messageOf(error)}` };
  }
}

function countAgents(body: unknown): Read<AgentCounts> {
  const slaves: unknown = isObject(body) ? body['slaves'] : undefined;
  if (!Array.isArray(slaves)) return { ok: false, reason: '/slaves of the Mesos master lists no agents' };
  const active = slaves.filter(
    (slave) => isObject(slave) && slave['active'] !== false && slave['deactivated'] !== true,
  ).length;
  return { ok: true, value: { active, inactive: slaves.length - active } };
}

function intervalOf(body: unknown): number | undefined {
  const flags = isObject(body) && isObject(body['flags']) ? body['flags'] : {};
  return durationMs(flags['allocation_interval']);
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  secs: 1000,
  mins: 60_000,
  hrs: 3_600_000,
  days: 86_400_000,
};

/** Mesos writes durations as `1secs`, `1.5mins`. */
export function durationMs(text: unknown): number | undefined {
  const [, amount, unit = ''] = /^([\d.]+)([a-z]+)$/.exec(String(text)) ?? [];
  const each = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  const ms = each === undefined ? Number.NaN : Number(amount) * each;
  return Number.isFinite(ms) ? ms : undefined;
}
