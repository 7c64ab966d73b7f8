import { describe, expect, it } from 'vitest';
import { resourceKey } from '../../../src/api/policy.ts';
import type { PlanReport } from '../../../src/app/commands/plan.ts';
import { withoutHeld } from '../../../src/cli/client/held-apps.ts';

const never = new AbortController().signal;

async function planned(accepted: string, app: string): Promise<readonly string[]> {
  const changes = [{ kind: 'adopt', app: '/a', owner: 'default/shop', reason: 'told to' }] as const;
  const policy = resourceKey({ namespace: 'default', name: 'shop' });
  const policies = [{ policy, changes, troubles: [], notes: [], tasks: new Map() }];
  const report: PlanReport = {
    policies,
    changes,
    troubles: [],
    notes: [],
    problems: [],
    resources: [],
  };
  const status = { conditions: [{ type: 'Accepted', status: accepted }], apps: [{ name: 'a', id: app }] };
  const items = [{ metadata: { namespace: 'default', name: 'shop' }, spec: { mode: 'Reconcile' }, status }];
  const client = { get: async () => ({ items }) };
  return (await withoutHeld(report, client, never)).changes.map((change) => `${change.kind} ${change.app}`);
}

describe('a plan beside a running operator', () => {
  it.each([
    ['has adopted it', 'True', '/a', []],
    ['may not adopt it yet', 'False', '/a', ['adopt /a']],
    ['has another app', 'True', '/b', ['adopt /a']],
  ])('lists an adoption unless the operator %s', async (_, accepted, app, expected) => {
    expect(await planned(accepted, app)).toEqual(expected);
  });
});
