// schedulers/swarm: whether a service is ours to scale, and what of other people's holds it meanwhile. Pure.

import type { Service } from './api/service.ts';
import { serviceText } from './words.ts';

const MODES: Readonly<Record<string, string>> = {
  Global: 'is global: it has one task on every node, and no number of replicas',
  ReplicatedJob: 'is a job: its tasks end by themselves, and nothing keeps a number of them running',
  GlobalJob: 'is a global job: it runs once on every node',
};

/** Why it cannot be scaled at all. */
export function refusalOf({
  name,
  mode,
  replicas,
}: Pick<Service, 'name' | 'mode' | 'replicas'>): string | undefined {
  if (replicas !== undefined) return undefined;
  return `${serviceText(name)} ${MODES[mode] ?? `has the mode ${mode}, which has no number of replicas`}: make it anew with docker service create --mode replicated, or take the app out of the policy`;
}

export interface Holder {
  /** `mailer/2026-11-29T10:05:56.027977411Z` */
  readonly id: string;
  /** What it does, and how it ends, for people. */
  readonly words: string;
}

const HOLDING: Readonly<Record<string, (name: string) => string>> = {
  updating: () => 'it ends when its tasks are replaced',
  paused: (name) =>
    `one of its new tasks failed, and any write would have it go on: docker service rollback ${name} takes it back, docker service update ${name} with what was wrong goes on`,
  rollback_started: () => 'it ends when its tasks are replaced',
  rollback_paused: (name) =>
    `one of its tasks failed, and any write would have it go on: docker service update ${name} with what was wrong goes on`,
};

/**
 * An update of somebody else's that is not through. Every write of a service starts its updater anew, also the one of a count: an
 * update that was paused because it failed would go on and take the tasks that still run.
 */
export function holderOf({ name, update }: Pick<Service, 'name' | 'update'>): Holder | undefined {
  if (update === undefined) return undefined;
  const { state, startedAt, message } = update;
  const ending = HOLDING[state];
  if (ending === undefined) return undefined;
  const said = message === '' ? state : message;
  return { id: `${name}/${startedAt}`, words: `${said}; ${ending(name)}` };
}
