// runtime/kubernetes: which cluster, as whom: from the pod that we run in, else from a kubeconfig.

import { accessSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { KubeConfig, type RequestContext } from '@kubernetes/client-node';
import { messageOf, TerminalError } from '../errors.ts';

export interface ClusterOptions {
  /** File, or several as in KUBECONFIG. */
  readonly kubeconfig?: string | undefined;
  /** Default: the current one. */
  readonly context?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where this pod's file system begins; default: where everybody's does. */
  readonly root?: string;
}

export interface Cluster {
  /** For people: the context's name. */
  readonly name: string;
  /** Base URL of the API server. */
  readonly server: string;
  /** Our own: of the pod, else of the context. */
  readonly namespace: string;
  /** Adds credentials and what TLS needs; reads rotated tokens and certificates anew. */
  authorize(request: RequestContext): Promise<void>;
}

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** A new TLS session for every call costs more than the call; certificates that rotate are in use after this. */
const REUSE_MS = 60_000;

/** @throws TerminalError when there is no cluster, or not the one that was named */
export function openCluster(options: ClusterOptions): Cluster {
  const { config, source } = load(options);
  const context = options.context ?? config.getCurrentContext();
  config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (cluster === null || config.getContextObject(context) === null) {
    const known = (config.getContexts() ?? []).map(({ name }) => name).join(', ') || 'none';
    throw new TerminalError(
      `${source} has no context '${context ?? ''}' with a cluster (there are: ${known}); name one with --kube-context`,
    );
  }
  return {
    name: context,
    server: cluster.server.replace(/\/+$/, ''),
    namespace: config.getContextObject(context)?.namespace?.trim() || 'default',
    authorize: (request) => config.applySecurityAuthentication(request),
  };
}

function load({ kubeconfig, context, env, root = '' }: ClusterOptions): {
  config: ClusterConfig;
  source: string;
} {
  if (kubeconfig !== undefined) return fromFiles(kubeconfig.split(delimiter).filter(Boolean));
  if (context === undefined && env['KUBERNETES_SERVICE_HOST'] && isThere(`${root}${ACCOUNT}/token`)) {
    const config = new ClusterConfig();
    config.loadFromCluster(root);
    return { config, source: 'the service account of this pod' };
  }
  const own = join(env['HOME'] ?? '/', '.kube', 'config');
  if (isThere(own)) return fromFiles([own]);
  throw new TerminalError(
    `--kubernetes: this is no pod with a service account, and ${own} is not there; name a file with --kubeconfig`,
  );
}

function fromFiles(files: readonly string[]): { config: ClusterConfig; source: string } {
  const config = new ClusterConfig();
  for (const [i, file] of files.entries()) {
    const next = i === 0 ? config : new ClusterConfig();
    try {
      readFileSync(file);
      next.loadFromFile(file);
      // The first file that names a current context has its word, as with kubectl.
      if (i > 0) config.mergeConfig(next, Boolean(config.getCurrentContext()));
    } catch (error) {
      // The library's own error is not shown: it may quote the file. What the file system says is.
      const isMissing = error instanceof Error && 'code' in error;
      const why = isMissing ? messageOf(error) : 'it is no kubeconfig';
      throw new TerminalError(`--kubeconfig: ${file} cannot be used: ${why}`, { cause: error });
    }
  }
  return { config, source: files.join(delimiter) };
}

function isThere(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}

class ClusterConfig extends KubeConfig {
  #kept: { readonly dispatcher: Dispatcher; readonly atMs: number } | undefined;

  override async applySecurityAuthentication(request: RequestContext): Promise<void> {
    const cluster = this.getCurrentCluster();
    // The library refuses plain http otherwise; there is no certificate to verify.
    if (cluster?.server.startsWith('http:') === true && !cluster.skipTLSVerify)
      this.clusters = this.clusters.map((each) =>
        each === cluster ? { ...each, skipTLSVerify: true } : each,
      );
    await super.applySecurityAuthentication(request);
    const fresh = request.getDispatcher();
    if (fresh === undefined) return;
    const nowMs = performance.now();
    if (this.#kept === undefined || nowMs - this.#kept.atMs > REUSE_MS)
      this.#kept = { dispatcher: fresh, atMs: nowMs };
    request.setDispatcher(this.#kept.dispatcher);
  }
}

type Dispatcher = NonNullable<ReturnType<RequestContext['getDispatcher']>>;
