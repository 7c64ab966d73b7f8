// What an object that has pods says about itself, and who else has a say.

import { describe, expect, it } from 'vitest';
import { heldBy, holderOf } from '../../../../src/schedulers/kubernetes/target/holders.ts';
import { targetId, targetOf } from '../../../../src/schedulers/kubernetes/target/target.ts';
import { scaleOf, workloadOf } from '../../../../src/schedulers/kubernetes/target/workload.ts';
import { writersOfCount } from '../../../../src/schedulers/kubernetes/target/writer.ts';
import { containers } from '../builders.ts';

const DEPLOYMENT = { group: 'apps', kind: 'Deployment' };
const object = (spec: object, status: object = {}, metadata: object = {}) => ({
  metadata: { name: 'workers', namespace: 'shop', uid: 'u', generation: 3, ...metadata },
  spec,
  status: { observedGeneration: 3, ...status },
});

describe('a target', () => {
  it.each([
    { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'workers' },
    { group: 'argoproj.io', kind: 'Rollout', namespace: 'shop', name: 'a.b-c' },
    { group: '', kind: 'ReplicationController', namespace: 'default', name: 'x' },
  ])('$kind has a name of its own', (target) => {
    expect(targetOf(targetId(target))).toEqual(target);
  });

  it.each(['', '/contract/nobody', 'Deployment.apps/shop', 'a/b/c/d'])('%s is none', (id) => {
    expect(targetOf(id)).toBeUndefined();
  });
});

describe('a workload', () => {
  it.each([
    [DEPLOYMENT, { replicas: 2, selector: { matchLabels: { app: 'x' } } }, 2, 1],
    [DEPLOYMENT, { selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } }, 1, 1],
    [{ group: 'apps', kind: 'StatefulSet' }, { replicas: 0, selector: { matchLabels: { app: 'x' } } }, 0, 1],
    [{ group: '', kind: 'ReplicationController' }, { replicas: 3, selector: { app: 'x', tier: 'y' } }, 3, 2],
  ])('%j says its count and its selector', (kind, spec, replicas, requirements) => {
    const { scale } = workloadOf(object(spec), kind);
    expect(scale?.replicas).toBe(replicas);
    expect(scale?.selector).toHaveLength(requirements);
  });

  it('of another kind leaves both to its scale', () => {
    const rollout = { group: 'argoproj.io', kind: 'Rollout' };
    expect(workloadOf(object({ replicas: 7 }), rollout).scale).toBeUndefined();
    const scale = scaleOf({ metadata: { name: 'x' }, spec: { replicas: 7 }, status: { selector: 'app=x' } });
    expect(scale).toEqual({ replicas: 7, selector: [{ key: 'app', operator: 'In', values: ['x'] }] });
  });

  it('that is scaled to nothing has a scale without a count, and its selector may come later', () => {
    expect(scaleOf({ metadata: { name: 'x' }, spec: {}, status: { selector: '' } })).toEqual({ replicas: 0 });
  });

  it.each([
    ['has more pods than are up to date', { replicas: 4, updatedReplicas: 1 }, {}, '7'],
    ['is done', { replicas: 4, updatedReplicas: 4 }, {}, undefined],
    ['is paused', { replicas: 4, updatedReplicas: 1 }, { paused: true }, undefined],
    [
      'was given up',
      {
        replicas: 4,
        updatedReplicas: 1,
        conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }],
      },
      {},
      undefined,
    ],
    [
      'was not looked at since it was changed',
      { replicas: 4, updatedReplicas: 1, observedGeneration: 2 },
      {},
      undefined,
    ],
  ])('that %s: rollout %s', (_, status, spec, rollout) => {
    const annotations = { 'deployment.kubernetes.io/revision': '7' };
    expect(workloadOf(object(spec, status, { annotations }), DEPLOYMENT).rollout).toBe(rollout);
  });

  it('says what an instance takes, who made it, and why it makes no pods', () => {
    const spec = { template: { spec: { containers: containers({ cpu: '500m', memory: '1Gi' }) } } };
    const conditions = [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: small' }];
    const ownerReferences = [
      { kind: 'Other', name: 'o' },
      { kind: 'Deployment', name: 'workers', controller: true },
    ];
    expect(workloadOf(object(spec, { conditions }, { ownerReferences }), DEPLOYMENT)).toMatchObject({
      footprint: { cpus: 0.5, mem: 1_024, disk: 0, gpus: 0 },
      controller: 'Deployment workers',
      failedCreate: 'exceeded quota: small',
    });
  });
});

describe('the writer of a count', () => {
  const replicas = { 'f:spec': { 'f:replicas': {} } };
  const template = { 'f:spec': { 'f:template': {} } };
  it.each([
    ['owns it', [{ manager: 'kubectl', fieldsV1: replicas }], ['kubectl']],
    [
      'is not who owns the rest',
      [
        { manager: 'helm', fieldsV1: template },
        { manager: 'microscaling', subresource: 'scale', fieldsV1: replicas },
      ],
      ['microscaling'],
    ],
    [
      'may be two who agree',
      [
        { manager: 'argocd', fieldsV1: replicas },
        { manager: 'flux', fieldsV1: replicas },
      ],
      ['argocd', 'flux'],
    ],
    [
      'wrote its scale, where the count is kept elsewhere',
      [
        { manager: 'x', fieldsV1: template },
        { manager: 'y', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:size': {} } } },
      ],
      ['y'],
    ],
    ['is not known of a server that keeps nothing', undefined, []],
  ])('%s', (_, managedFields, expected) => {
    expect(writersOfCount({ name: 'x', managedFields })).toEqual(expected);
  });
});

describe('another autoscaler', () => {
  const target = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'workers' };
  const holder = (kind: string, spec: object, namespace = 'shop') =>
    holderOf(kind, { metadata: { name: 'h', namespace }, spec });
  const hpa = holder('HorizontalPodAutoscaler', {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'workers' },
  });

  it.each([
    [
      'HorizontalPodAutoscaler',
      { scaleTargetRef: { apiVersion: 'apps/v1beta2', kind: 'Deployment', name: 'workers' } },
      true,
    ],
    [
      'HorizontalPodAutoscaler',
      { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'workers' } },
      false,
    ],
    [
      'HorizontalPodAutoscaler',
      { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'others' } },
      false,
    ],
    ['ScaledObject', { scaleTargetRef: { name: 'workers' } }, true],
    ['ScaledObject', {}, false],
  ])('%s %j holds it: %s', (kind, spec, expected) => {
    expect(heldBy([holder(kind, spec)], target) !== undefined).toBe(expected);
  });

  it('is named, the ScaledObject before what it has made', () => {
    const scaledObject = holder('ScaledObject', { scaleTargetRef: { name: 'workers' } });
    expect(heldBy([hpa, scaledObject], target)).toMatch(/^ScaledObject shop\/h scales it too/);
    expect(heldBy([hpa], target)).toMatch(/^HorizontalPodAutoscaler shop\/h scales it too/);
  });

  it('of another namespace is none', () => {
    expect(
      heldBy([holder('ScaledObject', { scaleTargetRef: { name: 'workers' } }, 'other')], target),
    ).toBeUndefined();
  });
});
