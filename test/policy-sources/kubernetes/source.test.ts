// The Kubernetes source against the operator's own API engine.

import { describeKubernetesSource } from '../../contract/kubernetes-source.ts';
import { startKubeServer } from '../../support/kubernetes/kube-server.ts';
import { kubeconfigFor, Person } from '../../support/kubernetes/source.ts';

describeKubernetesSource("the operator's engine", async () => {
  const server = await startKubeServer();
  const kubeconfig = kubeconfigFor(server.url);
  const namespace = 'shops';
  // Past the fault: a person elsewhere.
  const person = new Person(kubeconfig.path, namespace);
  return {
    kubeconfig: kubeconfig.path,
    namespace,
    person,
    hide: async () => {
      server.faults.intercept = ({ agent }) =>
        agent === 'microscaling' ? new Response('{}', { status: 503 }) : undefined;
      server.faults.dropWatches();
    },
    reveal: async () => {
      server.faults.intercept = undefined;
    },
    close: async () => {
      kubeconfig.remove();
      await server.close();
    },
  };
});
