// What a pod counts as.

import { describe, expect, it } from 'vitest';
import { podOf } from '../../../../src/schedulers/kubernetes/pods/pod.ts';
import { aPod, condition, readyPod } from '../builders.ts';

const LEAVING = { deletionTimestamp: '2026-11-29T06:00:00Z' };
const began = { state: { running: { startedAt: '2026-11-29T06:00:05Z' } } };
const notReady = (at: string) => [condition('Ready', 'False', { lastTransitionTime: at })];
const onNode = { nodeName: 'node-a' };

describe('a pod', () => {
  it.each([
    ['without a node', aPod(), 'waiting'],
    ['on a node, pulling its image', aPod({ spec: onNode, status: { phase: 'Pending' } }), 'staging'],
    ['ready', readyPod(), 'running'],
    [
      'that began and was never ready',
      aPod({
        spec: onNode,
        status: {
          phase: 'Running',
          conditions: notReady('2026-11-29T06:00:00Z'),
          containerStatuses: [began],
        },
      }),
      'staging',
    ],
    [
      'that was ready since its containers began',
      aPod({
        spec: onNode,
        status: {
          phase: 'Running',
          conditions: notReady('2026-11-29T06:09:00Z'),
          containerStatuses: [began],
        },
      }),
      'running',
    ],
    [
      'of which a container is down',
      aPod({
        spec: onNode,
        status: {
          phase: 'Running',
          conditions: notReady('2026-11-29T06:09:00Z'),
          containerStatuses: [began, { state: { terminated: {} } }],
        },
      }),
      'staging',
    ],
    ['told to stop', readyPod({ metadata: LEAVING }), 'killing'],
    ['told to stop before it had a node', aPod({ metadata: LEAVING }), 'killing'],
    ['that ended', aPod({ spec: onNode, status: { phase: 'Succeeded' } }), 'gone'],
    ['that failed, and was told to stop', aPod({ metadata: LEAVING, status: { phase: 'Failed' } }), 'gone'],
    ['on a node that was lost', readyPod({ status: { phase: 'Unknown' } }), 'unreachable'],
  ])('%s is %s', (_, pod, phase) => {
    expect(podOf(pod).phase).toBe(phase);
  });

  it('serves while it is ready, and not while it stops', () => {
    expect(podOf(readyPod()).ready).toBe(true);
    expect(podOf(readyPod({ metadata: LEAVING })).ready).toBe(false);
  });

  it.each([
    ['0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available', 'NoRoom'],
    [
      '0/3 nodes are available: 1 Insufficient example.com/gpu, 2 node(s) had untolerated taint {a: b}',
      'NoRoom',
    ],
    ['0/1 nodes are available: 1 Too many pods.', 'NoRoom'],
    ["0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.", 'NotPlaced'],
    ['no nodes available to schedule pods', 'NotPlaced'],
  ])('that waits says why: %s', (message, reason) => {
    const conditions = [condition('PodScheduled', 'False', { reason: 'Unschedulable', message })];
    expect(podOf(aPod({ status: { phase: 'Pending', conditions } })).waitsFor).toEqual({
      reason,
      text: message,
    });
  });

  it('that is held back by gates says so, and one that was just made says nothing', () => {
    const gated = [condition('PodScheduled', 'False', { reason: 'SchedulingGated' })];
    expect(podOf(aPod({ status: { conditions: gated } })).waitsFor).toEqual({
      reason: 'NotPlaced',
      text: 'SchedulingGated',
    });
    expect(podOf(aPod()).waitsFor).toBeUndefined();
  });

  it.each([
    ['CrashLoopBackOff', true],
    ['ImagePullBackOff', true],
    ['ErrImagePull', true],
    ['CreateContainerConfigError', true],
    ['ContainerCreating', false],
    ['PodInitializing', false],
  ])('whose container waits by %s is held back: %s', (reason, isHeldBack) => {
    const containerStatuses = [{ state: { waiting: { reason, message: 'as the node says' } } }];
    const { backsOff } = podOf(aPod({ spec: onNode, status: { phase: 'Pending', containerStatuses } }));
    expect(backsOff).toBe(isHeldBack ? `${reason}: as the node says` : undefined);
  });

  it('is read without trust', () => {
    const odd = {
      metadata: { name: 'x' },
      spec: 'none',
      status: { conditions: [null, 7], containerStatuses: {} },
    };
    expect(podOf(odd)).toMatchObject({ phase: 'waiting', ready: false, labels: {}, ports: [] });
  });
});
