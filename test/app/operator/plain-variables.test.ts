import { describe, expect, it } from 'vitest';
import { PlainVariables } from '../../../src/app/operator/plain-variables.ts';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import { policyWith } from '../../api/trust/judging.ts';

const text = policyWith({
  metric: { azureStorageQueue: { queueNameFrom: { fromEnv: 'ORDERS' }, accountKey: { fromEnv: 'KEY' } } },
  app: { envFrom: [{ name: 'X', from: { fromEnv: 'DB_PASSWORD' } }] },
});

describe('the variables that are plain', () => {
  it("are those that the administrator's own policies take names from, and no other", () => {
    const plain = new PlainVariables();
    expect(plain.has('ORDERS')).toBe(false);
    expect(plain.learningFrom(loadPolicies)(text, 'f.yaml').resources).toHaveLength(1);
    expect(
      ['ORDERS', 'KEY', 'DB_PASSWORD', 'AZURE_STORAGE_ACCOUNT_KEY'].filter((name) => plain.has(name)),
    ).toEqual(['ORDERS']);
  });

  it("have the operator's own names among them", () => {
    expect(new PlainVariables().has('AZURE_STORAGE_QUEUE_NAME')).toBe(true);
  });
});
