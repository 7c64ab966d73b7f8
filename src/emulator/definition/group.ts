// emulator: a group as it is sent: apps and groups in it, with relative ids.

import { type ErrorDetail, illegalArgument, invalidObject, invalidShape } from '../api-error.ts';
import type { AppFields } from './app.ts';
import { canonicalPath, parentOf } from './app-id.ts';
import { completeApp, readApp } from './complete.ts';
import { any, array, isObject, type JsonObject, number, readFields, string } from './shape.ts';

export interface WantedGroup {
  readonly id: string;
  /** All apps directly in the group; absent: those that are there stay. */
  readonly apps?: readonly AppFields[];
  readonly groups?: readonly WantedGroup[];
}

export type GroupChange =
  | { readonly kind: 'define'; readonly group: WantedGroup }
  /** `instances` of every app below times this, rounded up. */
  | { readonly kind: 'scale'; readonly by: number }
  | { readonly kind: 'rollback'; readonly version: string };

const FIELDS = {
  id: { shape: string },
  apps: { shape: array(any) },
  groups: { shape: array(any) },
  dependencies: { shape: array(string) },
  version: { shape: string },
  scaleBy: { shape: number(0) },
};

/**
 * @param id of the group in the path of the request; undefined when the body must say it
 * @throws ApiError 422
 */
export function readGroupChange(body: unknown, id: string | undefined): GroupChange {
  const given = shapeOf(body, '');
  const others = Object.keys(given).filter((name) => name !== 'id');
  for (const name of ['version', 'scaleBy']) {
    if (given[name] !== undefined && others.length > 1)
      throw illegalArgument(`'${name}' may not be combined with other fields`);
  }
  if (typeof given['version'] === 'string') return { kind: 'rollback', version: given['version'] };
  if (typeof given['scaleBy'] === 'number') return { kind: 'scale', by: given['scaleBy'] };
  const own = typeof given['id'] === 'string' ? canonicalPath(given['id']) : undefined;
  const path = id ?? own;
  if (path === undefined) throw invalidShape([{ path: '/id', errors: ['error.path.missing'] }]);
  return { kind: 'define', group: readGroup(given, path, '') };
}

function readGroup(given: JsonObject, id: string, path: string): WantedGroup {
  const { apps, groups } = given;
  return {
    id,
    ...(Array.isArray(apps) ? { apps: apps.map((app, i) => readMember(app, id, `${path}/apps(${i})`)) } : {}),
    ...(Array.isArray(groups)
      ? { groups: groups.map((group, i) => readSubgroup(group, id, `${path}/groups(${i})`)) }
      : {}),
  };
}

function readMember(body: unknown, group: string, path: string): AppFields {
  const given = readApp(body, path);
  return completeApp(childId(given, group, path), given, { path });
}

function readSubgroup(body: unknown, group: string, path: string): WantedGroup {
  const given = shapeOf(body, path);
  return readGroup(given, childId(given, group, path), path);
}

function childId(given: JsonObject, group: string, path: string): string {
  if (typeof given['id'] !== 'string')
    throw invalidShape([{ path: `${path}/id`, errors: ['error.path.missing'] }]);
  const id = canonicalPath(given['id'], group);
  if (parentOf(id) === group && id !== '/') return id;
  throw invalidObject([{ path: `${path}/id`, errors: [`Identifier is not child of '${group}'`] }]);
}

function shapeOf(body: unknown, path: string): JsonObject {
  const details: ErrorDetail[] = [];
  if (!isObject(body)) throw invalidShape([{ path: path || '/', errors: ['error.expected.jsobject'] }]);
  const given = readFields(FIELDS, body, { path, details });
  if (details.length > 0) throw invalidShape(details);
  return given;
}
