// test: which control plane is built, and where it is kept: beside the checkout, so that every checkout shares it and none
// holds it.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const KUBERNETES = '1.36.3';
export const ETCD = '3.6.13';
export const KWOK = '0.8.0';

/** A program and the Go package that it is. */
export interface Program {
  readonly name: string;
  readonly goPackage: string;
  readonly version: string;
}

/** In the order in which they are built: what a test of the API alone needs comes first. */
export const PROGRAMS: readonly Program[] = [
  { name: 'etcd', goPackage: 'go.etcd.io/etcd/server/v3', version: ETCD },
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((name) => ({
    name,
    goPackage: `k8s.io/kubernetes/cmd/${name}`,
    version: KUBERNETES,
  })),
  { name: 'kwok', goPackage: 'sigs.k8s.io/kwok/cmd/kwok', version: KWOK },
];

/** Where `npm run cluster:build` puts the programs; the variable overrides the folder beside the checkout. */
export function assetsFolder(): string {
  const given = process.env['MICROSCALING_CLUSTER_DIR'];
  const beside = resolve(import.meta.dirname, '../../../../.microscaling-control-plane');
  return join(given === undefined ? beside : resolve(given), `kubernetes-${KUBERNETES}`);
}

/**
 * The folder of the programs that KUBEBUILDER_ASSETS names, else of those that were built.
 *
 * @throws Error that says how to get what is not there
 */
export function presentAssets(): string {
  const given = process.env['KUBEBUILDER_ASSETS'];
  const folder = given === undefined ? assetsFolder() : resolve(given);
  const missing = missingIn(folder);
  if (missing.length === 0) return folder;
  throw new Error(
    `there is no ${missing.join(', ')} in ${folder}: npm run cluster:build makes a control plane`,
  );
}

/** The programs that a folder lacks, by name. */
export function missingIn(folder: string): readonly string[] {
  return PROGRAMS.map(({ name }) => name).filter((name) => !existsSync(join(folder, name)));
}
