// test support: recorded definitions as policies, and echoes as what the operator reads, of Marathon's older versions too.

import type { AppObservation } from '../../../src/core/observation.ts';
import { toObservation } from '../../../src/schedulers/marathon/observation.ts';
import { parseSingleApp } from '../../../src/schedulers/marathon/schema.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface RecordedDefinition {
  readonly name: string;
  readonly flags?: readonly string[];
  readonly request: Json;
  readonly status: number;
  readonly echo?: Json;
  readonly refusal?: unknown;
}

export const OWNER = 'default/shop';
const OWNED = { 'microscaling.io/policy': OWNER };

/** `app:` of a policy, which says id and count beside it. */
export function definitionOf({ request }: RecordedDefinition): Json {
  const { id: _id, instances: _instances, ...definition } = request;
  return definition;
}

/** The echo with a value for each placeholder. */
export function filled(echo: Json): Json {
  return fill(echo) as Json;
}

function fill(value: unknown): unknown {
  if (typeof value === 'string') return /^<(port|hostPort|number)/.test(value) ? 10_123 : value;
  if (Array.isArray(value)) return value.map(fill);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
}

/** As the operator reads it from `GET /v2/apps/ID`. */
export function observationOf(echo: Json, owned: boolean): AppObservation {
  const labels = owned ? { ...(echo['labels'] as Json), ...OWNED } : echo['labels'];
  const app = { tasks: [], deployments: [], ...echo, labels };
  return toObservation(parseSingleApp({ app }), { deployments: [] });
}

/** What 1.5 to 1.7 would have shown: without the fields of later, and with their own default. */
export function asOf17(echo: Json): Json {
  const { role: _role, resourceLimits: _limits, check: _check, container, ...rest } = echo;
  const { linuxInfo: _linux, ...plain } = (container ?? {}) as Json;
  return {
    ...rest,
    ...(container !== undefined && { container: plain }),
    ...(rest['maxLaunchDelaySeconds'] === 300 && { maxLaunchDelaySeconds: 3600 }),
  };
}

/** What 1.4 would have shown: nulls, `ports` and `uris`, and networks in the words of Docker. */
export function asOf14(echo: Json): Json {
  const { networks, container, portDefinitions, ...rest } = asOf17(echo);
  const { executorResources: _executor, tty: _tty, ...known } = rest;
  const [network] = networks as readonly Json[];
  const mode = network?.['mode'];
  const given = container as (Json & { docker?: Json; portMappings?: readonly Json[] }) | undefined;
  const { portMappings, docker, ...plain } = given ?? {};
  const ports = (portDefinitions as readonly Json[] | undefined) ?? [];
  const fetch = (rest['fetch'] as readonly Json[] | undefined) ?? [];
  const older = {
    ...(plain as Json),
    docker:
      docker === undefined
        ? null
        : { ...docker, network: DOCKER.get(mode) ?? null, portMappings: portMappings?.map(nulled) ?? null },
  };
  return {
    args: null,
    user: null,
    env: {},
    constraints: [],
    storeUrls: [],
    dependencies: [],
    healthChecks: [],
    readinessChecks: [],
    secrets: {},
    acceptedResourceRoles: null,
    taskKillGracePeriodSeconds: null,
    residency: null,
    cmd: null,
    ...known,
    unreachableStrategy: rest['unreachableStrategy'],
    fetch,
    uris: fetch.map(({ uri }) => uri),
    container: given === undefined || (mode === 'container' && docker === undefined) ? null : older,
    ipAddress: mode === 'container' ? ipAddressOf(network) : null,
    ports: ports.map(({ port }) => port),
    portDefinitions: ports.map((port) => ({ labels: {}, ...port })),
  };
}

const DOCKER: ReadonlyMap<unknown, string> = new Map([
  ['host', 'HOST'],
  ['container/bridge', 'BRIDGE'],
  ['container', 'USER'],
]);

function ipAddressOf(network: Json | undefined): Json {
  return { groups: [], labels: {}, discovery: { ports: [] }, networkName: network?.['name'] ?? null };
}

function nulled(mapping: Json): Json {
  return { name: null, hostPort: null, ...mapping };
}

export interface Mutation {
  /** Keys and positions from the top. */
  readonly path: readonly string[];
  readonly echo: Json;
}

/** The echo with one thing in it changed, once for everything that is in it. */
export function mutations(echo: Json): readonly Mutation[] {
  return leaves(echo, []).map(({ path, value }) => ({ path, echo: changed(echo, path, value) as Json }));
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

function leaves(value: unknown, path: readonly string[]): readonly Leaf[] {
  if (typeof value !== 'object' || value === null) return [{ path, value: other(value) }];
  const below = Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
  return Array.isArray(value) && value.length > 0 ? [...below, { path, value: value.slice(1) }] : below;
}

function other(value: unknown): unknown {
  if (typeof value === 'number') return value === 0 ? 7 : value * 2;
  return typeof value === 'boolean' ? !value : `${String(value)}-changed`;
}

function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value))
    return value.map((item, i) => (String(i) === key ? changed(item, rest, to) : item));
  const object = value as Json;
  return { ...object, [key]: changed(object[key], rest, to) };
}
