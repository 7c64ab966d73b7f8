// emulator: GET below /v2/apps.

import { appNotFound, groupNotFound, wrongTimestamp } from '../../api-error.ts';
import type { AppDefinition } from '../../definition/app.ts';
import { canonicalPath } from '../../definition/app-id.ts';
import type { Marathon } from '../../marathon/marathon.ts';
import { parseTimestamp, timestamp } from '../../marathon/timestamp.ts';
import { type Call, json, param } from '../protocol/call.ts';
import { type Route, route } from '../protocol/router.ts';
import { appInfo, type Embeds, embedsOf } from '../views/views.ts';
import { parseLabelSelector } from './label-selector.ts';

const ONE_APP = { resource: '/v2/apps/{id+}' };

export function appReadRoutes(marathon: Marathon): Route[] {
  return [
    route('GET', '/v2/apps', (call) => list(marathon, call)),
    route('GET', '/v2/apps/*', (call) => below(marathon, call, '/'), ONE_APP),
    route('GET', '/v2/apps/{id+}/versions/{version}', (call) => version(marathon, call)),
    route('GET', '/v2/apps/{id+}/versions', (call) => versions(marathon, call)),
    route('GET', '/v2/apps/{id+}/*', (call) => below(marathon, call, idOf(call)), ONE_APP),
    route('GET', '/v2/apps/{id+}', (call) => one(marathon, call)),
  ];
}

export function idOf(call: Call): string {
  return canonicalPath(param(call, 'id'));
}

/** @throws ApiError 404 */
export function existingApp(marathon: Marathon, id: string): AppDefinition {
  const app = marathon.root.app(id);
  if (app === undefined) throw appNotFound(id);
  return app;
}

function list(marathon: Marathon, call: Call): Response {
  const matches = filterOf(call.query);
  const embeds = { ...embedsOf(call.query), counts: true, deployments: true };
  const apps = [...marathon.root.apps()].filter(matches);
  return json(200, { apps: apps.map((app) => appInfo(marathon, app, embeds)) });
}

function filterOf(query: URLSearchParams): (app: AppDefinition) => boolean {
  const contains = (text: string, part: string | null): boolean =>
    part === null || text.toLowerCase().includes(part.toLowerCase());
  const label = query.get('label');
  const selects = label === null ? () => true : parseLabelSelector(label);
  return (app) =>
    contains(app.id, query.get('id')) && contains(app.cmd ?? '', query.get('cmd')) && selects(app.labels);
}

const ALWAYS_OF_ONE: Embeds = { counts: true, deployments: true, tasks: true, lastTaskFailure: true };

function one(marathon: Marathon, call: Call): Response {
  const app = existingApp(marathon, idOf(call));
  return json(200, { app: appInfo(marathon, app, { ...embedsOf(call.query), ...ALWAYS_OF_ONE }) });
}

function below(marathon: Marathon, call: Call, group: string): Response {
  if (marathon.root.group(group) === undefined) throw groupNotFound(group);
  const embeds = { ...embedsOf(call.query), ...ALWAYS_OF_ONE };
  return json(200, { '*': marathon.root.appsBelow(group).map((app) => appInfo(marathon, app, embeds)) });
}

function versions(marathon: Marathon, call: Call): Response {
  const { id } = existingApp(marathon, idOf(call));
  return json(200, { versions: marathon.root.versionsOf(id).map((app) => app.version) });
}

function version(marathon: Marathon, call: Call): Response {
  const id = idOf(call);
  const wanted = param(call, 'version');
  const atMs = parseTimestamp(wanted);
  if (atMs === undefined) throw wrongTimestamp(wanted);
  const found = storedVersion(marathon, id, wanted);
  if (found === undefined) throw appNotFound(id, timestamp(atMs));
  return json(200, found);
}

export function storedVersion({ root }: Marathon, id: string, wanted: string): AppDefinition | undefined {
  const atMs = parseTimestamp(wanted);
  return root.versionsOf(id).find((app) => Date.parse(app.version) === atMs);
}
