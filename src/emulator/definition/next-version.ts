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
  if (fields.instances === before.instances) return before;
  return { ...fields, version: now, versionInfo: { lastScalingAt: now, lastConfigChangeAt } };
}

function sameConfig(fields: AppFields, before: AppDefinition): boolean {
  return isDeepStrictEqual({ ...fields, instances: 0 }, { ...fieldsOf(before), instances: 0 });
}
