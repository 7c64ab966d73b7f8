// emulator: what changes apps: create, replace, update one or many, delete, restart.

import { ApiError, appMissing, illegalArgument, invalidObject, invalidShape } from '../../api-error.ts';
import { type AppFields, fieldsOf } from '../../definition/app.ts';
import { canonicalPath, parentOf } from '../../definition/app-id.ts';
import { appOfUpdate, completeApp, mergeApp, readApp, readNewApp } from '../../definition/complete.ts';
import type { DefinitionContext } from '../../definition/settings.ts';
import { isObject, type JsonObject } from '../../definition/shapes/shape.ts';
import {
  findApp,
  type Group,
  type GroupApp,
  putApp,
  removeApp,
  type WantedGroup,
} from '../../marathon/groups/group.ts';
import type { DeploymentResult } from '../../marathon/groups/group-manager.ts';
import { rolesFor } from '../../marathon/groups/roles.ts';
import type { Marathon } from '../../marathon/marathon.ts';
import { type Call, clientIp, flag, json, readJson } from '../protocol/call.ts';
import { type Route, route } from '../protocol/router.ts';
import { idOf, storedVersion } from './app-reads.ts';
import { accepted } from './results.ts';

export function appWriteRoutes(marathon: Marathon): Route[] {
  return [
    route('POST', '/v2/apps', (call) => create(marathon, call)),
    route('PUT', '/v2/apps', (call) => updateMany(marathon, call, true)),
    route('PATCH', '/v2/apps', (call) => updateMany(marathon, call, false)),
    route('PUT', '/v2/apps/{id+}', (call) => updateOne(marathon, call, true)),
    route('PATCH', '/v2/apps/{id+}', (call) => updateOne(marathon, call, false)),
    route('DELETE', '/v2/apps/{id+}', (call) => remove(marathon, call, idOf(call))),
  ];
}

/** Before those of single apps, whose ids end anywhere. */
export function restartRoutes(marathon: Marathon): Route[] {
  return [
    route('POST', '/v2/apps/{id+}/restart', (call) => restart(marathon, call)),
    // There may be an app of this name.
    route('DELETE', '/v2/apps/{id+}/restart', (call) => remove(marathon, call, `${idOf(call)}/restart`)),
  ];
}

async function create(marathon: Marathon, call: Call): Promise<Response> {
  const given = readNewApp(await readJson(call));
  const context = contextOf(marathon, call, canonicalPath(given.id));
  const fields = completeApp(given.id, given, context);
  const { id } = fields;
  const result = marathon.groups.update({
    groupId: parentOf(id),
    force: flag(call, 'force'),
    change: (root) => {
      if (root.app(id) !== undefined) throw new ApiError(409, `An app with id [${id}] already exists.`);
      return putApp<GroupApp>(root.tree, id, { fields });
    },
    // As it was before service ports were assigned.
    andThen: (tree) => announce(marathon, call, { ...fields, version: versionIn(tree, id) }),
  });
  const version = versionIn(marathon.root.tree, id);
  const none = { tasksStaged: 0, tasksRunning: 0, tasksHealthy: 0, tasksUnhealthy: 0 };
  const shown = { ...fields, version, ...none, deployments: [{ id: result.deploymentId }] };
  return json(201, shown, createdHeaders(call, id, result));
}

async function updateOne(marathon: Marathon, call: Call, mayCreate: boolean): Promise<Response> {
  const id = idOf(call);
  const body = await readJson(call);
  const partial = !mayCreate || flag(call, 'partialUpdate', true);
  const exists = marathon.root.app(id) !== undefined;
  const update = updateOf(id, body, { partial: partial && exists });
  // Wrong bodies are refused before anything else is looked at.
  if (!update.rollback) update.fields(marathon.root.app(id), contextOf(marathon, call, id));
  const result = marathon.groups.update({
    groupId: parentOf(id),
    force: flag(call, 'force'),
    change: (root) => applied(marathon, call, { tree: root.tree, update, mayCreate }),
    andThen: (tree) => {
      const app = findApp(tree, id);
      if (app !== undefined) announce(marathon, call, app);
    },
  });
  return exists ? accepted(result) : json(201, result, createdHeaders(call, id, result));
}

async function updateMany(marathon: Marathon, call: Call, mayCreate: boolean): Promise<Response> {
  const body = await readJson(call);
  if (!Array.isArray(body)) throw invalidShape([{ path: '', errors: ['error.expected.jsarray'] }]);
  const partial = !mayCreate || flag(call, 'partialUpdate', true);
  const items: readonly unknown[] = body;
  const updates = items.map((item, index) => {
    const id = isObject(item) ? item['id'] : undefined;
    if (typeof id === 'string') return updateOf(canonicalPath(id), item, { partial, path: `(${index})` });
    if (partial) throw illegalArgument('requirement failed: App Update must have app id set');
    const error = isObject(item) ? 'error.path.missing' : `${JSON.stringify(item)} is not an object`;
    throw invalidShape([{ path: `(${index})/id`, errors: [error] }]);
  });
  const result = marathon.groups.update({
    groupId: '/',
    force: flag(call, 'force'),
    change: (root) =>
      updates.reduce<WantedGroup>(
        (tree, update) => applied(marathon, call, { tree, update, mayCreate }),
        root.tree,
      ),
  });
  return accepted(result);
}

function versionIn(tree: Group, id: string): string {
  return findApp(tree, id)?.version ?? '';
}

/** One app of a body. */
interface AppUpdate {
  readonly id: string;
  /** The stored version that is asked for. */
  readonly rollback?: string;
  /** What the app becomes. @throws ApiError 422 */
  readonly fields: (current: AppFields | undefined, context: DefinitionContext) => AppFields;
}

/** @param partial merge into what is there; what is no object changes nothing of it */
function updateOf(
  id: string,
  body: unknown,
  { partial, path = '' }: { readonly partial: boolean; readonly path?: string },
): AppUpdate {
  const given = readApp(partial ? (isObject(body) ? body : {}) : withId(body, id), path);
  const fields: AppUpdate['fields'] = (current, context) => {
    if (!partial) return completeApp(id, given, context);
    return current === undefined ? appOfUpdate(id, given, context) : mergeApp(current, given, context);
  };
  const rollback = partial ? rollbackOf(given) : undefined;
  return { id, fields, ...(rollback === undefined ? {} : { rollback }) };
}

/** A whole app is what its path says, whatever the body says. */
function withId(body: unknown, id: string): unknown {
  return isObject(body) ? { ...body, id } : body;
}

/** `version` in a partial update asks for that stored version. */
function rollbackOf({ id: _id, version, ...others }: JsonObject): string | undefined {
  if (version === undefined) return undefined;
  if (Object.keys(others).length === 0) return String(version);
  const problem = "The 'version' field may only be combined with the 'id' field.";
  throw invalidObject([{ path: '/', errors: [problem] }]);
}

/** The tree with one app as its update asks for. @throws ApiError 404 for an app that is not there and may not come to be */
function applied(
  marathon: Marathon,
  call: Call,
  { tree, update, mayCreate }: { tree: WantedGroup; update: AppUpdate; mayCreate: boolean },
): WantedGroup {
  const { id, rollback } = update;
  const current = findApp(tree, id);
  if (current === undefined && !mayCreate) throw appMissing(id);
  if (current !== undefined && rollback !== undefined) {
    const past = storedVersion(marathon, id, rollback);
    if (past === undefined) throw appMissing(id);
    return putApp(tree, id, { fields: fieldsOf(past) });
  }
  const fields = current !== undefined && 'fields' in current ? current.fields : current && fieldsOf(current);
  return putApp(tree, id, { fields: update.fields(fields, contextOf(marathon, call, id)) });
}

function contextOf({ root, settings }: Marathon, call: Call, id: string): DefinitionContext {
  const roles = rolesFor(id, root, settings);
  return { settings, roles: { ...roles, forceRoleUpdate: flag(call, 'force') } };
}

function remove(marathon: Marathon, call: Call, id: string): Response {
  const result = marathon.groups.update({
    groupId: parentOf(id),
    force: flag(call, 'force', true),
    change: (root) => {
      if (root.app(id) === undefined) throw appMissing(id);
      return removeApp(root.tree, id);
    },
  });
  return accepted(result);
}

function restart(marathon: Marathon, call: Call): Response {
  const id = idOf(call);
  const result = marathon.groups.update({
    groupId: parentOf(id),
    force: flag(call, 'force'),
    change: (root) => {
      const app = root.app(id);
      if (app === undefined) throw appMissing(id);
      return putApp<GroupApp>(root.tree, id, { fields: fieldsOf(app), restart: true });
    },
  });
  return accepted(result);
}

function createdHeaders(call: Call, id: string, { deploymentId }: DeploymentResult): Record<string, string> {
  return { Location: `${call.url.origin}${id}`, 'Marathon-Deployment-Id': deploymentId };
}

/** Only single apps are told of. */
function announce(
  marathon: Marathon,
  call: Call,
  appDefinition: AppFields & { readonly version: string },
): void {
  marathon.events.publish('api_post_event', {
    clientIp: clientIp(call),
    uri: call.url.pathname,
    appDefinition,
  });
}
