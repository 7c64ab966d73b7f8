// The contract of policy sources, kept by the Kubernetes source against the operator's own API engine.

import { resourceKey } from '../../../src/api/policy.ts';
import { describePolicySource } from '../../contract/policy-source.ts';
import { startKubeServer } from '../../support/kubernetes/kube-server.ts';
import { kubeconfigFor, Person, sourceOf } from '../../support/kubernetes/source.ts';

describePolicySource('kubernetes', async () => {
  const server = await startKubeServer();
  const kubeconfig = kubeconfigFor(server.url);
  const person = new Person(kubeconfig.path);
  const source = sourceOf(kubeconfig.path);
  const release = async (name: string): Promise<void> => {
    await source.list(new AbortController().signal);
    await source.removeFinalizer?.(
      { kind: 'CapacityPool', key: resourceKey({ namespace: 'default', name }) },
      new AbortController().signal,
    );
  };
  return {
    source,
    put: async (name, slots) => void (await person.put('CapacityPool', name, { capacity: { slots } })),
    spoil: async (name) => void (await person.put('CapacityPool', name, { capacity: {} })),
    remove: async (name) => {
      await person.remove('CapacityPool', name);
      await release(name);
    },
    hide: async () => {
      server.faults.intercept = () => new Response('{}', { status: 503 });
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
