// app: which Marathon a command means, and with whose credentials, from --marathon and from policies.

import { readFileSync } from 'node:fs';
import {
  type MarathonSpec,
  type MicroscalingPolicy,
  type Resource,
  type ResourceKey,
  resourceKey,
} from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import type { Clock } from '../../runtime/clock.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { createRedactor } from '../../runtime/redact.ts';
import type { MarathonClient } from '../../schedulers/marathon/http/client.ts';
import { createMarathonClient } from '../../schedulers/marathon/index.ts';
import { createValueResolver } from '../operator/values.ts';

const DEADLINE_MS = 10_000;

export interface ClusterTarget {
  /** At least one. */
  readonly marathon: MarathonSpec & { readonly urls: readonly string[] };
  /** Those that mean this Marathon, and those without an app on any. */
  readonly policies: readonly MicroscalingPolicy[];
  /** Those that mean another one. */
  readonly elsewhere: readonly ResourceKey[];
}

/** Where no app is on Marathon, there may be none. */
export type ClusterTargetIfAny = Omit<ClusterTarget, 'marathon'> & Partial<Pick<ClusterTarget, 'marathon'>>;

/**
 * The Marathon of the policies; `defaultUrls` serve those that name none, and decide between several.
 *
 * @throws TerminalError when no Marathon is named, or several are
 */
export function clusterTarget(resources: readonly Resource[], defaultUrls: readonly string[]): ClusterTarget {
  const { marathon, ...target } = clusterTargetIfAny(resources, defaultUrls);
  if (marathon === undefined) throw noneIsNamed();
  return { ...target, marathon };
}

/**
 * As `clusterTarget`, for commands that need no Marathon where no policy has an app there.
 *
 * @throws TerminalError when apps are on a Marathon that is not named, or several are named
 */
export function clusterTargetIfAny(
  resources: readonly Resource[],
  defaultUrls: readonly string[],
): ClusterTargetIfAny {
  const policies = resources.filter((resource) => resource.kind === 'MicroscalingPolicy');
  const places = policies.map((policy) => ({ policy, marathon: marathonOf(policy, resources) }));
  const urlsOf = ({ marathon }: (typeof places)[number]): readonly string[] => marathon?.urls ?? defaultUrls;
  const urls = chosen(places.map(urlsOf), defaultUrls);
  if (urls.length === 0) {
    if (policies.some(isOnMarathon)) throw noneIsNamed();
    return { policies, elsewhere: [] };
  }
  const here = places.filter((place) => meet(urlsOf(place), urls));
  const isLookedAt = (place: (typeof places)[number]): boolean =>
    here.includes(place) || !isOnMarathon(place.policy);
  const { auth } = here.find(({ marathon }) => marathon?.auth !== undefined)?.marathon ?? {};
  const { caFile } = here.find(({ marathon }) => marathon?.caFile !== undefined)?.marathon ?? {};
  return {
    marathon: { urls, ...(auth && { auth }), ...defined({ caFile }) },
    policies: places.filter(isLookedAt).map(({ policy }) => policy),
    elsewhere: places.filter((place) => !isLookedAt(place)).map(({ policy }) => resourceKey(policy.metadata)),
  };
}

/** @throws TerminalError for a configuration that cannot work */
export function clientOf(
  marathon: ClusterTarget['marathon'],
  { env, clock }: { readonly env: Readonly<Record<string, string | undefined>>; readonly clock: Clock },
): MarathonClient {
  const values = createValueResolver({
    env,
    readFile: (path) => readFileSync(path, 'utf8'),
    redactor: createRedactor(),
  });
  const { urls, auth, caFile } = marathon;
  return createMarathonClient(
    {
      urls,
      ...defined({ auth, caFile }),
      deadlineMs: DEADLINE_MS,
      resyncMs: DEADLINE_MS,
    },
    { clock, values },
  );
}

function isOnMarathon({ spec }: MicroscalingPolicy): boolean {
  return spec.apps.some(({ id }) => id !== undefined);
}

function noneIsNamed(): TerminalError {
  return new TerminalError('no Marathon is named: give --marathon URL, or -f with policies that name one');
}

/** Its own, else its pool's. */
function marathonOf(
  { spec, metadata }: MicroscalingPolicy,
  resources: readonly Resource[],
): MarathonSpec | undefined {
  if (spec.marathon !== undefined || spec.pool === undefined) return spec.marathon;
  const key = resourceKey({ namespace: metadata.namespace, name: spec.pool });
  const pool = resources.find((r) => r.kind === 'CapacityPool' && resourceKey(r.metadata) === key);
  return pool?.kind === 'CapacityPool' ? pool.spec.marathon : undefined;
}

/** None where none is named. */
function chosen(named: readonly (readonly string[])[], defaultUrls: readonly string[]): readonly string[] {
  const distinct = named.filter(
    (urls, i) => urls.length > 0 && named.findIndex((other) => meet(urls, other)) === i,
  );
  const [first] = distinct;
  if (first === undefined) return defaultUrls;
  if (distinct.length === 1) return first;
  const wanted = distinct.find((urls) => meet(urls, defaultUrls));
  if (wanted !== undefined) return wanted;
  const list = distinct.map((urls) => urls.join(', ')).join('; ');
  throw new TerminalError(`the policies name several Marathons (${list}): say which one with --marathon URL`);
}

function meet(a: readonly string[], b: readonly string[]): boolean {
  return a.some((url) => b.some((other) => plain(url) === plain(other)));
}

function plain(url: string): string {
  return url.replace(/\/+$/, '').toLowerCase();
}
