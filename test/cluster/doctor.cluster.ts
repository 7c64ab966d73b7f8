// `doctor -f` of policies that scale in Kubernetes, against a real control plane: what is found, with the rights of whoever asks.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RbacAuthorizationV1Api } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/app/commands/doctor/finding.ts';
import { configOf } from '../support/kubernetes/control-plane.ts';
import { startCluster } from '../support/kubernetes/real-cluster.ts';
import { Shop } from '../support/kubernetes/scheduler/shop.ts';
import { run } from '../support/programs/command.ts';

const kubeconfig = process.env['TEST_KUBECONFIG'] ?? '';

describe('doctor, of what is scaled in Kubernetes', { concurrent: false }, () => {
  let shop: Shop;
  let dir: string;
  beforeEach(async () => {
    shop = await Shop.open(kubeconfig);
    dir = mkdtempSync(join(tmpdir(), 'microscaling-doctor-'));
  });
  afterEach(async () => {
    await shop.close();
    rmSync(dir, { recursive: true, force: true });
  });

  async function found(refs: readonly object[], as = kubeconfig): Promise<readonly Finding[]> {
    const apps = refs.map((scaleTargetRef, i) => ({
      ...{ name: `app${i}`, priority: 1, instances: { min: 1 }, remainder: {} },
      kubernetes: { scaleTargetRef },
    }));
    const policy = {
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'MicroscalingPolicy',
      metadata: { name: 'shop', namespace: shop.namespace },
      spec: { capacity: { slots: 9 }, apps },
    };
    const file = join(dir, 'policy.yaml');
    writeFileSync(file, JSON.stringify(policy));
    const { stdout } = await run(['doctor', '-f', file, '--kubeconfig', as, '-o', 'json']);
    return (JSON.parse(stdout) as { findings: readonly Finding[] }).findings;
  }

  it('finds nothing wrong with a Deployment that is there and ours to scale', async () => {
    await shop.deploy('workers', 1);
    expect(await found([{ name: 'workers' }])).toEqual([]);
  });

  it('names what is not there, what has no count, and what another autoscaler scales', async () => {
    await shop.deploy('workers', 1);
    await shop.autoscaling.createNamespacedHorizontalPodAutoscaler({
      namespace: shop.namespace,
      body: {
        metadata: { name: 'rival' },
        spec: {
          maxReplicas: 3,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'workers' },
        },
      },
    });
    const refs = [{ name: 'workers' }, { name: 'nobody' }, { kind: 'DaemonSet', name: 'agents' }];
    expect((await found(refs)).map(({ check, severity, what }) => [check, severity, what])).toEqual([
      [
        'targets',
        'error',
        expect.stringContaining(`HorizontalPodAutoscaler ${shop.namespace}/rival scales it too`),
      ],
      ['targets', 'error', `there is no Deployment ${shop.namespace}/nobody`],
      ['targets', 'error', expect.stringContaining('DaemonSet.apps has no scale subresource')],
    ]);
  });

  it('names the rights that are missing, one by one', async () => {
    const cluster = await startCluster();
    await shop.deploy('workers', 1);
    const { namespace } = shop;
    await shop.core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: 'operator' } } });
    const as = await cluster.asServiceAccount(namespace, 'operator');
    const what = async (): Promise<string> => (await found([{ name: 'workers' }], as))[0]?.what ?? '';
    expect(await what()).toBe(
      `Deployment ${namespace}/workers: these credentials may not ${[
        `list deployments.apps in namespace ${namespace}`,
        `watch deployments.apps in namespace ${namespace}`,
        `list pods in namespace ${namespace}`,
        `watch pods in namespace ${namespace}`,
        `list horizontalpodautoscalers.autoscaling in namespace ${namespace}`,
        `watch horizontalpodautoscalers.autoscaling in namespace ${namespace}`,
        `get deployments/scale.apps workers in namespace ${namespace}`,
        `patch deployments/scale.apps workers in namespace ${namespace}`,
      ].join(', ')}`,
    );
    const rbac = configOf(kubeconfig).makeApiClient(RbacAuthorizationV1Api);
    const metadata = { name: 'reader' };
    await rbac.createNamespacedRole({
      namespace,
      body: {
        metadata,
        rules: [
          { apiGroups: ['apps'], resources: ['deployments'], verbs: ['list', 'watch'] },
          { apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['get'] },
          { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
          { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['list', 'watch'] },
        ],
      },
    });
    await rbac.createNamespacedRoleBinding({
      namespace,
      body: {
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
        subjects: [{ kind: 'ServiceAccount', name: 'operator', namespace }],
      },
    });
    expect(await what()).toBe(
      `Deployment ${namespace}/workers: these credentials may not patch deployments/scale.apps workers in namespace ${namespace}`,
    );
    await cluster.stop();
  });

  it('says that a cluster cannot be asked', async () => {
    const nowhere = join(dir, 'nowhere');
    const [first, ...others] = await found([{ name: 'workers' }], nowhere);
    expect([first?.severity, first?.what, others]).toEqual([
      'error',
      expect.stringMatching(
        /^the cluster of Deployment \S+\/workers cannot be asked: .*nowhere cannot be used/,
      ),
      [],
    ]);
  });
});
