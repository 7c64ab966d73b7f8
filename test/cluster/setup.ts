// test: the control plane that the suite runs against: TEST_KUBECONFIG names one that is there, KUBEBUILDER_ASSETS its
// programs; else those that `npm run cluster:build` has made.

import { startControlPlane } from '../support/kubernetes/control-plane.ts';
import { presentAssets } from './build/assets.ts';

/** @returns what ends it */
export async function setup(): Promise<() => Promise<void>> {
  if (process.env['TEST_KUBECONFIG'] !== undefined) return async () => undefined;
  const plane = await startControlPlane(presentAssets());
  process.env['TEST_KUBECONFIG'] = plane.kubeconfig;
  return async () => {
    delete process.env['TEST_KUBECONFIG'];
    await plane.stop();
  };
}
