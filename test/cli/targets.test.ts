import { describe, expect, it } from 'vitest';
import type { MetricStatus } from '../../src/api/status.ts';
import { describePolicy } from '../../src/cli/output/describe-policy.ts';
import {
  appTable,
  listText,
  WIDE_POLICY_COLUMNS,
  WIDE_POOL_COLUMNS,
} from '../../src/cli/output/policy-table.ts';
import { targetsText } from '../../src/cli/output/targets.ts';
import { anAppSpec, aPolicySpec } from '../support/builders.ts';

const metric = (more: Partial<MetricStatus>): MetricStatus => ({
  type: 'QueueLength',
  name: 'queue demo',
  unit: 'messages',
  target: 50,
  ...more,
});

describe('targets', () => {
  it.each([
    { name: 'a queue', metrics: [metric({ current: 42 })], text: '42/50' },
    { name: 'what is not known', metrics: [metric({ reason: 'no answer' })], text: '<unknown>/50' },
    { name: 'a time', metrics: [metric({ unit: 'seconds', target: 30, current: 12.34 })], text: '12s/30s' },
    {
      name: 'a time that is estimated',
      metrics: [metric({ unit: 'seconds', target: 30, current: 12.34, currentMargin: 3.21 })],
      text: '12±3.2s/30s',
    },
    {
      name: 'what has no end',
      metrics: [metric({ unit: 'seconds', target: 30, infinite: true })],
      text: '∞/30s',
    },
    {
      name: 'so many for each',
      metrics: [metric({ type: 'PerInstance', target: 5, current: 2.46 })],
      text: '2.5/5 (each)',
    },
    { name: 'several', metrics: [metric({ current: 1 }), metric({ target: 7 })], text: '1/50, <unknown>/7' },
    {
      name: 'several with names',
      metrics: [metric({ targetName: 'orders', current: 1 }), metric({ targetName: 'mails', target: 7 })],
      text: 'orders 1/50, mails <unknown>/7',
    },
    { name: 'none', metrics: [], text: '' },
  ])('show $name as `$text`', ({ metrics, text }) => {
    expect(targetsText({ metrics })).toBe(text);
  });
});

describe('the table of apps', () => {
  it('has targets and bounds as the table of a HorizontalPodAutoscaler', () => {
    const policy = {
      metadata: { name: 'shop', namespace: 'default' },
      spec: aPolicySpec({
        apps: [
          anAppSpec({ name: 'web', instances: { min: 1, max: 9 } }),
          anAppSpec({ name: 'rest', instances: {} }),
          anAppSpec({ name: 'feed', instances: { fixed: 3 } }),
        ],
      }),
      status: {
        apps: [
          {
            name: 'web',
            id: '/shop/web',
            wanted: 4,
            granted: 3,
            requested: 3,
            running: 2,
            metrics: [metric({ current: 80 })],
          },
          { name: 'rest', id: '/shop/rest', running: 6 },
          { name: 'feed', id: '/shop/feed', running: 3 },
        ],
      },
    };
    expect(appTable(policy)).toBe(
      [
        'APP   TARGETS  MIN  MAX  WANTED  GRANTED  REQUESTED  RUNNING  LIMITED BY  HELD BY HAND  ID',
        'web   80/50    1    9    4       3        3                2                            /shop/web',
        'rest           0    -    -       -        -                6                            /shop/rest',
        'feed           -    -    -       -        -                3                            /shop/feed',
      ].join('\n'),
    );
  });
});

describe('the table of apps with schedules', () => {
  it('says what is in force and what comes next', () => {
    const app = { id: '/shop/web', wanted: 4, granted: 4, requested: 4, running: 4, metrics: [] };
    const schedule = {
      inForce: [{ min: 4, until: '2026-11-29T11:50:00.000Z' }],
      next: { min: 2, max: 8, from: '2026-11-29T20:00:00.000Z' },
    };
    const policy = {
      metadata: { name: 'shop', namespace: 'default' },
      spec: aPolicySpec({ apps: [anAppSpec({ name: 'web', instances: { min: 1, max: 9 } })] }),
      status: {
        apps: [
          { ...app, name: 'web', schedule },
          { ...app, name: 'mail' },
        ],
      },
    };
    const [head, web, mail] = appTable(policy).split('\n');
    expect(head).toMatch(/HELD BY HAND +SCHEDULE +ID$/);
    expect(web).toContain(
      'min 4 until 2026-11-29 11:50:00Z; next min 2, max 8 from 2026-11-29 20:00:00Z  /shop/web',
    );
    expect(mail).not.toContain('until');
  });
});

describe('describe', () => {
  it('shows targets by their names', () => {
    const metrics = [
      metric({ targetName: 'orders', current: 80 }),
      metric({ targetName: 'mails', current: 3 }),
    ];
    const app = { name: 'web', id: '/shop/web', wanted: 4, granted: 4, requested: 4, running: 4, metrics };
    const policy = {
      metadata: { name: 'shop', namespace: 'default' },
      spec: aPolicySpec({ apps: [anAppSpec({ name: 'web', instances: { min: 1, max: 9 } })] }),
      status: { apps: [app] },
    };
    const text = describePolicy({ policy, explanation: undefined, events: [] }, 0);
    expect(text).toMatch(/^ {2}web +orders 80\/50, mails 3\/50 +1 +9 /m);
  });

  it('says on a line of its own which of several operators has the policy, and so do wide lists', () => {
    const metadata = { name: 'shop', namespace: 'default', creationTimestamp: '2026-11-29T12:00:00Z' };
    const status = { operator: 'operator-b', apps: [] };
    const policy = { metadata, spec: aPolicySpec({}), status };
    const facts = { explanation: undefined, events: [] };
    expect(describePolicy({ policy, ...facts }, 0)).toMatch(/^Operator: +operator-b$/m);
    expect(describePolicy({ policy: { ...policy, status: { apps: [] } }, ...facts }, 0)).not.toContain(
      'Operator',
    );
    const pool = {
      metadata,
      spec: { capacity: { slots: 3 } },
      status: { operator: 'operator-b', policyCount: 2 },
    };
    const lists = [listText([policy], WIDE_POLICY_COLUMNS, 0), listText([pool], WIDE_POOL_COLUMNS, 0)];
    for (const text of lists) expect(text).toMatch(/ OPERATOR .*\n.* operator-b /);
  });
});
