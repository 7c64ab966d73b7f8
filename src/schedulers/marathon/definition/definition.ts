// schedulers/marathon: a wanted definition and what Marathon shows, in one form, so that they can be compared.

import { knownTo } from '../../../api/app-definition/defaults.ts';
import { echoOf, modernised } from '../../../api/app-definition/echo.ts';
import { AnyOf } from '../../../api/app-definition/expected.ts';
import { APP, isGiven, WITHOUT_EFFECT } from '../../../api/app-definition/fields.ts';
import { absoluteId } from '../../../api/app-definition/path.ts';
import { readObject } from '../../../api/app-definition/read.ts';
import type { AppDefinition } from '../../../api/policy.ts';
import type { AppObservation } from '../../../core/observation.ts';
import { isObject, type Json } from '../schema.ts';

/** What Marathon reads of a definition: without null, unknown fields, the count and what is reported only. */
export function settable(definition: AppDefinition): Json {
  const { value } = readObject(definition, APP);
  const read = Object.entries(value).filter(([key]) => !WITHOUT_EFFECT.has(key));
  return completed(Object.fromEntries(read));
}

/** Half an upgradeStrategy is refused, and relative ids have been read in two ways: both are written out. */
function completed(read: Json): Json {
  const { upgradeStrategy: strategy, dependencies, ...rest } = read;
  return {
    ...rest,
    ...(isObject(strategy) && { upgradeStrategy: upgradeStrategy(read) }),
    ...(dependencies !== undefined && {
      dependencies: Array.isArray(dependencies) ? dependencies.map(absolute) : dependencies,
    }),
  };
}

function absolute(id: unknown): unknown {
  return typeof id === 'string' ? absoluteId(id) : id;
}

/**
 * For a new app, where the policy does not say otherwise. With maximumOverCapacity 0 alone a rolling restart of
 * n instances has floor = ceiling = n, and Marathon then starts one extra: one over budget, or, since a shared
 * pool is always full, stuck and locked for good.
 */
export function upgradeStrategy(definition: Json): Json {
  const own = definition['upgradeStrategy'];
  const stopped = { minimumHealthCapacity: 0, maximumOverCapacity: 0 };
  if (!isObject(own)) return stopped;
  return isSingleInstance(definition)
    ? { ...stopped, ...own }
    : { ...stopped, minimumHealthCapacity: 1, ...own };
}

/** Marathon then takes nothing but {0, 0}. */
function isSingleInstance({ labels }: Json): boolean {
  return isObject(labels) && labels['MARATHON_SINGLE_INSTANCE_APP'] === 'true';
}

/**
 * For a definition change of an app that we made, where the policy does not say otherwise: two instances or
 * more roll, half of them at a time; a single one can only stop before its successor starts. Never over budget.
 */
export function restartStrategy(definition: Json, instances: number): Json {
  const rolls = instances > 1 && !isSingleInstance(definition);
  return { minimumHealthCapacity: rolls ? 0.5 : 0, maximumOverCapacity: 0 };
}

export interface Compared {
  /** What Marathon would show if the policy were written. */
  readonly wanted: Json;
  /** What it shows. */
  readonly echoed: Json;
  /** The fields of `wanted` that the policy says something about. */
  readonly named: ReadonlySet<string>;
}

/**
 * The definition of an app that we made is the policy's as a whole: what the policy does not name has Marathon's
 * default, but for what is decided elsewhere (`DECIDED_ELSEWHERE`). An adopted app is its own with the policy's fields
 * laid over it, each as a whole, because Marathon replaces each as a whole.
 */
export function compared(definition: AppDefinition, observed: AppObservation, minor: number): Compared {
  return sidesOf(definition, sidesIn(observed, minor));
}

/**
 * The same, remembered: for an app that is compared in every round. What is compared once is not worth two definitions of
 * memory.
 */
export function comparedAgain(definition: AppDefinition, observed: AppObservation, minor: number): Compared {
  const of = sidesIn(observed, minor);
  const last = LAST.get(definition);
  if (last !== undefined && last.echo === of.echo && last.owned === of.owned && last.minor === minor)
    return last.result;
  const result = sidesOf(definition, of);
  LAST.set(definition, { ...of, result });
  return result;
}

function sidesIn({ owner, definition: echo }: AppObservation, minor: number): Sides {
  return { echo, owned: owner !== undefined, minor };
}

interface Sides {
  readonly echo: Json;
  readonly owned: boolean;
  readonly minor: number;
}

/** Rounds come twice a second, and neither side changes in most: both are what they were, the very objects. */
const LAST = new WeakMap<AppDefinition, Sides & { readonly result: Compared }>();

function sidesOf(definition: AppDefinition, { echo, owned, minor }: Sides): Compared {
  const own = knownTo(minor, settable(definition), APP);
  const echoed = modernised(knownTo(minor, readObject(echo, APP).value, APP), minor);
  const named = namedBy(own);
  if (!owned) return { wanted: echoOf(laidOver(echoed, own, named), minor), echoed, named };
  const wanted = echoOf(own, minor);
  const strategy = named.has('upgradeStrategy')
    ? {}
    : { upgradeStrategy: anyOfOurs(wanted['upgradeStrategy']) };
  return { wanted: { ...wanted, ...strategy }, echoed, named };
}

/** Where the policy does not name it: Marathon's own role. */
export const DECIDED_ELSEWHERE: ReadonlySet<string> = new Set(['role']);

/** What we write with a creation and with a change, besides Marathon's default. */
function anyOfOurs(byDefault: unknown): AnyOf {
  const ours = [0, 0.5].map((minimumHealthCapacity) => ({ minimumHealthCapacity, maximumOverCapacity: 0 }));
  return new AnyOf(byDefault, ...ours);
}

/** By the names that they are echoed under. */
export function namedBy(own: Json): ReadonlySet<string> {
  const named = new Set(Object.keys(own));
  const container = isObject(own['container']) ? own['container'] : {};
  const docker = isObject(container['docker']) ? container['docker'] : {};
  if (own['ports'] !== undefined) named.add('portDefinitions');
  if (own['uris'] !== undefined) named.add('fetch');
  if (own['ipAddress'] !== undefined || isGiven(docker['network'])) named.add('networks');
  if (own['ipAddress'] !== undefined) named.add('container');
  return named;
}

/** @param base what is there, in the newest words */
export function laidOver(base: Json, own: Json, named: ReadonlySet<string>): Json {
  const stays = Object.fromEntries(Object.entries(base).filter(([key]) => !named.has(key)));
  const { cmd, args, portDefinitions, ...rest } = stays;
  const laid: Record<string, unknown> = {
    ...rest,
    ...(cmd !== undefined && !named.has('args') && { cmd }),
    ...(args !== undefined && !named.has('cmd') && { args }),
    // Other networks have no port definitions, and the host's have nothing to say about them.
    ...(portDefinitions !== undefined && !named.has('networks') && { portDefinitions }),
    ...own,
  };
  if (isObject(own['container']) && !named.has('networks')) {
    laid['container'] = withItsPorts(own['container'], base['container']);
  }
  return laid;
}

/** Ports belong to the networks: a container that names neither keeps those that it has. */
function withItsPorts(container: Json, present: unknown): Json {
  const docker = isObject(container['docker']) ? container['docker'] : {};
  const names = container['portMappings'] !== undefined || docker['portMappings'] !== undefined;
  if (names || !isObject(present) || present['portMappings'] === undefined) return container;
  return { ...container, portMappings: present['portMappings'] };
}

const OLDEST = 4;
const NEWEST = 11;

/** 1.N, as told by `/v2/info`; else by what is echoed: networks since 1.5, check since 1.8, role since 1.9. */
export function minorOf(echo: Json, version: string | undefined): number {
  const told = /^1\.(\d+)/.exec(version ?? '')?.[1];
  if (told !== undefined) return Number(told);
  if (!isGiven(echo['networks'])) return OLDEST;
  if (isGiven(echo['role'])) return NEWEST;
  return isGiven(echo['check']) ? 8 : 7;
}
