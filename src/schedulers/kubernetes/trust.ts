// schedulers/kubernetes: what an untrusted policy may not ask for: other namespaces and other clusters than its own.

import { dirname } from 'node:path';
import type { JsonObject } from '../../api/schema/json-schema.ts';
import type { BlockAuthor } from '../../api/schema/scheduler-block.ts';
import { mayReadFile, mayUse, originOf, refused, type TrustRules } from '../../api/trust/rules.ts';
import type { Finding } from '../../api/validation/finding.ts';
import { below } from '../../api/validation/pointer.ts';
import { serverOf } from '../../runtime/kubernetes/kubeconfig.ts';
import { fieldsOf, textOf } from './objects/read.ts';
import { DEFAULT_NAMESPACE } from './target/target.ts';

export function checkTrust(
  block: JsonObject,
  pointer: string,
  { rules, metadata }: BlockAuthor,
): readonly Finding[] {
  const own = metadata.namespace ?? DEFAULT_NAMESPACE;
  const namespace = textOf(block['namespace']) ?? own;
  const foreign =
    namespace === own || mayUse(namespace, rules.namespaces ?? [])
      ? []
      : [
          refused(
            below(pointer, 'namespace'),
            `may not scale what is in namespace ${namespace}`,
            `--allow-namespace '${namespace}'`,
          ),
        ];
  const cluster = block['cluster'];
  return cluster === undefined
    ? foreign
    : [...foreign, ...checkCluster(fieldsOf(cluster), below(pointer, 'cluster'), rules)];
}

/**
 * A kubeconfig holds credentials, and may name programs to run for them: it has to lie where secrets may be read from, and
 * to lead to an API server that is allowed. A context of the operator's own kubeconfig is the operator's.
 */
function checkCluster(cluster: JsonObject, pointer: string, rules: TrustRules): readonly Finding[] {
  const [kubeconfig, context] = [textOf(cluster['kubeconfig']), textOf(cluster['context'])];
  if (kubeconfig === undefined) {
    if (context === undefined) return [];
    const what = "may not use the contexts of the operator's own kubeconfig";
    return [
      refused(below(pointer, 'context'), what, '--allow-secret-files DIR, and name a kubeconfig in it'),
    ];
  }
  const place = below(pointer, 'kubeconfig');
  if (!mayReadFile(kubeconfig, rules))
    return [refused(place, `may not read ${kubeconfig}`, `--allow-secret-files '${dirname(kubeconfig)}'`)];
  const origin = originOf(serverOf({ kubeconfig, context, env: {} }) ?? '');
  if (origin !== undefined && rules.endpoints.includes(origin)) return [];
  const where = origin ?? 'the API server of a kubeconfig that names none';
  return [refused(place, `may not use ${where}`, `--allow-endpoint '${origin ?? 'ORIGIN'}'`)];
}
