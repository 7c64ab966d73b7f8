import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../src/app/policies/schema.ts';
import { unresolvedIn, withUnresolved } from '../../src/app/unresolved.ts';

const TEXT = `apiVersion: microscaling.io/v1alpha1
kind: MicroscalingPolicy
metadata: { name: shop }
spec:
  capacity: { slots: 3 }
  marathon: { urls: ['http://m:8080'], caFile: /etc/ca.pem, auth: { token: { fromEnv: TOKEN } } }
  apps:
    - name: a
      priority: 1
      targets: [{ queueLength: 5, metric: { azureStorageQueue: { queueNameFrom: { fromEnv: QUEUE } } } }]
      app: { cmd: exec run , env: { KEPT: { secret: fromEnv } }, secrets: { fromEnv: { source: /shop/x } } }
      envFrom:
        - { name: QUEUE, from: { fromEnv: QUEUE } }
        - { name: MAYBE, from: { fromEnv: MAYBE }, optional: true }
`;
const [loaded] = loadPolicies(TEXT, 'f.yaml').resources;

function missing(env: Record<string, string>, whyUnreadable?: (path: string) => string | undefined) {
  if (loaded === undefined) throw new Error(JSON.stringify(loadPolicies(TEXT, 'f.yaml').problems));
  return unresolvedIn(loaded.resource, { env, ...(whyUnreadable && { whyUnreadable }) }).map(
    ({ message }) => message,
  );
}

describe('references that lead to nothing', () => {
  it('are all named at once, each with its places, those that are not written too', () => {
    const where = 'set it where the operator is started';
    const metric = 'spec.apps[0].targets[0].metric.azureStorageQueue';
    expect(missing({ AZURE_STORAGE_ACCOUNT_KEY: '' }, () => 'it does not exist').sort()).toEqual([
      'file /etc/ca.pem cannot be read: it does not exist (spec.marathon.caFile)',
      `variable AZURE_STORAGE_ACCOUNT_KEY is empty: ${where} (${metric}.accountKey)`,
      `variable AZURE_STORAGE_ACCOUNT_NAME is not set: ${where} (${metric}.accountName)`,
      `variable QUEUE is not set: ${where} (${metric}.queueNameFrom.fromEnv, spec.apps[0].envFrom[0].from.fromEnv)`,
      `variable TOKEN is not set: ${where} (spec.marathon.auth.token.fromEnv)`,
    ]);
  });

  it('are none where everything is set; what may be left out is no matter', () => {
    const env = { TOKEN: 't', QUEUE: 'q', AZURE_STORAGE_ACCOUNT_NAME: 'n', AZURE_STORAGE_ACCOUNT_KEY: 'k' };
    expect(missing(env, () => undefined)).toEqual([]);
  });

  it('stand among the warnings of a text that the operator reads, before anything runs', () => {
    const result = withUnresolved(loadPolicies(TEXT, 'f.yaml'), 'f.yaml', { env: { QUEUE: 'q' } });
    expect(result.resources).toHaveLength(1);
    expect(result.problems.map(({ severity, source, object }) => `${severity} ${source} ${object}`)).toEqual(
      Array.from({ length: 3 }, () => 'warning f.yaml MicroscalingPolicy default/shop'),
    );
  });
});
