// test support: a Kubernetes source over an API server, and that server's objects as a person handles them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import type { Resource } from '../../src/api/policy.ts';
import { createTrust } from '../../src/app/trust.ts';
import {
  createKubernetesSource,
  type KubernetesSource,
  type KubernetesSourceDeps,
  openCluster,
  type ReflectorTiming,
} from '../../src/policy-sources/kubernetes/index.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';

/** As short as makes sense between neighbours. */
export const QUICK: Partial<ReflectorTiming> = { minBackoffMs: 20, maxBackoffMs: 200 };

export interface SourceOptions extends Partial<KubernetesSourceDeps> {
  readonly namespace?: string;
  readonly timing?: Partial<ReflectorTiming>;
}

export function sourceOf(kubeconfig: string, options: SourceOptions = {}): KubernetesSource {
  const { namespace, timing = QUICK, ...deps } = options;
  return createKubernetesSource(
    { cluster: openCluster({ kubeconfig, env: {} }), namespace, identity: 'tester', timing },
    {
      load: createTrust({ allowAppPrefix: ['/'] }, { env: {}, marathon: [] }).loadUntrusted,
      clock: systemClock,
      log: silentLogger,
      random: Math.random,
      acting: () => true,
      ...deps,
    },
  );
}

export interface KubeconfigFile {
  readonly path: string;
  remove(): void;
}

export function kubeconfigFor(server: string, { token = '', namespace = 'default' } = {}): KubeconfigFile {
  const dir = mkdtempSync(join(tmpdir(), 'microscaling-kubeconfig-'));
  const path = join(dir, 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name: 'tester', user: token === '' ? {} : { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'tester', namespace } }],
  };
  writeFileSync(path, JSON.stringify(config));
  return { path, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

const PLURALS = { MicroscalingPolicy: 'microscalingpolicies', CapacityPool: 'capacitypools' };

export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
  };
  readonly spec: Record<string, unknown>;
  readonly status?: Record<string, unknown>;
}

/** What a person does with kubectl, in one namespace. */
export class Person {
  readonly #custom: CustomObjectsApi;
  readonly #namespace: string;

  constructor(kubeconfig: string, namespace = 'default') {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    config.clusters = config.clusters.map((cluster) => ({
      ...cluster,
      skipTLSVerify: cluster.skipTLSVerify || cluster.server.startsWith('http:'),
    }));
    this.#custom = config.makeApiClient(CustomObjectsApi);
    this.#namespace = namespace;
  }

  async get(kind: Resource['kind'], name: string): Promise<StoredObject | undefined> {
    return (await this.#custom
      .getNamespacedCustomObject({ ...this.#placeOf(kind), name })
      .catch((error: unknown) => {
        if ((error as { code?: unknown }).code === 404) return undefined;
        throw error;
      })) as StoredObject | undefined;
  }

  /** Creates it, or replaces its spec. */
  async put(kind: Resource['kind'], name: string, spec: object): Promise<StoredObject> {
    const metadata = { name, namespace: this.#namespace };
    const body = { apiVersion: 'microscaling.io/v1alpha1', kind, metadata, spec };
    const place = this.#placeOf(kind);
    for (;;) {
      const known = await this.get(kind, name);
      try {
        if (known === undefined)
          return (await this.#custom.createNamespacedCustomObject({ ...place, body })) as StoredObject;
        return (await this.#custom.replaceNamespacedCustomObject({
          ...place,
          name,
          body: { ...body, metadata: { ...known.metadata } },
        })) as StoredObject;
      } catch (error) {
        if ((error as { code?: unknown }).code !== 409) throw error;
      }
    }
  }

  async remove(kind: Resource['kind'], name: string): Promise<void> {
    await this.#custom.deleteNamespacedCustomObject({ ...this.#placeOf(kind), name });
  }

  /** Replaces the status, as another program would that thinks it may. */
  async putStatus(kind: Resource['kind'], name: string, status: object): Promise<void> {
    const known = await this.get(kind, name);
    const body = { ...known, status };
    await this.#custom.replaceNamespacedCustomObjectStatus({ ...this.#placeOf(kind), name, body });
  }

  #placeOf(kind: Resource['kind']): {
    readonly group: string;
    readonly version: string;
    readonly namespace: string;
    readonly plural: string;
  } {
    return {
      group: 'microscaling.io',
      version: 'v1alpha1',
      namespace: this.#namespace,
      plural: PLURALS[kind],
    };
  }
}
