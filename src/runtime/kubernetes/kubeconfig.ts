// runtime/kubernetes: which API server a kubeconfig means, without the library that reads all of it.

import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { load } from 'js-yaml';

export interface ServerQuestion {
  /** File, or several as in KUBECONFIG. */
  readonly kubeconfig?: string | undefined;
  /** Default: the current one. */
  readonly context?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Base URL of the API server, as URL spells it; undefined where there is none, or the files cannot be read. */
export function serverOf({ kubeconfig, context, env }: ServerQuestion): string | undefined {
  const host = env['KUBERNETES_SERVICE_HOST'];
  if (kubeconfig === undefined && context === undefined && host) {
    const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
    return plain(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
  }
  const paths = (kubeconfig ?? join(env['HOME'] ?? '/', '.kube', 'config')).split(delimiter).filter(Boolean);
  const configs = paths.map(read).filter((config) => config !== undefined);
  const name = context ?? configs.map((config) => config['current-context']).find(Boolean);
  const found = named(configs, 'contexts', name);
  const cluster = fields(named(configs, 'clusters', fields(found?.['context'])['cluster'])?.['cluster']);
  const server = cluster['server'];
  return typeof server === 'string' ? plain(server) : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function fields(raw: unknown): Fields {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? { ...raw } : {};
}

function read(path: string): Fields | undefined {
  try {
    return fields(load(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** The first of this name: what stands first has its word, as with kubectl. */
function named(configs: readonly Fields[], list: string, name: unknown): Fields | undefined {
  const entries = configs.map((config) => config[list]).filter(Array.isArray);
  return entries
    .flat()
    .map(fields)
    .find((entry) => entry['name'] === name);
}

function plain(server: string): string | undefined {
  const url = URL.parse(server);
  return url === null ? undefined : `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
