// app: policies read once from files and directories, for the commands that work without an operator.

import { existsSync } from 'node:fs';
import type { AppSpec, MicroscalingPolicy } from '../../api/policy.ts';
import type { Problem } from '../../api/problem.ts';
import { isObject } from '../../api/schema/json-schema.ts';
import { blockOf } from '../../api/schema/scheduler-block.ts';
import { createDirectorySource, type LoadPolicies } from '../../policy-sources/directory/index.ts';
import type { SourcedResource } from '../../policy-sources/source.ts';
import { systemClock } from '../../runtime/clock.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { silentLogger } from '../../runtime/log.ts';
import { blocksOf, SCHEDULERS, type SchedulerTypes } from '../../schedulers/registry.ts';
import { loadPolicies } from './schema.ts';

export interface PolicyFiles {
  readonly resources: readonly SourcedResource[];
  /** Every problem of every file, and policies that stand in two places. */
  readonly problems: readonly Problem[];
}

/** As the administrator's own. @throws TerminalError when no path is given */
export function readPolicyFiles(
  paths: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<PolicyFiles> {
  return readFilesWith(loadPolicies, paths, signal);
}

/** What to say where files hold something, and none of it is a policy or a pool. */
export const NO_POLICY = 'there is no policy in what was given with -f';

/** @throws TerminalError when no path is given, and for one that is not there */
export async function readFilesWith(
  load: LoadPolicies,
  paths: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<PolicyFiles> {
  if (paths === undefined || paths.length === 0) {
    throw new TerminalError('no policy given: name a file or directory with -f');
  }
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0)
    throw new TerminalError(missing.map((path) => `-f ${path}: no such file or directory`).join('\n'));
  const deps = { load, clock: systemClock, log: silentLogger };
  const snapshots = await Promise.all(paths.map((path) => createDirectorySource(path, deps).list(signal)));
  const resources = snapshots.flatMap((s) => s.resources);
  return {
    resources,
    problems: [...snapshots.flatMap((s) => s.problems), ...duplicates(resources)],
  };
}

/** For people, and equal for two apps that are one in their scheduler. */
function nameOf(app: AppSpec, metadata: MicroscalingPolicy['metadata']): string {
  const named = blockOf(app, BLOCKS);
  const types: SchedulerTypes = SCHEDULERS;
  const type = named === undefined ? undefined : types[named.type]?.block;
  if (type === undefined || !isObject(named?.block)) return `Marathon app ${app.id}`;
  return type.workload(named.block, { metadata, app: app.name }).title;
}

const BLOCKS = new Set(blocksOf(SCHEDULERS).map(({ type }) => type));

/** One policy in two places, and two policies over one Marathon app. */
function duplicates(resources: readonly SourcedResource[]): readonly Problem[] {
  const claims = resources.flatMap(({ resource, place }) => {
    const object = `${resource.kind} ${resource.metadata.namespace}/${resource.metadata.name}`;
    const own = { what: object, object, place };
    return resource.kind === 'MicroscalingPolicy'
      ? [own, ...resource.spec.apps.map((app) => ({ what: nameOf(app, resource.metadata), object, place }))]
      : [own];
  });
  const byName = Map.groupBy(claims, ({ what }) => what);
  return claims.flatMap((claim): Problem[] => {
    const other = byName.get(claim.what)?.find(({ place }) => place !== claim.place);
    if (other === undefined) return [];
    const [, file = claim.place, line] = /^(.*):(\d+)$/.exec(claim.place) ?? [];
    return [
      {
        severity: 'error',
        source: file,
        ...(line !== undefined && { line: Number(line) }),
        pointer: '',
        object: claim.object,
        message: `${claim.what} is also in ${other.place}; it may have one home only`,
      },
    ];
  });
}
