// schedulers/marathon: the bodies that are written.

import { plainly } from '../../../api/app-definition/expected.ts';
import { CREATION_LABEL } from '../../../api/labels/creation-label.ts';
import type { ValueResolver } from '../../../api/values.ts';
import type { Change } from '../../../core/change.ts';
import type { AppObservation } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import { resolveEnv } from '../../definition/environment.ts';
import { isObject, type Json } from '../schema.ts';
import {
  compared,
  laidOver,
  minorOf,
  namedBy,
  restartStrategy,
  settable,
  upgradeStrategy,
} from './definition.ts';

export interface Body {
  readonly body: Json;
  /** Resolved values in it. */
  readonly secrets: readonly string[];
}

type Create = Extract<Change, { kind: 'create' }>;
type Update = Extract<Change, { kind: 'update' }>;

/** @throws TerminalError when a value of `envFrom` cannot be had */
export function createBody(change: Create, values: ValueResolver): Body {
  const definition = settable(change.definition);
  const secret = resolveEnv(change.envFrom, values);
  const env = { ...mapOf(definition['env']), ...secret.values };
  return {
    body: {
      ...definition,
      ...withPortIndex(definition),
      id: change.app,
      instances: change.instances,
      labels: { ...mapOf(definition['labels']), [CREATION_LABEL]: change.owner },
      upgradeStrategy: upgradeStrategy(definition),
      ...(Object.keys(env).length > 0 && { env }),
    },
    secrets: Object.values(secret.values),
  };
}

/**
 * Marathon stores a check of the default port without an index when an app is made, and with one at the next write,
 * be that only a count: then every task would restart. Said from the start, it is the same before and after.
 */
function withPortIndex({ healthChecks, portDefinitions, container }: Json): Json {
  if (!Array.isArray(healthChecks) || isNone(portDefinitions) || isNone(mapOf(container)['portMappings']))
    return {};
  const checks = healthChecks.map((check: unknown) => {
    if (!isObject(check) || check['protocol'] === 'COMMAND') return check;
    return check['port'] === undefined && check['portIndex'] === undefined
      ? { ...check, portIndex: 0 }
      : check;
  });
  return { healthChecks: checks };
}

function isNone(ports: unknown): boolean {
  return Array.isArray(ports) && ports.length === 0;
}

export interface UpdateBody extends Body {
  /** Replaces the definition; otherwise only the fields in it are replaced. */
  readonly whole: boolean;
}

/**
 * The top-level fields that differ, whole, because Marathon replaces each as a whole, and without the count: a small
 * write loses nothing that somebody else writes meanwhile. What such a write cannot do (take a field away, turn `cmd`
 * into `args`, leave a network's ports behind) is a replacement of the whole definition, with the count that is there
 * and what is not ours to remove.
 *
 * @param version of Marathon, where it is known
 * @throws TerminalError when a value of `envFrom` cannot be had
 */
export function updateBody(
  change: Update,
  observed: AppObservation,
  values: ValueResolver,
  version?: string,
): UpdateBody {
  const minor = minorOf(observed.definition, version);
  const own = settable(change.definition);
  const sides = compared(change.definition, observed, minor);
  const differing = new Set(change.fields.map((f) => topLevel(f.field)));
  const whole = [...differing].some((field) => !isReplaceable(field, own, { observed, named: sides.named }));
  // Before 1.5 the policy's spelling is the only one that is understood for sure.
  const asEchoed = minor >= FIRST_WITH_NETWORKS;
  const wanted = asEchoed ? mapOf(plainly(sides.wanted)) : own;
  const secret = resolveEnv(change.envFrom, values);
  const names = (field: string): boolean => differing.has(asEchoed ? field : modernName(field));
  const ownStrategy = isObject(own['upgradeStrategy']);
  const restart =
    observed.owner === undefined || ownStrategy
      ? {}
      : { upgradeStrategy: restartStrategy(own, observed.requested) };
  const maps = {
    ...((whole || differing.has('labels')) && { labels: labels(own, observed) }),
    ...((whole || differing.has('env')) && {
      env: { ...env(own, observed, secret.unresolved), ...secret.values },
    }),
  };
  const secrets = 'env' in maps ? Object.values(secret.values) : [];
  if (whole) {
    const written = replacement(own, wanted, observed, sides.named);
    const body = { ...(asEchoed ? inOwnNetworks(written, own) : written), ...restart, ...maps };
    return { body: { ...body, id: observed.id, instances: observed.requested }, whole, secrets };
  }
  const fields = inOwnLists(
    Object.fromEntries(Object.entries(wanted).filter(([field]) => names(field))),
    own,
  );
  return { body: { ...kept(observed), ...fields, ...restart, ...maps }, whole, secrets };
}

/** The first 1.N that knows `networks` and everything that goes with them. */
const FIRST_WITH_NETWORKS = 5;

/** Whether replacing this field alone makes it what the policy says. */
function isReplaceable(
  field: string,
  own: Json,
  there: { readonly observed: AppObservation; readonly named: ReadonlySet<string> },
): boolean {
  // Merged by us, or part of every update.
  if (field === 'env' || field === 'labels' || field === 'upgradeStrategy') return true;
  if (field === 'networks' || !there.named.has(field)) return false;
  const { cmd, args } = there.observed.definition;
  if (field === 'cmd' && Array.isArray(args) && args.length > 0) return false;
  return !(field === 'args' && typeof cmd === 'string' && isNotEmpty(own['args']));
}

function isNotEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

/** What Marathon takes in an older spelling it may refuse in the newer one: an empty URI, a port beyond the last. */
function inOwnLists(body: Json, own: Json): Json {
  const { fetch, portDefinitions, ...rest } = body;
  const older = {
    uris: isNotEmpty(own['uris']) && !isNotEmpty(own['fetch']),
    ports: own['portDefinitions'] === undefined,
  };
  return {
    ...rest,
    ...(fetch !== undefined && (older.uris ? { uris: own['uris'] } : { fetch })),
    ...(portDefinitions !== undefined &&
      (older.ports && own['ports'] !== undefined ? { ports: own['ports'] } : { portDefinitions })),
  };
}

/** The same for names of networks, which go with their container. */
function inOwnNetworks(body: Json, own: Json): Json {
  const { ipAddress, container } = own;
  const named = inOwnLists(body, own);
  const older = ipAddress !== undefined || mapOf(mapOf(container)['docker'])['network'] !== undefined;
  if (!older) return named;
  const { networks: _networks, container: _container, ...rest } = named;
  return {
    ...rest,
    ...defined({ container, ipAddress }),
  };
}

/** Networks and their ports are written out: what Marathon would choose for them depends on how it is asked. */
const WRITTEN_OUT: ReadonlySet<string> = new Set(['networks', 'portDefinitions', 'container']);

function replacement(own: Json, wanted: Json, observed: AppObservation, named: ReadonlySet<string>): Json {
  if (observed.owner === undefined) {
    return wanted === own ? laidOver(settable(observed.definition), own, namedBy(own)) : wanted;
  }
  const { role } = observed.definition;
  const stays = named.has('role') || typeof role !== 'string' ? {} : { role };
  const written = Object.entries(wanted).filter(([field]) => named.has(field) || WRITTEN_OUT.has(field));
  return { ...(wanted === own ? own : Object.fromEntries(written)), ...stays };
}

/** `instances` alone, plus what a partial update would otherwise lose. */
export function scaleBody(instances: number, observed: AppObservation): Json {
  return { instances, ...kept(observed) };
}

/** Absent from a partial update, these two are reset and the scale becomes a restart. */
function kept(observed: AppObservation): Json {
  const { resourceLimits, executorResources } = observed.definition;
  return {
    ...(isObject(resourceLimits) && { resourceLimits }),
    ...(isObject(executorResources) && { executorResources }),
  };
}

function labels(definition: Json, observed: AppObservation): Json {
  const echoed = mapOf(observed.definition['labels']);
  const named = mapOf(definition['labels']);
  return observed.owner === undefined
    ? { ...echoed, ...named }
    : { ...named, [CREATION_LABEL]: observed.owner };
}

/** In an app that we made, the policy's env is the whole of it, except for what could not be looked at. */
function env(definition: Json, observed: AppObservation, unresolved: readonly string[]): Json {
  const echoed = Object.entries(mapOf(observed.definition['env']));
  const stays = observed.owner === undefined ? echoed : echoed.filter(([name]) => unresolved.includes(name));
  return { ...Object.fromEntries(stays), ...mapOf(definition['env']) };
}

function topLevel(path: string): string {
  return path.split('.')[0] ?? path;
}

/** Differences are named as Marathon echoes them; the policy may use an older spelling. */
function modernName(key: string): string {
  return key === 'ports' ? 'portDefinitions' : key === 'uris' ? 'fetch' : key;
}

function mapOf(value: unknown): Json {
  return isObject(value) ? value : {};
}
