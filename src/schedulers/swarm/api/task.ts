// schedulers/swarm/api: a task as a manager describes it, read into what is used of it. Pure.

import { defined } from '../../../lang/defined.ts';
import { instantIn, numberIn, objectIn, textIn } from '../../docker-engine/json.ts';
import { type Amounts, amountsOf } from './resources.ts';

export interface Task {
  readonly id: string;
  readonly index: number;
  readonly serviceId: string;
  /** Which of the replicas it is; 0 where a mode has none. */
  readonly slot: number;
  /** Absent while it has no place. */
  readonly nodeId?: string;
  readonly state: string;
  readonly desired: string;
  /** Why it is not in the state that is desired, in the swarm's words. */
  readonly error?: string;
  readonly exitCode?: number;
  readonly createdAtMs?: number;
  /** When it came into its state. */
  readonly sinceMs?: number;
  readonly reserved: Amounts;
}

export function tasksOf(answer: readonly unknown[]): readonly Task[] {
  return answer.flatMap((each) => taskOf(each) ?? []);
}

function taskOf(answer: unknown): Task | undefined {
  const raw = objectIn(answer);
  const status = objectIn(raw['Status']);
  const [id, serviceId, state] = [textIn(raw['ID']), textIn(raw['ServiceID']), textIn(status['State'])];
  if (id === undefined || serviceId === undefined || state === undefined) return undefined;
  const resources = objectIn(objectIn(raw['Spec'])['Resources']);
  return {
    id,
    serviceId,
    state,
    index: numberIn(objectIn(raw['Version'])['Index']) ?? 0,
    slot: numberIn(raw['Slot']) ?? 0,
    desired: textIn(raw['DesiredState']) ?? 'running',
    reserved: amountsOf(objectIn(resources['Reservations'])),
    ...defined({
      nodeId: textIn(raw['NodeID']),
      error: textIn(status['Err']),
      exitCode: numberIn(objectIn(status['ContainerStatus'])['ExitCode']),
      createdAtMs: instantIn(raw['CreatedAt']),
      sinceMs: instantIn(status['Timestamp']),
    }),
  };
}

const ENDED = new Set(['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned']);

/** It holds nothing any more. */
export function hasEnded({ state }: Pick<Task, 'state'>): boolean {
  return ENDED.has(state);
}
