// emulator: a group as it is sent, with everything in it made absolute and whole (Marathon's GroupNormalization). What is
// not checked here is checked when the whole tree is (see marathon/group-manager.ts).

import { ApiError, type ErrorDetail, invalidObject, invalidShape } from '../api-error.ts';
import type { AppFields } from './app.ts';
import { canonicalPath, isTopLevelPath, parentOf, segmentsOf } from './app-id.ts';
import { completeApp, readNewApp } from './complete.ts';
import type { RoleSettings, ServerSettings } from './settings.ts';
import { any, array, boolean, isObject, type JsonObject, number, string } from './shapes/shape.ts';
import { readFields } from './shapes/shape-reader.ts';

export interface GroupUpdate {
  readonly id: string;
  /** All apps directly in the group; absent: those that are there stay. */
  readonly apps?: readonly AppFields[];
  readonly groups?: readonly GroupUpdate[];
  readonly dependencies?: readonly string[];
  readonly enforceRole: boolean;
}

export type GroupChange =
  | { readonly kind: 'define'; readonly id: string; readonly update: GroupUpdate }
  /** `instances` of every app below times this, rounded up. */
  | { readonly kind: 'scale'; readonly id: string; readonly by: number }
  | { readonly kind: 'rollback'; readonly id: string; readonly version: string };

/** What is there already. */
export interface GroupSurroundings {
  readonly settings: ServerSettings;
  /** Of an existing group; undefined for one below a top-level group. */
  readonly enforceRoleOf: (groupId: string) => boolean | undefined;
  readonly hasGroup: (groupId: string) => boolean;
  readonly roleOf: (appId: string) => string | undefined;
}

const FIELDS = {
  id: { shape: string },
  apps: { shape: array(any) },
  groups: { shape: array(any) },
  dependencies: { shape: array(string) },
  version: { shape: string },
  scaleBy: { shape: number(0) },
  enforceRole: { shape: boolean },
};

/** A part of an id as in Marathon's API description. */
const ID_PART = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

export interface GroupRequest {
  /** Of the group in the path of the request. */
  readonly path: string;
  /** Where ids in the body begin: the group that is meant, or with POST the path of the request. */
  readonly base: 'path' | 'group';
}

/** @throws ApiError 422 */
export function readGroupChange(
  body: unknown,
  { path, base }: GroupRequest,
  around: GroupSurroundings,
): GroupChange {
  const given = shapeOf(body, '');
  const id = idOf(given, path);
  const { scaleBy, version } = given;
  if (scaleBy === undefined && version === undefined) {
    const update = readUpdate(given, id, rolesIn(id, given, around));
    const problems = problemsOf(given, base === 'path' ? path : id, around);
    if (problems.length > 0) throw invalidObject(problems);
    return { kind: 'define', id, update };
  }
  const alone = Object.keys(given).length === 1;
  const problem = (at: string): ErrorDetail => ({
    path: at,
    errors: ['not allowed in conjunction with other properties.'],
  });
  if (!alone)
    throw invalidObject([
      ...(version === undefined ? [] : [problem('/version')]),
      ...(scaleBy === undefined ? [] : [problem('/scaleBy')]),
    ]);
  return typeof scaleBy === 'number'
    ? { kind: 'scale', id, by: scaleBy }
    : { kind: 'rollback', id, version: String(version) };
}

interface GroupRoles {
  readonly around: GroupSurroundings;
  readonly defaultRole: string;
  readonly enforced: boolean;
}

/** The roles of a group that is not in another one of the same body. */
function rolesIn(id: string, given: JsonObject, around: GroupSurroundings): GroupRoles {
  const { mesosRole } = around.settings;
  if (id === '/') return { around, defaultRole: mesosRole, enforced: false };
  const [top = ''] = segmentsOf(id);
  if (isTopLevelPath(id)) {
    const enforced = given['enforceRole'] === true;
    return { around, enforced, defaultRole: enforced ? top : mesosRole };
  }
  const enforced = around.enforceRoleOf(`/${top}`) ?? false;
  return { around, enforced: false, defaultRole: enforced ? top : mesosRole };
}

function readUpdate(given: JsonObject, id: string, roles: GroupRoles): GroupUpdate {
  const { apps, groups, dependencies } = given;
  return {
    id,
    enforceRole: given['enforceRole'] === true,
    ...(Array.isArray(groups) && { groups: groups.map((group) => readSubgroup(group, id, roles)) }),
    ...(Array.isArray(apps) && { apps: apps.map((app, i) => readMember(app, i, { group: id, roles })) }),
    ...(Array.isArray(dependencies) && {
      dependencies: [...new Set(dependencies.map((path) => canonicalPath(String(path), id)))],
    }),
  };
}

function readSubgroup(body: unknown, parent: string, roles: GroupRoles): GroupUpdate {
  const given = shapeOf(body, '');
  // The words of a program that has not expected this.
  if (given['id'] === undefined) throw new ApiError(500, 'None.get');
  const id = idOf(given, parent);
  return readUpdate(given, id, parent === '/' ? rolesIn(id, given, roles.around) : roles);
}

/** Marathon validates each app for itself, so an error of meaning is reported without its place. */
function readMember(
  body: unknown,
  index: number,
  { group, roles }: { group: string; roles: GroupRoles },
): AppFields {
  const path = `/apps(${index})`;
  const given = readNewApp(body, path);
  const id = canonicalPath(given.id, group);
  const { settings, roleOf } = roles.around;
  return completeApp(id, given, { settings, base: group, roles: memberRoles(roles, roleOf(id)) });
}

function memberRoles({ around, defaultRole, enforced }: GroupRoles, existing?: string): RoleSettings {
  const { mesosRole } = around.settings;
  const valid = [
    defaultRole,
    ...(enforced ? [] : [mesosRole]),
    ...(existing === undefined ? [] : [existing]),
  ];
  return { defaultRole, validRoles: [...new Set(valid)] };
}

const ENFORCE_ROLE_CHANGED =
  'enforceRole cannot be modified in a request that adds, removes or modifies services; ' +
  'please make these changes in separate requests.';

/** What the shape of the tree in the body gets wrong. */
function problemsOf(body: JsonObject, base: string, around: GroupSurroundings): ErrorDetail[] {
  const touchesApps = modifiesApps(body);
  const below = (given: JsonObject, parent: string, path: string): ErrorDetail[] => {
    const id = idOf(given, parent);
    const enforce = given['enforceRole'] === true;
    const problems: ErrorDetail[] = [];
    if (enforce && !isTopLevelPath(id)) {
      const error = `enforceRole can only be set for top-level groups, and ${id} is not top-level`;
      problems.push({ path: `${path}/enforceRole`, errors: [error] });
    }
    // A group that the body does not name is not compared.
    const known = typeof given['id'] === 'string' && around.hasGroup(id);
    if (touchesApps && known && around.enforceRoleOf(id) !== enforce)
      problems.push({ path: `${path}/enforceRole`, errors: [ENFORCE_ROLE_CHANGED] });
    membersOf(given, 'apps').forEach((app, index) => {
      const appId = canonicalPath(String(app['id']), id);
      if (parentOf(appId) === id && appId !== '/') return;
      problems.push({ path: `${path}/apps(${index})/id`, errors: [`Identifier is not child of '${id}'`] });
    });
    const subgroups = membersOf(given, 'groups');
    return [
      ...problems,
      ...subgroups.flatMap((group, index) => below(group, id, `${path}/groups(${index})`)),
    ];
  };
  return below(body, base, '');
}

function modifiesApps(given: JsonObject): boolean {
  return given['apps'] !== undefined || membersOf(given, 'groups').some(modifiesApps);
}

function membersOf(given: JsonObject, name: 'apps' | 'groups'): readonly JsonObject[] {
  const members = given[name];
  return Array.isArray(members) ? members.filter(isObject) : [];
}

function idOf(given: JsonObject, base: string): string {
  return typeof given['id'] === 'string' ? canonicalPath(given['id'], base) : base;
}

function isId(text: string): boolean {
  return text !== '' && text.split('/').every((part) => part === '' || part === '..' || ID_PART.test(part));
}

/** What is no object says nothing, and so changes nothing. */
function shapeOf(body: unknown, path: string): JsonObject {
  const details: ErrorDetail[] = [];
  const given = readFields(FIELDS, isObject(body) ? body : {}, { path, details });
  const { id, version } = given;
  if (typeof id === 'string' && !isId(id)) details.push({ path: `${path}/id`, errors: ['error.pattern'] });
  if (typeof version === 'string' && !TIMESTAMP.test(version))
    details.push({ path: `${path}/version`, errors: ['error.expected.date.isoformat'] });
  if (details.length > 0) throw invalidShape(details);
  return given;
}
