// schedulers/kubernetes/pods: what a pod says about itself, as far as it matters here. Pure.

import type { TaskPhase, WaitingReason } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import { type Fields, fieldsOf, instantOf, type Labels, labelsOf, listOf, textOf } from '../objects/read.ts';

/** What the controller of ReplicaSets reads: pods with a lower cost go first. */
export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
/** Below those of pods that say nothing, which is 0. */
export const IDLE_COST = '-100';

export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** `gone`: it ended and holds nothing any more. */
  readonly phase: TaskPhase | 'gone';
  /** Serving. */
  readonly ready: boolean;
  /** Has a readiness probe, so that `ready` says more than that it runs. */
  readonly probed: boolean;
  /** Why it is not on a node yet. */
  readonly waitsFor?: WaitingReason;
  /** Why the node does not start it, in the node's words. */
  readonly backsOff?: string;
  readonly node?: string;
  readonly ip?: string;
  /** The cost of its deletion: we marked it to go first, or somebody else gave it one, which is theirs. */
  readonly cost?: 'idle' | 'foreign';
  /** Of its containers, in their order. */
  readonly ports: readonly number[];
  readonly createdAtMs?: number;
  readonly startedAtMs?: number;
}

export function podOf({ metadata, spec: rawSpec, status: rawStatus }: KubeObject): Pod {
  const [spec, status] = [fieldsOf(rawSpec), fieldsOf(rawStatus)];
  const containers = listOf(spec['containers']).map(fieldsOf);
  const ready = conditionOf(status, 'Ready')?.['status'] === 'True';
  const phase = phaseOf({ spec, status, ready, leaving: metadata.deletionTimestamp !== undefined });
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    labels: labelsOf(metadata.labels),
    phase,
    ready: ready && phase === 'running',
    probed: containers.some((container) => container['readinessProbe'] !== undefined),
    ports: containers.flatMap((container) => listOf(container['ports'])).flatMap(containerPort),
    ...defined({
      cost: costOf(metadata.annotations?.[DELETION_COST]),
      waitsFor: phase === 'waiting' ? waitsFor(status) : undefined,
      backsOff: phase === 'staging' ? backsOff(status) : undefined,
      node: textOf(spec['nodeName']),
      ip: textOf(status['podIP']),
      createdAtMs: instantOf(metadata.creationTimestamp),
      startedAtMs: phase === 'running' ? startedAtMs(status) : undefined,
    }),
  };
}

function costOf(annotation: string | undefined): Pod['cost'] {
  if (annotation === undefined) return undefined;
  return annotation === IDLE_COST ? 'idle' : 'foreign';
}

function containerPort(raw: unknown): number[] {
  const port = fieldsOf(raw)['containerPort'];
  return typeof port === 'number' ? [port] : [];
}

/**
 * | deletion asked for | phase               | on a node | ready                      | is          |
 * |--------------------|---------------------|-----------|----------------------------|-------------|
 * | any                | Succeeded or Failed | any       | any                        | gone        |
 * | yes                | else                | any       | any                        | killing     |
 * | no                 | Unknown             | any       | any                        | unreachable |
 * | no                 | else                | no        | any                        | waiting     |
 * | no                 | else                | yes       | yes, or was since it began | running     |
 * | no                 | else                | yes       | else                       | staging     |
 */
function phaseOf({ spec, status, ready, leaving }: Seen): Pod['phase'] {
  const phase = status['phase'];
  if (phase === 'Succeeded' || phase === 'Failed') return 'gone';
  if (leaving) return 'killing';
  if (phase === 'Unknown') return 'unreachable';
  if (textOf(spec['nodeName']) === undefined) return 'waiting';
  return ready || wasReady(status) ? 'running' : 'staging';
}

interface Seen {
  readonly spec: Fields;
  readonly status: Fields;
  readonly ready: boolean;
  readonly leaving: boolean;
}

/** It served since its containers began and does not now: its readiness fell after they had started. */
function wasReady(status: Fields): boolean {
  const fellAtMs = instantOf(conditionOf(status, 'Ready')?.['lastTransitionTime']);
  const begunAtMs = startedAtMs(status);
  const containers = listOf(status['containerStatuses']).map(fieldsOf);
  const allRun =
    containers.length > 0 && containers.every((each) => fieldsOf(each['state'])['running'] !== undefined);
  return allRun && fellAtMs !== undefined && begunAtMs !== undefined && fellAtMs > begunAtMs;
}

/** When the last of its containers began. */
function startedAtMs(status: Fields): number | undefined {
  const times = listOf(status['containerStatuses']).flatMap((each) => {
    const running = fieldsOf(fieldsOf(fieldsOf(each)['state'])['running']);
    const atMs = instantOf(running['startedAt']);
    return atMs === undefined ? [] : [atMs];
  });
  return times.length > 0 ? Math.max(...times) : instantOf(status['startTime']);
}

function waitsFor(status: Fields): WaitingReason | undefined {
  const scheduled = conditionOf(status, 'PodScheduled');
  if (scheduled?.['status'] !== 'False') return undefined;
  const text = textOf(scheduled['message']) ?? textOf(scheduled['reason']) ?? 'not scheduled';
  return { reason: lacksRoom(text) ? 'NoRoom' : 'NotPlaced', text };
}

/** As the scheduler puts it: `0/3 nodes are available: 3 Insufficient cpu. …` */
export function lacksRoom(text: string): boolean {
  return /\bInsufficient [\w./-]+|\bToo many pods\b/.test(text);
}

/** Container states in which a node waits before it tries again; `ContainerCreating` and the like are work in progress. */
const TROUBLE = /BackOff|^Err|Error$|^InvalidImageName$/;

function backsOff(status: Fields): string | undefined {
  const containers = [...listOf(status['initContainerStatuses']), ...listOf(status['containerStatuses'])];
  for (const container of containers.map(fieldsOf)) {
    const waiting = fieldsOf(fieldsOf(container['state'])['waiting']);
    const reason = textOf(waiting['reason']);
    if (reason === undefined || !TROUBLE.test(reason)) continue;
    const message = textOf(waiting['message']);
    return message === undefined ? reason : `${reason}: ${message}`;
  }
  return undefined;
}

export function conditionOf(status: Fields, type: string): Fields | undefined {
  return listOf(status['conditions'])
    .map(fieldsOf)
    .find((condition) => condition['type'] === type);
}
