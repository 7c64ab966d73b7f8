// test: the control plane that the suite runs against: TEST_KUBECONFIG names one that is there, KUBEBUILDER_ASSETS its
// programs; else those that `npm run cluster:build` has made.

import { resolve } from 'node:path';
import { startControlPlane } from '../support/kubernetes/control-plane.ts';
import { assetsFolder, missingIn } from './build/assets.ts';

/** @returns what ends it */
export async function setup(): Promise<() => Promise<void>> {
  if (process.env['TEST_KUBECONFIG'] !== undefined) return async () => undefined;
  const given = process.env['KUBEBUILDER_ASSETS'];
  const folder = given === undefined ? assetsFolder() : resolve(given);
  const missing = missingIn(folder);
  if (missing.length > 0)
    throw new Error(
      `there is no ${missing.join(', ')} in ${folder}: npm run cluster:build makes a control plane`,
    );
  const plane = await startControlPlane(folder);
  process.env['TEST_KUBECONFIG'] = plane.kubeconfig;
  return async () => {
    delete process.env['TEST_KUBECONFIG'];
    await plane.stop();
  };
}
