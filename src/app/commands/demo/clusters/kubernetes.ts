// app: a demo whose apps are Deployments of a Kubernetes cluster, in a namespace of its own that goes with it.

import { defined } from '../../../../lang/defined.ts';
import { messageOf, TerminalError } from '../../../../runtime/errors.ts';
import type { KubeApi } from '../../../../runtime/kubernetes/api.ts';
import type { ClusterContext, DemoCluster } from './cluster.ts';
import { IMAGE } from './docker-image.ts';
import { DEMO_NAMESPACE, DemoNamespace } from './kubernetes-namespace.ts';
import { objectsOf } from './kubernetes-objects.ts';

export async function startKubernetesCluster(
  context: ClusterContext,
  signal: AbortSignal,
): Promise<DemoCluster> {
  const { env, clock, kubeconfig, kubeContext, image = IMAGE, address, statsd, progress } = context;
  const { api, server, name } = await open({ ...context, kubeconfig, kubeContext, env });
  const namespace = new DemoNamespace(api, clock);
  try {
    progress(`making the namespace ${DEMO_NAMESPACE} in the cluster ${name}`);
    await namespace.make(signal);
    const variables = {
      ...context.storageVariables,
      STATSD_UDP_HOST: statsd.host,
      STATSD_UDP_PORT: String(statsd.port),
      PRODUCER_SEED: String(context.seed),
    };
    progress(`starting consumer, remainder and producer from the image ${image}`);
    for (const { path, body } of objectsOf({ image, address, variables }))
      await api.create({ ...path, namespace: DEMO_NAMESPACE }, body, signal);
  } catch (error) {
    await namespace.remove().catch(() => undefined);
    signal.throwIfAborted();
    if (error instanceof TerminalError) throw error;
    throw new TerminalError(`the cluster ${name}: ${messageOf(error)}`, { cause: error });
  }
  return {
    name: 'kubernetes',
    url: server,
    operator: { marathon: [], kubernetes: defined({ kubeconfig, kubeContext }) },
    variables: {},
    unheard:
      `the pods are said to run, and nothing was heard of their programs: they reach this machine at ${address} (--address names ` +
      'another address of it), or the nodes only pretend to run pods',
    close: () => namespace.remove(),
  };
}

async function open({
  kubeconfig,
  kubeContext: context,
  env,
  clock,
}: Pick<ClusterContext, 'kubeconfig' | 'kubeContext' | 'env' | 'clock'>): Promise<{
  readonly api: KubeApi;
  readonly server: string;
  readonly name: string;
}> {
  // The library takes 0.4 s to load: only who asks for it pays.
  const [{ KubeApi: Api }, { openCluster }] = await Promise.all([
    import('../../../../runtime/kubernetes/api.ts'),
    import('../../../../runtime/kubernetes/cluster.ts'),
  ]);
  const cluster = openCluster({ kubeconfig, context, env });
  return { api: new Api(cluster, clock), server: cluster.server, name: cluster.name };
}
