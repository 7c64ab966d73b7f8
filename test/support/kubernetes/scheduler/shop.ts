// test support: a namespace of a real cluster with workloads in it, what people do to them, and our scheduler looking on.

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AppsV1Api,
  AutoscalingV2Api,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Deployment,
} from '@kubernetes/client-node';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import type { KubernetesDeps } from '../../../../src/schedulers/kubernetes/index.ts';
import { KubernetesScheduler } from '../../../../src/schedulers/kubernetes/index.ts';
import { until } from '../../until.ts';
import { ApiFront } from '../api-front.ts';
import { configOf, writeKubeconfig } from '../control-plane.ts';

/** A resource of which every node has two, so that tests know how much room there is. */
export const SLOT = 'microscaling.test/slot';
export const SLOTS = 6;

const MERGE = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

export interface ShopOptions extends Partial<Omit<KubernetesDeps, 'clock'>> {
  /** Kubeconfig of whoever our scheduler is; default: an administrator. */
  readonly as?: string;
}

export class Shop {
  readonly namespace = `shop-${randomUUID().slice(0, 8)}`;
  readonly apps: AppsV1Api;
  readonly core: CoreV1Api;
  readonly autoscaling: AutoscalingV2Api;
  readonly front: ApiFront;
  readonly scheduler: KubernetesScheduler;
  readonly #dir: string;

  private constructor(kubeconfig: string, front: ApiFront, options: ShopOptions) {
    const admin = configOf(kubeconfig);
    this.apps = admin.makeApiClient(AppsV1Api);
    this.core = admin.makeApiClient(CoreV1Api);
    this.autoscaling = admin.makeApiClient(AutoscalingV2Api);
    this.front = front;
    this.#dir = mkdtempSync(join(tmpdir(), 'microscaling-shop-'));
    const { as = kubeconfig, ...deps } = options;
    const token = configOf(as).getCurrentUser()?.token ?? '';
    const path = writeKubeconfig(this.#dir, { user: 'operator', server: front.url, token });
    this.scheduler = new KubernetesScheduler({ kubeconfig: path }, front.url, {
      clock: systemClock,
      log: silentLogger,
      env: {},
      timing: { minBackoffMs: 20, maxBackoffMs: 200 },
      ...deps,
    });
  }

  static async open(kubeconfig: string, options: ShopOptions = {}): Promise<Shop> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const front = await ApiFront.open(config.getCurrentCluster()?.server ?? '');
    const shop = new Shop(kubeconfig, front, options);
    await shop.#offerSlots();
    await shop.core.createNamespace({ body: { metadata: { name: shop.namespace } } });
    return shop;
  }

  id(name: string): string {
    return `Deployment.apps/${this.namespace}/${name}`;
  }

  async deploy(name: string, replicas: number, more: DeployOptions = {}): Promise<V1Deployment> {
    const { requests = { [SLOT]: '1' }, labels = {} } = more;
    const limits = Object.fromEntries(
      Object.entries(requests).filter(([resource]) => resource.includes('/')),
    );
    const own = { app: name };
    return await this.apps.createNamespacedDeployment({
      namespace: this.namespace,
      body: {
        metadata: { name },
        spec: {
          replicas,
          selector: { matchLabels: own },
          template: {
            metadata: { labels: { ...own, ...labels } },
            spec: {
              containers: [
                {
                  name: 'main',
                  image: 'none',
                  ports: [{ containerPort: 8080 }],
                  resources: { requests, limits },
                },
              ],
            },
          },
        },
      },
      fieldManager: 'kubectl-create',
    });
  }

  /** Deletes it with its pods on the way out, and makes another one of its name. */
  async remake(name: string, replicas: number, more: DeployOptions = {}): Promise<void> {
    await this.apps.deleteNamespacedDeployment({ namespace: this.namespace, name });
    await this.deploy(name, replicas, more);
  }

  /** As `kubectl scale` does it. */
  async scaleByHand(name: string, replicas: number): Promise<void> {
    const { namespace } = this;
    const body = { spec: { replicas } };
    await this.apps.patchNamespacedDeploymentScale({ name, namespace, body, fieldManager: 'kubectl' }, MERGE);
  }

  /** An autoscaler that would keep the count where it is. */
  async autoscale(name: string, replicas: number): Promise<void> {
    const { namespace } = this;
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
    await this.autoscaling.createNamespacedHorizontalPodAutoscaler({
      namespace,
      body: { metadata: { name }, spec: { minReplicas: replicas, maxReplicas: replicas, scaleTargetRef } },
    });
  }

  /** Nothing of it is left on any node. */
  async close(): Promise<void> {
    await this.scheduler.close();
    await this.front.close();
    rmSync(this.#dir, { recursive: true, force: true });
    const { namespace } = this;
    await this.apps.deleteCollectionNamespacedDeployment({ namespace });
    await until(`${namespace} to be empty`, async () => {
      return (await this.core.listNamespacedPod({ namespace })).items.length === 0;
    });
    await this.core.deleteNamespace({ name: namespace });
  }

  async #offerSlots(): Promise<void> {
    const { items } = await this.core.listNode();
    for (const { metadata, status } of items.slice(0, SLOTS / 2)) {
      if (status?.capacity?.[SLOT] !== undefined) continue;
      const amounts = { capacity: { [SLOT]: '2' }, allocatable: { [SLOT]: '2' } };
      await this.core.patchNodeStatus({ name: metadata?.name ?? '', body: { status: amounts } }, MERGE);
    }
  }
}

export interface DeployOptions {
  readonly requests?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}
