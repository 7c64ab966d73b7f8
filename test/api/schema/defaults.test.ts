import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { MicroscalingPolicy } from '../../../src/api/policy.ts';
import { withSchemaDefaults } from '../../../src/api/schema/defaults.ts';
import type { JsonObject } from '../../../src/api/schema/json-schema.ts';
import { loadPolicies, policySchema } from '../../../src/app/policies/schema.ts';
import { aPolicyWithApp, aPolicyWithApps, aPolicyWithSpec, aPolicyWithTarget } from '../documents.ts';

function load(text: string): MicroscalingPolicy {
  const { resources, problems } = loadPolicies(text, 'f.yaml');
  expect(problems).toEqual([]);
  const resource = resources[0]?.resource;
  if (resource?.kind !== 'MicroscalingPolicy') throw new Error('no policy was loaded');
  return resource;
}

describe('defaults', () => {
  it('stored by an API server do not count as written by a person', () => {
    const written = `${aPolicyWithApps('- name: a\n  instances: { fixed: 3 }\n- name: b\n  priority: 1\n  targets: [{ perInstance: 5, metric: { random: { min: 0, max: 9 } } }]')}`;
    const document = loadAll(written)[0] as JsonObject;
    const stored = JSON.stringify(withSchemaDefaults(policySchema, document));
    expect(stored).toContain('"behavior"');
    expect(loadPolicies(stored, 'f.yaml').problems).toEqual([]);
  });

  it('are those of the design', () => {
    const { spec, metadata } = load(aPolicyWithApp('instances: { max: 3 }'));
    expect(metadata).toEqual({ name: 'shop', namespace: 'default' });
    const { apps, ...rest } = spec;
    expect(rest).toEqual({
      mode: 'Reconcile',
      interval: '500ms',
      capacity: { slots: 10 },
      onDelete: 'Retain',
      drift: 'Revert',
    });
    const rules = { stabilizationWindowSeconds: 0, policies: [], selectPolicy: 'Max', tolerance: 0 };
    expect(apps).toEqual([
      {
        name: 'a',
        id: '/shop/a',
        priority: 1,
        instances: { min: 0, max: 3 },
        targets: [
          {
            queueLength: 5,
            metric: { random: { min: 0, max: 9, period: '10s', seed: 1 } },
            algorithm: { type: 'Fluid' },
          },
        ],
        behavior: {
          scaleUp: rules,
          scaleDown: rules,
          minHold: '0s',
          futility: 'Detect',
          onMetricFailure: { staleAfter: '10s', action: 'Hold', after: '1m' },
        },
        manualScale: { action: 'Hold', holdFor: '10m' },
        adopt: false,
        envFrom: [],
      },
    ]);
  });

  it('give a queue its way of counting', () => {
    const target = 'queueLength: 5\nmetric: { azureStorageQueue: { queueName: orders } }';
    expect(load(aPolicyWithTarget(target)).spec.apps[0]?.targets?.[0]?.metric).toEqual({
      azureStorageQueue: { queueName: 'orders', count: 'Waiting', inFlightPerInstance: 1 },
    });
  });

  it.each([
    ['{ type: Queue }', { type: 'Queue', queue: { kU: 0.05, tU: 10 } }],
    ['{ type: Queue, queue: { kU: 0.03 } }', { type: 'Queue', queue: { kU: 0.03, tU: 10 } }],
    ['{ type: SimpleQueue }', { type: 'SimpleQueue' }],
    ['{ fluid: { serviceRate: 5 } }', { type: 'Fluid', fluid: { serviceRate: 5 } }],
  ])('complete the algorithm %s', (algorithm, complete) => {
    const target = `queueLength: 5\nmetric: { random: { max: 9 } }\nalgorithm: ${algorithm}`;
    expect(load(aPolicyWithTarget(target)).spec.apps[0]?.targets?.[0]?.algorithm).toEqual(complete);
  });

  it('give a fixed app no bounds, and its page control a lower one', () => {
    const text = aPolicyWithApps('- { name: a, instances: { fixed: 3 }, pageControl: { max: 5 } }');
    expect(load(text).spec.apps[0]).toMatchObject({ pageControl: { min: 0, max: 5 } });
    expect(load(text).spec.apps[0]?.instances).toEqual({ fixed: 3 });
  });

  it('leave an id alone that is given, and what is under app', () => {
    const app = load(aPolicyWithApp('id: /x/y\napp: { cmd: sleep 9, labels: {}, user: null }')).spec.apps[0];
    expect(app?.id).toBe('/x/y');
    expect(app?.app).toEqual({ cmd: 'sleep 9', labels: {}, user: null });
  });

  it('are the same for everybody: nobody can change them', () => {
    const [first] = load(aPolicyWithApp('adopt: true')).spec.apps;
    (first!.behavior.scaleUp.policies as unknown[]).push('x');
    expect(load(aPolicyWithApp('adopt: true')).spec.apps[0]?.behavior.scaleUp.policies).toEqual([]);
  });

  it('apply to a pool', () => {
    const text = aPolicyWithSpec('capacity: { cluster: {} }').replace('MicroscalingPolicy', 'CapacityPool');
    expect(loadPolicies(text, 'f.yaml').resources[0]?.resource.spec).toEqual({
      capacity: { cluster: { role: '*', headroom: 0 } },
    });
  });
});
