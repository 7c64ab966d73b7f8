// The Kubernetes source against a real kube-apiserver, where there is one.

import { randomUUID } from 'node:crypto';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe } from 'vitest';
import { describeKubernetesSource } from '../../contract/kubernetes-source.ts';
import { describePolicySource } from '../../contract/policy-source.ts';
import { kubeconfigFor, Person, sourceOf } from '../../support/kubernetes.ts';
import { noCluster, type RealCluster, startCluster } from '../../support/real-cluster.ts';
import { Tunnel } from '../../support/tunnel.ts';

const never = new AbortController().signal;

describe.skipIf(noCluster())('a real kube-apiserver', { concurrent: false, timeout: 30_000 }, () => {
  let cluster: RealCluster;
  let admin: KubeConfig;
  beforeAll(async () => {
    cluster = await startCluster();
    admin = new KubeConfig();
    admin.loadFromFile(cluster.kubeconfig);
  }, 90_000);
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
        await source.release?.({ kind: 'CapacityPool', key: `default/${name}` as never }, never);
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
