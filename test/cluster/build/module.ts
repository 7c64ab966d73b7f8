// test: the Go module in which the control plane is built.

import { ETCD, KUBERNETES, KWOK } from './assets.ts';

/**
 * Kubernetes' own go.mod points its libraries at folders of its repository, which no other module can use; here they point at
 * the published versions, which bear the minor and patch version of Kubernetes.
 */
export function goModule(goModOfKubernetes: string): string {
  const libraries = [...goModOfKubernetes.matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging\//gm)].map(
    ([, library]) => library,
  );
  if (libraries.length === 0) throw new Error("no library is replaced in Kubernetes' go.mod");
  const version = KUBERNETES.replace(/^1\./, 'v0.');
  const go = /^go (\S+)$/m.exec(goModOfKubernetes)?.[1] ?? '1.26';
  return [
    'module control-plane',
    '',
    `go ${go}`,
    '',
    `require (\n\tgo.etcd.io/etcd/server/v3 v${ETCD}\n\tk8s.io/kubernetes v${KUBERNETES}\n\tsigs.k8s.io/kwok v${KWOK}\n)`,
    '',
    ...libraries.map((library) => `replace ${library} => ${library} ${version}`),
    '',
  ].join('\n');
}
