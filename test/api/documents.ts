// What the tests of the resource are written with: documents whose lines can be counted.

import { loadPolicies } from '../../src/app/policies/schema.ts';

/** A policy with this as `spec`, which begins in line 5. */
export function aPolicyWithSpec(spec: string): string {
  return `apiVersion: microscaling.io/v1alpha1\nkind: MicroscalingPolicy\nmetadata: { name: shop }\nspec:\n${indent(spec, 2)}`;
}

/** A policy with ten slots and these `apps`, which begin in line 7. */
export function aPolicyWithApps(apps: string): string {
  return aPolicyWithSpec(`capacity: { slots: 10 }\napps:\n${indent(apps, 2)}`);
}

/** A valid scaled app with more fields, which begin in line 11. */
export function aPolicyWithApp(more: string): string {
  return aPolicyWithApps(
    `- name: a\n  priority: 1\n  targets:\n    - { queueLength: 5, metric: { random: { max: 9 } } }\n${indent(more, 2)}`,
  );
}

/** A valid scaled app with this as its only target, which begins in line 10. */
export function aPolicyWithTarget(target: string): string {
  return aPolicyWithApps(`- name: a\n  priority: 1\n  targets:\n    - ${indent(target, 6).trimStart()}`);
}

/** A target on the queue `orders` with this field of the metric, which is line 14. */
export function aPolicyWithQueue(field: string): string {
  return aPolicyWithTarget(
    `queueLength: 5\nmetric:\n  azureStorageQueue:\n    queueName: orders\n    ${field}`,
  );
}

/** What is wrong, and all that is said about it, as `problemsOf` gives it. */
export type Row = readonly [name: string, text: string, ...problems: readonly string[]];

/** `error 7 /spec/apps/0: sentence`, one line a problem. */
export function problemsOf(text: string): readonly string[] {
  return loadPolicies(text, 'f.yaml').problems.map(
    ({ severity, line, pointer, message }) => `${severity} ${line} ${pointer}: ${message}`,
  );
}

function indent(text: string, by: number): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : ' '.repeat(by) + line))
    .join('\n');
}
