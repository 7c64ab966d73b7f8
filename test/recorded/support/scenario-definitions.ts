// test support: what the app of a recorded scenario is meant to be at each moment at which it was read.

import type { Json } from './apps.ts';

interface Step {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query?: string;
    readonly body?: unknown;
  };
  readonly status: number;
  readonly body: unknown;
}

export interface RecordedScenario {
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface Moment {
  /** Position of the step. */
  readonly at: number;
  readonly definition: Json;
  readonly echo: Json;
}

/** Fields of a write that say something else than what the app is. */
const NOT_DEFINITION = new Set(['id', 'instances', 'version']);

/**
 * The definition that the writes to one app add up to, beside each reading of it. A field that is null changes nothing;
 * a scenario ends where it deletes, writes several apps, takes a version back, or says the networks in two spellings.
 */
export function definitionsAlong({ steps }: RecordedScenario): readonly Moment[] {
  const moments: Moment[] = [];
  let app: { readonly path: string; readonly definition: Json } | undefined;
  for (const [at, { request, status, body }] of steps.entries()) {
    const { method, path, query = '', body: sent } = request;
    if (status >= 300) continue;
    if (method === 'GET') {
      const echo = (body as { readonly app?: Json } | null)?.app;
      if (app?.path === path && echo !== undefined) moments.push({ at, definition: app.definition, echo });
      continue;
    }
    if (!isFields(sent) || 'version' in sent || method === 'DELETE') return moments;
    const given = Object.entries(sent).filter(([key, value]) => value !== null && !NOT_DEFINITION.has(key));
    const fields = Object.fromEntries(given);
    if (method === 'POST' && path === '/v2/apps' && app === undefined) {
      app = { path: `/v2/apps${absolute(sent['id'])}`, definition: fields };
    } else if (path === app?.path && ['PUT', 'PATCH'].includes(method)) {
      const whole = /partialUpdate=(?!true)/.test(query);
      app = { path, definition: whole ? fields : { ...without(app.definition, fields), ...fields } };
      if (isMixed(app.definition)) return moments;
    } else return moments;
  }
  return moments;
}

/** What a later write says in another spelling. */
function without(definition: Json, written: Json): Json {
  const { ports, portDefinitions, uris, fetch, ...rest } = definition;
  const portsWritten = 'ports' in written || 'portDefinitions' in written;
  const fetchWritten = 'uris' in written || 'fetch' in written;
  return {
    ...rest,
    ...(!portsWritten && ports !== undefined && { ports }),
    ...(!portsWritten && portDefinitions !== undefined && { portDefinitions }),
    ...(!fetchWritten && uris !== undefined && { uris }),
    ...(!fetchWritten && fetch !== undefined && { fetch }),
  };
}

function isMixed({ networks, container }: Json): boolean {
  const docker = isFields(container) && isFields(container['docker']) ? container['docker'] : {};
  return networks !== undefined && docker['network'] !== undefined;
}

function absolute(id: unknown): string {
  return `/${String(id).split('/').filter(Boolean).join('/')}`;
}

function isFields(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
