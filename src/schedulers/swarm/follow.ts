// schedulers/swarm: the manager's events as a reason to look, and a look at what it tells nobody of.

import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { EngineClient } from '../docker-engine/client.ts';
import { type EngineEvent, followEngineEvents } from '../docker-engine/events.ts';
import type { ServiceList } from './read/service-list.ts';

export interface Followed {
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly list: ServiceList;
  /** Without a name it may be about all. */
  readonly onChange: (service?: string) => void;
}

const FILTERS = {
  type: ['service', 'node', 'container'],
  event: ['create', 'update', 'remove', 'start', 'die', 'destroy', 'oom', 'health_status'],
};
const TICK_MS = 250;
const AFTER_FAILURE_MS = 2_000;

/** Resolves when aborted. */
export async function followServices(followed: Followed, signal: AbortSignal): Promise<void> {
  const { client, clock, log, list, onChange } = followed;
  let endFollowing: () => void = () => undefined;
  const events = followEngineEvents(
    {
      clock,
      log,
      open: (opened, within) => client.events(FILTERS, opened, within),
      onOpen: () => {
        endFollowing = list.follow();
        onChange();
      },
      onEvent: (event) => heard(event, followed),
      onClose: () => endFollowing(),
    },
    signal,
  );
  await Promise.all([events, keepRefreshing(followed, signal)]);
}

function heard({ type, attributes }: EngineEvent, { list, onChange }: Followed): void {
  if (type === 'node') {
    list.nodesChanged();
    onChange();
    return;
  }
  const service = attributes[type === 'service' ? 'name' : 'com.docker.swarm.service.name'];
  // A container of nobody's service.
  if (service === undefined) return;
  list.changed();
  onChange(service);
}

/** What is different then is told by the list. */
async function keepRefreshing({ clock, list }: Followed, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answered = await list.refresh().then(
      () => true,
      () => false,
    );
    await clock.sleep(answered ? TICK_MS : AFTER_FAILURE_MS, signal).catch(() => undefined);
  }
}
