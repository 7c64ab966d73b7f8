// The Kubernetes source against a real kube-apiserver, where there is one.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  loadAllYaml,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resourceKey } from '../../../src/api/policy.ts';
import { describeKubernetesSource } from '../../contract/kubernetes-source.ts';
import { describePolicySource } from '../../contract/policy-source.ts';
import { noCluster, type RealCluster, startCluster } from '../../support/kubernetes/real-cluster.ts';
import { kubeconfigFor, Person, sourceOf } from '../../support/kubernetes/source.ts';
import { doEverything } from '../../support/kubernetes/work.ts';
import { Tunnel } from '../../support/marathon/tunnel.ts';
import { ROOT } from '../../support/programs/command.ts';

const never = new AbortController().signal;

describe.skipIf(noCluster())('a real kube-apiserver', { concurrent: false }, () => {
  let cluster: RealCluster;
  let admin: KubeConfig;
  beforeAll(async () => {
    cluster = await startCluster();
    admin = new KubeConfig();
    admin.loadFromFile(cluster.kubeconfig);
  });
  afterAll(() => cluster?.stop());

  /** The administrator's way to it, through a tunnel. */
  const wayTo = async (): Promise<{
    readonly tunnel: Tunnel;
    readonly path: string;
    close(): Promise<void>;
  }> => {
    const url = new URL(admin.getCurrentCluster()?.server ?? '');
    const tunnel = await Tunnel.to(url.hostname, Number(url.port || 443));
    const token = admin.getCurrentUser()?.token ?? '';
    const file = kubeconfigFor(`https://127.0.0.1:${tunnel.port}`, { token, insecure: true });
    const close = async (): Promise<void> => {
      file.remove();
      await tunnel.cut();
    };
    return { tunnel, path: file.path, close };
  };

  describeKubernetesSource('a real kube-apiserver', async () => {
    const { tunnel, path, close } = await wayTo();
    const namespace = `test-${randomUUID().slice(0, 8)}`;
    const core = admin.makeApiClient(CoreV1Api);
    await core.createNamespace({ body: { metadata: { name: namespace } } });
    const person = new Person(cluster.kubeconfig, namespace);
    return {
      kubeconfig: path,
      namespace,
      person,
      hide: () => tunnel.cut(),
      reveal: () => tunnel.mend(),
      close: async () => {
        await close();
        await person.clear();
        await core.deleteNamespace({ name: namespace });
      },
    };
  });

  it('allows the service account of deploy/kubernetes everything that the operator does', async () => {
    const namespace = `test-${randomUUID().slice(0, 8)}`;
    const core = admin.makeApiClient(CoreV1Api);
    await core.createNamespace({ body: { metadata: { name: namespace } } });
    await install(admin, namespace);
    const person = new Person(cluster.kubeconfig, namespace);
    const lease = { namespace: 'microscaling', name: 'microscaling' };
    const kubeconfig = await cluster.asServiceAccount('microscaling', 'microscaling');
    try {
      await doEverything({ kubeconfig, namespace, person, lease });
    } finally {
      await person.clear();
      await core.deleteNamespace({ name: namespace });
    }
  });

  it('says what somebody without rights may not do, and what to do about it', async () => {
    const core = admin.makeApiClient(CoreV1Api);
    const body = { metadata: { name: 'nobody' } };
    await core.createNamespacedServiceAccount({ namespace: 'default', body }).catch(unlessThere);
    const source = sourceOf(await cluster.asServiceAccount('default', 'nobody'));
    const { complete, problems } = await source.list(never);
    expect(complete).toBe(false);
    expect(problems[0]?.message).toMatch(
      /cannot list resource "microscalingpolicies" in API group "microscaling.io".*deploy\/kubernetes/,
    );
  });

  describePolicySource('kubernetes, a real kube-apiserver', async () => {
    const { tunnel, path, close } = await wayTo();
    const person = new Person(cluster.kubeconfig, 'default');
    const source = sourceOf(path, { namespace: 'default' });
    return {
      source,
      put: async (name, slots) => void (await person.put('CapacityPool', name, { capacity: { slots } })),
      spoil: async (name) =>
        void (await person.put('CapacityPool', name, {
          capacity: { slots: 1 },
          marathon: { urls: ['http://nobody.allowed:1'] },
        })),
      remove: async (name) => {
        await person.remove('CapacityPool', name);
        await source.list(never);
        await source.removeFinalizer?.(
          { kind: 'CapacityPool', key: resourceKey({ namespace: 'default', name }) },
          never,
        );
      },
      hide: () => tunnel.cut(),
      reveal: () => tunnel.mend(),
      close: async () => {
        await close();
        await person.clear();
      },
    };
  });
});

/** What deploy/kubernetes makes, but for the Deployment; and Secrets of this namespace, as its readme says. */
async function install(admin: KubeConfig, namespace: string): Promise<void> {
  const objects = KubernetesObjectApi.makeApiClient(admin);
  const base = join(ROOT, 'deploy/kubernetes/base');
  const made = ['namespace', 'service-account', 'rbac'].flatMap((file) =>
    loadAllYaml(readFileSync(join(base, `${file}.yaml`), 'utf8')),
  ) as KubernetesObject[];
  const subjects = [{ kind: 'ServiceAccount', name: 'microscaling', namespace: 'microscaling' }];
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'microscaling-secrets', namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'microscaling-secrets' },
    subjects,
  };
  for (const object of [...made, binding]) {
    const isBinding = object.kind?.endsWith('Binding') === true;
    const placed = {
      ...object,
      metadata: { namespace: 'microscaling', ...object.metadata },
      ...(isBinding && { subjects }),
    };
    await objects.create(placed).catch(unlessThere);
  }
}

function unlessThere(error: unknown): void {
  if ((error as { code?: unknown }).code !== 409) throw error;
}
