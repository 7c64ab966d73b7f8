// A workload and its pods as one observation.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { observationOf } from '../../../src/schedulers/kubernetes/observation.ts';
import { podOf } from '../../../src/schedulers/kubernetes/pods/pod.ts';
import { workloadOf } from '../../../src/schedulers/kubernetes/target/workload.ts';
import { aPod, condition, readyPod } from './builders.ts';

const target = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'workers' };
const workload = workloadOf(
  {
    metadata: {
      name: 'workers',
      uid: 'u',
      generation: 1,
      managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }],
    },
    spec: {},
  },
  target,
);
const observed = (replicas: number, pods: readonly ReturnType<typeof aPod>[], more: object = {}) =>
  observationOf({
    target,
    workload: { ...workload, ...more },
    count: { replicas, isOurs: false, version: 'v' },
    pods: pods.map(podOf),
  });
const stopping = readyPod({ metadata: { deletionTimestamp: '2026-11-29T06:00:00Z' } });
const starting = aPod({ spec: { nodeName: 'n' }, status: { phase: 'Pending' } });
const unplaced = (message: string) =>
  aPod({ status: { conditions: [condition('PodScheduled', 'False', { message })] } });
const ended = aPod({ status: { phase: 'Succeeded' } });
const crashing = aPod({
  spec: { nodeName: 'n' },
  status: {
    phase: 'Running',
    containerStatuses: [
      { state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 1m20s restarting' } } },
    ],
  },
});

describe('an observation', () => {
  it('tells apart what runs, starts, waits and stops', () => {
    const pods = [readyPod(), starting, unplaced('3 Insufficient cpu'), stopping, ended];
    expect(observed(4, pods)).toMatchObject({
      id: 'Deployment.apps/shop/workers',
      requested: 4,
      running: 1,
      ready: 1,
      staging: 1,
      killing: 1,
      waiting: 2,
      waitingFor: [{ reason: 'NoRoom', text: '3 Insufficient cpu' }],
    });
  });

  it('counts a pod that is held back as waiting, for as long as its node says', () => {
    expect(observed(1, [crashing])).toMatchObject({
      staging: 0,
      waiting: 1,
      backoffMs: 80_000,
      waitingFor: [{ reason: 'BackingOff', text: 'CrashLoopBackOff: back-off 1m20s restarting' }],
    });
  });

  it('says why pods are not even made', () => {
    expect(observed(2, [], { failedCreate: 'exceeded quota' })).toMatchObject({
      waiting: 2,
      waitingFor: [{ reason: 'Quota', text: 'exceeded quota' }],
    });
  });

  it('says each reason once', () => {
    expect(observed(3, [unplaced('a'), unplaced('a'), unplaced('b')]).waitingFor).toHaveLength(2);
  });

  it('names who wrote the count, and us where we did', () => {
    expect(observed(1, []).writtenBy).toEqual({ name: 'kubectl' });
    expect(observed(1, [], { writers: ['argocd', 'microscaling'] }).writtenBy).toBe('us');
    expect(observed(1, [], { writers: [] })).not.toHaveProperty('writtenBy');
  });

  it('shows a rollout as a restart that is under way', () => {
    expect(observed(1, [], { rollout: '7' }).operations).toEqual([
      {
        id: 'rollout 7 of Deployment shop/workers',
        affectedApps: ['Deployment.apps/shop/workers'],
        kinds: ['Restart'],
      },
    ]);
  });

  it('loses no pod and makes none up: whatever is asked for runs, starts, waits, or is not there any more', () => {
    const kinds = { ready: readyPod(), starting, waiting: unplaced('x'), stopping, ended, crashing };
    const pods = fc.array(fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.nat(10), pods, (replicas, names) => {
        const app = observed(
          replicas,
          names.map((name) => kinds[name]),
        );
        const present = names.filter((name) => name !== 'ended');
        expect(app.tasks).toHaveLength(present.length);
        expect(app.killing).toBe(names.filter((name) => name === 'stopping').length);
        const held = app.running + app.staging + app.waiting;
        expect(held).toBe(Math.max(replicas, present.length - app.killing));
      }),
    );
  });
});
