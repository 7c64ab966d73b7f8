// test support: a whole Kubernetes, where this machine can have one: TEST_KUBECONFIG names a cluster to write to, else one is
// started of the programs of KUBEBUILDER_ASSETS, else of those that `npm run cluster:build` has made.

import { messageOf } from '../../../src/runtime/errors.ts';
import { presentAssets } from '../../cluster/build/assets.ts';
import { startControlPlane } from './control-plane.ts';

/** Why there can be none here; undefined: there can. */
export function wholeClusterMissing(): string | undefined {
  if (process.env['TEST_KUBECONFIG'] !== undefined) return undefined;
  try {
    presentAssets();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

export interface WholeCluster {
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/** @throws Error that says how to get what is not there */
export async function startWholeCluster(): Promise<WholeCluster> {
  const given = process.env['TEST_KUBECONFIG'];
  if (given !== undefined) return { kubeconfig: given, stop: async () => undefined };
  return await startControlPlane(presentAssets());
}
