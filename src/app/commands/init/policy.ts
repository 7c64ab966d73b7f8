// app: `init`: the policy that the answers make.

import { dump } from 'js-yaml';
import { API_VERSION } from '../../../api/policy.ts';
import { appNames, policyName } from '../export/names.ts';
import type { Answers } from './questions.ts';

const HEAD = [
  '# Written by `microscaling init`. The apps are adopted as they run: nothing restarts, only counts are going to change.',
  '# `microscaling validate -f` checks this file, `microscaling schema` gives editors what it may hold.',
];

export function initialPolicy({ apps, queue, target, slots }: Answers): string {
  const names = appNames(apps);
  const metric = { [queue.kind.kind]: queue.kind.block(queue.word) };
  const spec = {
    mode: 'Observe',
    capacity: { slots },
    apps: apps.map((id, i) => ({
      name: names.get(id),
      id,
      adopt: true,
      priority: i + 1,
      instances: { min: 1 },
      ...(i === 0 ? { targets: [{ ...target, metric }] } : { remainder: { weight: 1 } }),
    })),
  };
  const document = {
    apiVersion: API_VERSION,
    kind: 'MicroscalingPolicy',
    metadata: { name: policyName(apps) },
    spec,
  };
  const text = dump(document, { lineWidth: 110, noRefs: true });
  const mode =
    '  # Observe: the operator decides and reports, and writes nothing. Change it to Reconcile when that looks right.\n';
  return `${HEAD.join('\n')}\n${text.replace(/^ {2}mode:/m, `${mode}  mode:`)}`;
}
