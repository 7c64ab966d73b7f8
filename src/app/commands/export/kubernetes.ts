// app: `export --kubernetes`: a policy from the Deployments of a namespace.

import { systemClock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import { heldBy, holderOf, ownedBy } from '../../../schedulers/kubernetes/target/holders.ts';
import { workloadOf } from '../../../schedulers/kubernetes/target/workload.ts';
import { choose } from './choose.ts';
import { check, type Exported } from './export.ts';
import { appNames } from './names.ts';
import { framed, indent, scalar, scaledRole } from './policy-frame.ts';

export interface DeploymentsConfig {
  readonly namespace: string;
  /** Their names, in order of priority; none: all of them, by name. */
  readonly deployments: readonly string[];
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Of the policy; default: the namespace. */
  readonly name?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Found {
  readonly name: string;
  readonly instances: number;
  /** Why it is left out. */
  readonly heldBy: string | undefined;
}

const DEPLOYMENT = { group: 'apps', kind: 'Deployment' };

/** @throws TerminalError for a name that means no Deployment; TransientError when the cluster cannot be read */
export async function exportDeployments(config: DeploymentsConfig, signal: AbortSignal): Promise<Exported> {
  const { server, found } = await read(config, signal);
  const chosen = choose(
    found,
    config.deployments,
    (name) => `there is no Deployment ${name} in namespace ${config.namespace}`,
  );
  const free = chosen.filter((each) => each.heldBy === undefined);
  if (free.length === 0)
    throw new TerminalError(`no Deployment in namespace ${config.namespace} is free to be scaled`);
  const text = textOf(free, { server, namespace: config.namespace, name: config.name ?? config.namespace });
  check(text);
  const notes = chosen.flatMap(({ name, heldBy: why }) =>
    why === undefined ? [] : [`Deployment ${config.namespace}/${name} is left out: ${why}`],
  );
  return { text, notes };
}

async function read(
  { namespace, kubeconfig, context, env }: DeploymentsConfig,
  signal: AbortSignal,
): Promise<{ readonly server: string; readonly found: readonly Found[] }> {
  // The library takes 0.4 s to load: only who asks for it pays.
  const [{ KubeApi }, { openCluster }] = await Promise.all([
    import('../../../runtime/kubernetes/api.ts'),
    import('../../../runtime/kubernetes/cluster.ts'),
  ]);
  const cluster = openCluster({ kubeconfig, context, env });
  const api = new KubeApi(cluster, systemClock);
  const list = async (path: {
    group: string;
    version: string;
    resource: string;
  }): Promise<readonly KubeObject[]> => (await api.list({ ...path, namespace }, signal)).items ?? [];
  const [deployments, autoscalers] = await Promise.all([
    list({ group: 'apps', version: 'v1', resource: 'deployments' }),
    list({ group: 'autoscaling', version: 'v2', resource: 'horizontalpodautoscalers' }),
  ]);
  // What a ScaledObject scales has an autoscaler that the ScaledObject has made.
  const holders = autoscalers.map((object) => holderOf('HorizontalPodAutoscaler', object));
  const found = deployments.map((object): Found => {
    const { name } = object.metadata;
    const target = { ...DEPLOYMENT, namespace, name };
    const workload = workloadOf(object, DEPLOYMENT);
    return {
      name,
      instances: workload.scale?.replicas ?? 1,
      heldBy: ownedBy(target, workload) ?? heldBy(holders, target),
    };
  });
  return { server: cluster.server, found: found.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

function textOf(
  deployments: readonly Found[],
  { server, namespace, name }: { readonly server: string; readonly namespace: string; readonly name: string },
): string {
  const names = appNames(deployments.map((each) => each.name));
  const apps = deployments.map((each, place) => [
    `- name: ${scalar(names.get(each.name) ?? '')}`,
    ...indent([
      ...scaledRole(each, { place, of: deployments.length }),
      'kubernetes:',
      `  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${scalar(each.name)} }`,
    ]),
  ]);
  const instances = deployments.reduce((total, each) => total + each.instances, 0);
  const head = [
    `# Deployments in namespace ${namespace} of ${server}, written by \`microscaling export\`.`,
    '# Nothing restarts, and nothing but their counts is going to be changed.',
  ];
  return framed({ head, name, namespace, instances, apps });
}
