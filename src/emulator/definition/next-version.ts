// emulator: what a change of an app is: nothing, a scale, or a new configuration; the versions tell them apart.

import { isDeepStrictEqual } from 'node:util';
import { type AppDefinition, type AppDraft, type AppFields, fieldsOf } from './app.ts';

/**
 * The stored form of a draft.
 *
 * | change    | version | lastScalingAt | lastConfigChangeAt |
 * |-----------|---------|---------------|--------------------|
 * | none      | kept    | kept          | kept               |
 * | instances | now     | now           | kept               |
 * | restart   | now     | kept          | now                |
 * | config    | now     | now           | now                |
 *
 * @returns `before` itself when nothing changes
 */
export function nextVersion(draft: AppDraft, before: AppDefinition | undefined, now: string): AppDefinition {
  const { fields } = draft;
  if (before === undefined || !sameConfig(fields, before))
    return { ...fields, version: now, versionInfo: { lastScalingAt: now, lastConfigChangeAt: now } };
  const { lastScalingAt, lastConfigChangeAt } = before.versionInfo;
  if (draft.restart)
    return { ...fields, version: now, versionInfo: { lastScalingAt, lastConfigChangeAt: now } };
  if (fields.instances === before.instances) {
    const same = isDeepStrictEqual(fields.executorResources, before.executorResources);
    return same ? before : { ...fields, version: before.version, versionInfo: before.versionInfo };
  }
  return { ...fields, version: now, versionInfo: { lastScalingAt: now, lastConfigChangeAt } };
}

function sameConfig(fields: AppFields, before: AppDefinition): boolean {
  return isDeepStrictEqual(compared(fields), compared(fieldsOf(before)));
}

/** Lists that Marathon keeps as sets: their order says nothing. */
const SETS = ['acceptedResourceRoles', 'constraints', 'dependencies', 'healthChecks'] as const;

/** What an executor may use is stored and starts nothing anew, as in Marathon. */
function compared({ instances: _count, executorResources: _executor, ...config }: AppFields): unknown {
  const sets = SETS.flatMap((name) => {
    const items: readonly unknown[] | undefined = config[name];
    return items === undefined ? [] : [[name, items.map((item) => JSON.stringify(item)).sort()]];
  });
  return { ...config, ...Object.fromEntries(sets) };
}
