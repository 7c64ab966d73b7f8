// schedulers/kubernetes: a workload and its pods as one observation. Pure.

import type { AppDefinition } from '../../api/policy.ts';
import type { AppObservation, TaskObservation, WaitingReason } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import type { Pod } from './pods/pod.ts';
import { type Target, targetId, targetText } from './target/target.ts';
import type { Workload } from './target/workload.ts';
import { FIELD_MANAGER } from './target/writer.ts';

export interface Seen {
  readonly target: Target;
  readonly workload: Workload;
  /** What is asked for: as the cluster shows it, or as we have just written it. */
  readonly count: { readonly replicas: number; readonly isOurs: boolean; readonly version: string };
  readonly pods: readonly Pod[];
  /** Why it is not ours to scale. */
  readonly refused?: string | undefined;
}

export function observationOf({ target, workload, count, pods, refused }: Seen): AppObservation {
  const present = pods.filter(({ phase }) => phase !== 'gone');
  const tasks = present.map(taskOf);
  const inPhase = (phase: TaskObservation['phase']): number => tasks.filter((t) => t.phase === phase).length;
  const notMade = Math.max(0, count.replicas - (tasks.length - inPhase('killing')));
  const waiting = inPhase('waiting') + notMade;
  const isOurs = count.isOurs || workload.writers.includes(FIELD_MANAGER);
  const [other] = workload.writers;
  return {
    id: targetId(target),
    requested: count.replicas,
    running: inPhase('running'),
    staging: inPhase('staging'),
    killing: inPhase('killing'),
    unreachable: inPhase('unreachable'),
    ready: present.filter(({ ready }) => ready).length,
    waiting,
    waitingFor: waiting > 0 ? reasonsFor(present, notMade > 0 ? workload.failedCreate : undefined) : [],
    backoffMs: Math.max(0, ...present.map(backoffMs)),
    hasHealthChecks: workload.probed,
    tasks,
    operations: operationsOf(target, workload),
    uid: workload.uid,
    countVersion: count.version,
    ...(isOurs ? { writtenBy: 'us' as const } : other !== undefined && { writtenBy: { name: other } }),
    ...defined({ refused }),
    version: `${workload.uid}/${workload.generation}`,
    definition: definitionOf(workload),
  };
}

/** Of a target whose kind has no count: there is nothing to scale, and nothing of it takes part in a budget. */
export function countlessOf(target: Target, refused: string): AppObservation {
  return {
    id: targetId(target),
    requested: 0,
    running: 0,
    staging: 0,
    killing: 0,
    unreachable: 0,
    ready: 0,
    waiting: 0,
    waitingFor: [],
    backoffMs: 0,
    hasHealthChecks: false,
    tasks: [],
    operations: [],
    refused,
    version: '',
    definition: {},
  };
}

function taskOf(pod: Pod): TaskObservation {
  return {
    id: pod.name,
    // One that its node holds back is not started, whatever place it has.
    phase: pod.backsOff !== undefined ? 'waiting' : pod.phase === 'gone' ? 'killing' : pod.phase,
    ...defined({ host: pod.node, startedAtMs: pod.startedAtMs }),
    ...(pod.createdAtMs !== undefined && { stagedAtMs: pod.createdAtMs }),
    ...(pod.ports.length > 0 && { ports: pod.ports }),
    ...(pod.probed && pod.phase === 'running' && { healthy: pod.ready }),
  };
}

/** Each said once: most pods of a workload wait for the same. */
function reasonsFor(pods: readonly Pod[], failedCreate: string | undefined): readonly WaitingReason[] {
  const quota: WaitingReason[] = failedCreate === undefined ? [] : [{ reason: 'Quota', text: failedCreate }];
  const told = pods.flatMap(({ waitsFor, backsOff }): WaitingReason[] => {
    if (backsOff !== undefined) return [{ reason: 'BackingOff', text: backsOff }];
    return waitsFor === undefined ? [] : [waitsFor];
  });
  return [...new Map([...quota, ...told].map((each) => [each.text, each])).values()];
}

/** What the kubelet begins with, and doubles up to five minutes; it says where it stands: `back-off 40s restarting …`. */
const FIRST_BACKOFF_MS = 10_000;

function backoffMs({ backsOff }: Pod): number {
  if (backsOff === undefined) return 0;
  const [, minutes, seconds] = /back-off (?:(\d+)m)?(\d+)s/.exec(backsOff) ?? [];
  if (seconds === undefined) return FIRST_BACKOFF_MS;
  return (Number(minutes ?? 0) * 60 + Number(seconds)) * 1_000;
}

function operationsOf(target: Target, { rollout }: Workload): AppObservation['operations'] {
  if (rollout === undefined) return [];
  const id = `rollout ${rollout} of ${targetText(target)}`;
  return [{ id, affectedApps: [targetId(target)], kinds: ['Restart'] }];
}

/** What an instance takes is all that a definition says here: the rest is not ours. */
function definitionOf({ footprint }: Workload): AppDefinition {
  return footprint === undefined ? {} : { ...footprint };
}
