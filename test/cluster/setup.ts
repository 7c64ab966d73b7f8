// test: the control plane that the suite runs against, started once for all of it.

import { startWholeCluster } from '../support/kubernetes/whole-cluster.ts';

/** @returns what ends it */
export async function setup(): Promise<() => Promise<void>> {
  if (process.env['TEST_KUBECONFIG'] !== undefined) return async () => undefined;
  const plane = await startWholeCluster();
  process.env['TEST_KUBECONFIG'] = plane.kubeconfig;
  return async () => {
    delete process.env['TEST_KUBECONFIG'];
    await plane.stop();
  };
}
