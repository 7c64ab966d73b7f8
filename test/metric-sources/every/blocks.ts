// A policy around one metric: what is wrong with its block, and what it may not do from a home that is not trusted.

import type { TrustRules } from '../../../src/api/trust/rules.ts';
import { createTrustCheck } from '../../../src/api/trust/trust.ts';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import { METRIC_SOURCES } from '../../../src/metric-sources/registry.ts';
import { NOTHING_ALLOWED } from '../../support/values.ts';

export function policyWith(metric: object, target: object = { queueLength: 5 }): string {
  return JSON.stringify({
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: {
      capacity: { slots: 4 },
      apps: [{ name: 'front', priority: 1, targets: [{ ...target, metric }] }],
    },
  });
}

/** `/spec/apps/0/… message`, a line each. */
export function problemsWith(metric: object, target?: object): string {
  const { problems } = loadPolicies(policyWith(metric, target), 'shop.yaml');
  return problems.map(({ pointer, message }) => `${pointer} ${message}`).join('\n');
}

/** @param rules what the operator was started with */
export function refusalsOf(
  metric: object,
  rules: Partial<TrustRules> & { readonly variables?: Readonly<Record<string, string>> } = {},
): readonly string[] {
  const [loaded] = loadPolicies(policyWith(metric), 'shop.yaml').resources;
  if (loaded === undefined) throw new Error(`it is not valid: ${problemsWith(metric)}`);
  const { variables = {}, ...given } = rules;
  const nothing: TrustRules = {
    ...NOTHING_ALLOWED,
    own: { marathonOrigins: [], variable: (name) => variables[name] },
  };
  return createTrustCheck(
    { ...nothing, ...given },
    METRIC_SOURCES,
  )(loaded.resource).map(({ message }) => message);
}
