// test support: a Kubernetes source over an API server, and that server's objects as a person handles them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CoreV1Api,
  type CoreV1Event,
  CustomObjectsApi,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import type { Resource } from '../../../src/api/policy.ts';
import { createTrust } from '../../../src/app/operator/trust.ts';
import {
  createKubernetesSource,
  type KubernetesSource,
  type KubernetesSourceDeps,
  openCluster,
  type ReflectorTiming,
} from '../../../src/policy-sources/kubernetes/index.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';

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

export function kubeconfigFor(
  server: string,
  { token = '', namespace = 'default', insecure = false } = {},
): KubeconfigFile {
  const dir = mkdtempSync(join(tmpdir(), 'microscaling-kubeconfig-'));
  const path = join(dir, 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, ...(insecure && { 'insecure-skip-tls-verify': true }) } }],
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
  readonly #core: CoreV1Api;
  readonly #namespace: string;

  constructor(kubeconfig: string, namespace = 'default') {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    config.clusters = config.clusters.map((cluster) => ({
      ...cluster,
      skipTLSVerify: cluster.skipTLSVerify || cluster.server.startsWith('http:'),
    }));
    this.#custom = config.makeApiClient(CustomObjectsApi);
    this.#core = config.makeApiClient(CoreV1Api);
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

  /** Merges into its metadata; null removes. */
  async annotate(kind: Resource['kind'], name: string, metadata: object): Promise<void> {
    await this.#custom.patchNamespacedCustomObject(
      { ...this.#placeOf(kind), name, body: { metadata } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
  }

  async events(): Promise<readonly CoreV1Event[]> {
    return (await this.#core.listNamespacedEvent({ namespace: this.#namespace })).items;
  }

  /** Creates or replaces it. */
  async putSecret(name: string, values: Readonly<Record<string, string>>): Promise<void> {
    const namespace = this.#namespace;
    const data = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    );
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data };
    await this.#core.createNamespacedSecret({ namespace, body }).catch(async (error: unknown) => {
      if ((error as { code?: unknown }).code !== 409) throw error;
      const { metadata } = await this.#core.readNamespacedSecret({ namespace, name });
      const known = { name, namespace, resourceVersion: metadata?.resourceVersion ?? '' };
      await this.#core.replaceNamespacedSecret({ namespace, name, body: { ...body, metadata: known } });
    });
  }

  /** Removes all of our objects, whatever holds them. */
  async clear(): Promise<void> {
    for (const kind of ['MicroscalingPolicy', 'CapacityPool'] as const) {
      const { items } = (await this.#custom.listNamespacedCustomObject(this.#placeOf(kind))) as {
        items: readonly StoredObject[];
      };
      for (const { metadata } of items) {
        await this.annotate(kind, metadata.name, { finalizers: null });
        if (metadata.deletionTimestamp === undefined) await this.remove(kind, metadata.name);
      }
    }
  }

  /** Merges into the status, as another program would that thinks it may. */
  async putStatus(kind: Resource['kind'], name: string, status: object): Promise<void> {
    await this.#custom.patchNamespacedCustomObjectStatus(
      { ...this.#placeOf(kind), name, body: { status } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
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
