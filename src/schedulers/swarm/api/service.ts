// schedulers/swarm/api: a service as a manager describes it, read into what is used of it. Pure.

import { defined } from '../../../lang/defined.ts';
import { type Json, numberIn, objectIn, textIn } from '../../docker-engine/json.ts';

/** `updating`, `paused`, `completed`, `rollback_started`, `rollback_paused`, `rollback_completed` */
export interface UpdateStatus {
  readonly state: string;
  /** As the manager writes it. */
  readonly startedAt: string;
  readonly message: string;
}

export interface RestartPolicy {
  readonly condition: 'none' | 'on-failure' | 'any';
  readonly delayMs: number;
}

export interface Service {
  readonly id: string;
  readonly name: string;
  /** Another one after every change of the object. */
  readonly index: number;
  /** Undefined for a mode that has no number of replicas. */
  readonly replicas: number | undefined;
  /** `Replicated`, `Global`, `ReplicatedJob`, `GlobalJob` */
  readonly mode: string;
  readonly update?: UpdateStatus;
  readonly restart: RestartPolicy;
  /** What people wrote, whole. */
  readonly spec: Json;
}

const NS_PER_MS = 1e6;
const DEFAULT_RESTART_DELAY_MS = 5_000;

/** Undefined for what is no service. */
export function serviceOf(answer: unknown): Service | undefined {
  const raw = objectIn(answer);
  const spec = objectIn(raw['Spec']);
  const [id, name, index] = [
    textIn(raw['ID']),
    textIn(spec['Name']),
    numberIn(objectIn(raw['Version'])['Index']),
  ];
  if (id === undefined || name === undefined || index === undefined) return undefined;
  const modes = objectIn(spec['Mode']);
  return {
    id,
    name,
    index,
    replicas: replicasIn(modes['Replicated']),
    mode: Object.keys(modes).find((mode) => modes[mode] !== null) ?? 'Replicated',
    restart: restartOf(objectIn(objectIn(spec['TaskTemplate'])['RestartPolicy'])),
    spec,
    ...defined({ update: updateOf(objectIn(raw['UpdateStatus'])) }),
  };
}

export function servicesOf(answer: readonly unknown[]): readonly Service[] {
  return answer.flatMap((each) => serviceOf(each) ?? []);
}

/** The engine leaves a count out that nobody has given, which means 1. */
function replicasIn(mode: unknown): number | undefined {
  if (typeof mode !== 'object' || mode === null) return undefined;
  return numberIn(objectIn(mode)['Replicas']) ?? 1;
}

function updateOf(raw: Json): UpdateStatus | undefined {
  const state = textIn(raw['State']);
  if (state === undefined) return undefined;
  return { state, startedAt: textIn(raw['StartedAt']) ?? '', message: textIn(raw['Message']) ?? '' };
}

function restartOf(raw: Json): RestartPolicy {
  const condition = textIn(raw['Condition']);
  const delayNs = numberIn(raw['Delay']);
  return {
    condition: condition === 'none' || condition === 'on-failure' ? condition : 'any',
    delayMs: delayNs === undefined ? DEFAULT_RESTART_DELAY_MS : delayNs / NS_PER_MS,
  };
}
