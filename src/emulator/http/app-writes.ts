// emulator: what changes apps: create, replace, update one or many, delete, restart.

import { ApiError, appNotFound, illegalArgument, invalidShape } from '../api-error.ts';
import { type AppDraft, fieldsOf } from '../definition/app.ts';
import { canonicalPath, parentOf } from '../definition/app-id.ts';
import { completeApp, mergeApp, readApp } from '../definition/complete.ts';
import type { DefinitionContext } from '../definition/settings.ts';
import { isObject, type JsonObject } from '../definition/shape.ts';
import type { Marathon } from '../marathon/marathon.ts';
import { rolesFor } from '../marathon/roles.ts';
import type { Root } from '../marathon/root.ts';
import { existingApp, idOf, storedVersion } from './app-reads.ts';
import { type Call, clientIp, flag, json, readJson } from './call.ts';
import { accepted } from './results.ts';
import { type Route, route } from './router.ts';
import { appInfo } from './views.ts';

export function appWriteRoutes(marathon: Marathon): Route[] {
  return [
    route('POST', '/v2/apps', (call) => create(marathon, call)),
    route('PUT', '/v2/apps', (call) => updateMany(marathon, call, true)),
    route('PATCH', '/v2/apps', (call) => updateMany(marathon, call, false)),
    route('POST', '/v2/apps/{id+}/restart', (call) => restart(marathon, call)),
    route('PUT', '/v2/apps/{id+}', (call) => updateOne(marathon, call, true)),
    route('PATCH', '/v2/apps/{id+}', (call) => updateOne(marathon, call, false)),
    route('DELETE', '/v2/apps/{id+}', (call) => remove(marathon, call)),
  ];
}

async function create(marathon: Marathon, call: Call): Promise<Response> {
  const given = readApp(await readJson(call));
  if (given['id'] === undefined) throw invalidShape([{ path: '/id', errors: ['error.path.missing'] }]);
  const fields = completeApp(
    String(given['id']),
    given,
    contextOf(marathon, canonicalPath(String(given['id']))),
  );
  const { id } = fields;
  const result = marathon.groups.update({
    groupId: parentOf(id),
    force: flag(call, 'force'),
    draft: (root) => {
      if (root.app(id) !== undefined) throw new ApiError(409, `An app with id [${id}] already exists.`);
      return { put: [{ fields }] };
    },
  });
  announce(marathon, call, id);
  const { versionInfo: _versionInfo, ...app } = appInfo(marathon, existingApp(marathon, id), {
    counts: true,
  });
  // As it was before service ports were assigned.
  const body = { ...app, ...fields, deployments: [{ id: result.deploymentId }] };
  const headers = { Location: `${call.url.origin}${id}`, 'Marathon-Deployment-Id': result.deploymentId };
  return json(201, body, headers);
}

async function updateOne(marathon: Marathon, call: Call, mayCreate: boolean): Promise<Response> {
  const id = idOf(call);
  const body = await readJson(call);
  const partial = !mayCreate || flag(call, 'partialUpdate', true);
  const exists = marathon.root.app(id) !== undefined;
  const draft = draftOf(marathon, id, { body, partial, path: '' });
  const result = marathon.groups.update({
    groupId: parentOf(id),
    force: flag(call, 'force'),
    draft: (root) => put(root, [draft], mayCreate),
  });
  announce(marathon, call, id);
  return accepted(result, exists ? 200 : 201);
}

async function updateMany(marathon: Marathon, call: Call, mayCreate: boolean): Promise<Response> {
  const body = await readJson(call);
  if (!Array.isArray(body)) throw invalidShape([{ path: '/', errors: ['error.expected.jsarray'] }]);
  const partial = !mayCreate || flag(call, 'partialUpdate', true);
  const items: readonly unknown[] = body;
  const drafts = items.map((item, index) => {
    const id = isObject(item) ? item['id'] : undefined;
    if (typeof id !== 'string') throw illegalArgument('requirement failed: App Update must have app id set');
    return draftOf(marathon, canonicalPath(id), { body: item, partial, path: `(${index})` });
  });
  const result = marathon.groups.update({
    groupId: '/',
    force: flag(call, 'force'),
    draft: (root) => put(root, drafts, mayCreate),
  });
  return accepted(result);
}

function contextOf({ root, settings }: Marathon, id: string): DefinitionContext {
  return { settings, roles: rolesFor(id, root, settings) };
}

interface AppBody {
  readonly body: unknown;
  /** Merge into what is stored. */
  readonly partial: boolean;
  readonly path: string;
}

/** A body for an app that does not exist is read as a whole app, whatever was meant. */
function draftOf(marathon: Marathon, id: string, { body, partial, path }: AppBody): AppDraft {
  const given = readApp(body, path);
  const stored = marathon.root.app(id);
  const context = { path, ...contextOf(marathon, id) };
  if (stored === undefined || !partial) return { fields: completeApp(id, given, context) };
  const version = isObject(body) ? body['version'] : undefined;
  if (typeof version !== 'string') return { fields: mergeApp(stored, given, context) };
  return { fields: fieldsOf(rollback(marathon, id, { version, given })) };
}

/** `version` in a partial update asks for that stored version. */
function rollback(
  marathon: Marathon,
  id: string,
  { version, given }: { version: string; given: JsonObject },
): ReturnType<typeof storedVersion> {
  if (Object.keys(given).some((name) => name !== 'id'))
    throw illegalArgument("The 'version' field may only be combined with the 'id' field.");
  return storedVersion(marathon, id, version);
}

function put(root: Root, drafts: readonly AppDraft[], mayCreate: boolean): { put: readonly AppDraft[] } {
  const unknown = drafts.find(({ fields }) => root.app(fields.id) === undefined);
  if (unknown !== undefined && !mayCreate) throw appNotFound(unknown.fields.id);
  return { put: drafts };
}

function remove(marathon: Marathon, call: Call): Response {
  const id = idOf(call);
  const result = marathon.groups.update({
    groupId: parentOf(id),
    force: flag(call, 'force', true),
    draft: (root) => {
      if (root.app(id) === undefined) throw appNotFound(id);
      return { remove: [id] };
    },
  });
  return accepted(result);
}

function restart(marathon: Marathon, call: Call): Response {
  const id = idOf(call);
  const result = marathon.groups.update({
    groupId: parentOf(id),
    force: flag(call, 'force'),
    draft: (root) => {
      const app = root.app(id);
      if (app === undefined) throw appNotFound(id);
      return { put: [{ fields: fieldsOf(app), restart: true }] };
    },
  });
  return accepted(result);
}

/** Only single apps are told of. */
function announce(marathon: Marathon, call: Call, id: string): void {
  marathon.events.publish('api_post_event', {
    clientIp: clientIp(call),
    uri: call.url.pathname,
    appDefinition: marathon.root.app(id),
  });
}
