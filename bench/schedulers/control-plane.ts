// bench: a thousand Deployments of a real control plane under one operator, and how soon a pod that is ready is seen as running.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppsV1Api, CoreV1Api, type V1Deployment, type V1Pod, Watch } from '@kubernetes/client-node';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { KubernetesScheduler } from '../../src/schedulers/kubernetes/index.ts';
import { presentAssets } from '../../test/cluster/build/assets.ts';
import { configOf, startControlPlane } from '../../test/support/kubernetes/control-plane.ts';
import type { Figure } from '../cost/measure.ts';
import { startOperatorProcess } from '../cost/process.ts';
import { seenRunning } from './seen-running.ts';

const NAMESPACE = 'bench';
const DEPLOYMENTS = 1_000;
const APPS_A_POLICY = 10;
const REST_MS = 30_000;
const TIMES = 10;

/** Starts the control plane that `npm run cluster:build` has made, or that KUBEBUILDER_ASSETS names. */
export async function controlPlane(): Promise<readonly Figure[]> {
  const plane = await startControlPlane(presentAssets());
  try {
    const core = configOf(plane.kubeconfig).makeApiClient(CoreV1Api);
    await core.createNamespace({ body: { metadata: { name: NAMESPACE } } });
    return [...(await podsSeenRunning(plane.kubeconfig)), ...(await thousand(plane.kubeconfig))];
  } finally {
    await plane.stop();
  }
}

function deployment(name: string, replicas: number): V1Deployment {
  const labels = { app: name };
  const resources = { requests: { cpu: '1m', memory: '1Mi' } };
  return {
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'none', resources }] } },
    },
  };
}

/** From another watch's sight of the last pod being ready to our count of what runs. */
async function podsSeenRunning(kubeconfig: string): Promise<readonly Figure[]> {
  const config = configOf(kubeconfig);
  await config
    .makeApiClient(AppsV1Api)
    .createNamespacedDeployment({ namespace: NAMESPACE, body: deployment('swing', 1) });
  const ready = new Map<string, number>();
  const watch = await new Watch(config).watch(
    `/api/v1/namespaces/${NAMESPACE}/pods`,
    {},
    (_, { metadata, status }: V1Pod) => {
      const isReady = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
      const name = metadata?.name ?? '';
      if (isReady === true && !ready.has(name)) ready.set(name, performance.now());
    },
    () => undefined,
  );
  const scheduler = new KubernetesScheduler({ kubeconfig }, '', {
    clock: systemClock,
    log: silentLogger,
    env: {},
  });
  const figures = await seenRunning(
    {
      scheduler,
      app: `Deployment.apps/${NAMESPACE}/swing`,
      lastReadyMs: () => Math.max(...ready.values()),
      instance: 'pod',
      how: 'each ready 0.2 to 0.4 s after it has a node, as another watch sees it',
    },
    TIMES,
  );
  watch.abort();
  await scheduler.close();
  return figures;
}

async function thousand(kubeconfig: string): Promise<readonly Figure[]> {
  const config = configOf(kubeconfig);
  const apps = config.makeApiClient(AppsV1Api);
  const names = Array.from({ length: DEPLOYMENTS }, (_, i) => `app-${i}`);
  for (let i = 0; i < names.length; i += 20)
    await Promise.all(
      names
        .slice(i, i + 20)
        .map((name) => apps.createNamespacedDeployment({ namespace: NAMESPACE, body: deployment(name, 1) })),
    );
  const operator = await startOperatorProcess((dir) => {
    for (let i = 0; i < names.length; i += APPS_A_POLICY)
      writeFileSync(
        join(dir, `p-${i}.yaml`),
        JSON.stringify(policy(`p-${i}`, names.slice(i, i + APPS_A_POLICY))),
      );
    return ['--policies', dir, '--kubeconfig', kubeconfig];
  });
  try {
    for (;;) {
      const { items } = await apps.listNamespacedDeployment({ namespace: NAMESPACE });
      const counted = items.filter(
        ({ metadata, status }) => metadata?.name !== 'swing' && status?.readyReplicas === 2,
      );
      if (counted.length === DEPLOYMENTS) break;
      await systemClock.sleep(1_000);
    }
    await systemClock.sleep(5_000);
    const [cpuBefore, before] = [operator.cpuMs() ?? Number.NaN, await calls(operator.url)];
    await systemClock.sleep(REST_MS);
    const [cpuAfter, after] = [operator.cpuMs() ?? Number.NaN, await calls(operator.url)];
    const note = `${DEPLOYMENTS} Deployments of 2 pods in ${DEPLOYMENTS / APPS_A_POLICY} pools, decided every 500 ms`;
    return [
      {
        name: 'most memory of the operator',
        value: operator.peakMb() ?? Number.NaN,
        unit: 'MB',
        limit: 512,
        note,
      },
      {
        name: 'processors of the operator at rest',
        value: (cpuAfter - cpuBefore) / REST_MS,
        unit: '',
        limit: 1,
        note: `over ${REST_MS / 1_000} s`,
      },
      {
        name: 'writes, one a change',
        value: after.writes / DEPLOYMENTS,
        unit: '',
        limit: 1,
        ...(after.writes === 0 && { invalid: 'its metrics count no write' }),
        note: 'from 1 to 2 each',
      },
      { name: 'writes at rest', value: after.writes - before.writes, unit: '', limit: 0, note },
    ];
  } finally {
    await operator.stop();
  }
}

function policy(name: string, apps: readonly string[]): object {
  const metadata = { name, namespace: NAMESPACE };
  const metric = { random: { min: 20, max: 20, period: '60s' } };
  const spec = {
    interval: '500ms',
    capacity: { slots: apps.length * 3 },
    apps: apps.map((app) => ({
      name: app,
      priority: 1,
      instances: { min: 1, max: 3 },
      targets: [{ perInstance: 10, metric }],
      kubernetes: { scaleTargetRef: { name: app } },
    })),
  };
  return { apiVersion: 'microscaling.io/v1alpha1', kind: 'MicroscalingPolicy', metadata, spec };
}

/** As its metrics count them. */
async function calls(url: string): Promise<{ readonly writes: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('microscaling_scheduler_requests_total{') && line.includes('PATCH'));
  return { writes: lines.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0) };
}
