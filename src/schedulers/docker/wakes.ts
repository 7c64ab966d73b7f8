// schedulers/docker: the engine's events about containers of ours.

import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { EngineClient } from '../docker-engine/client.ts';
import { type EngineEvent, followEngineEvents } from '../docker-engine/events.ts';
import type { ContainerList } from './apps/container-list.ts';
import { APP_LABEL } from './container/labels.ts';

/** Those that change what an observation says; a health check's own commands come as events, too, each second. */
const ACTIONS = [
  'create',
  'start',
  'die',
  'stop',
  'kill',
  'oom',
  'pause',
  'unpause',
  'rename',
  'destroy',
  'health_status',
];

export interface FollowedContainers {
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly list: ContainerList;
  /** After every opening of the stream. */
  readonly onOpen: () => void;
  readonly onEvent: (app: string) => void;
}

/** Resolves when aborted. */
export async function followContainers(
  { client, clock, log, list, onOpen, onEvent }: FollowedContainers,
  signal: AbortSignal,
): Promise<void> {
  const filters = { type: ['container'], label: [APP_LABEL], event: ACTIONS };
  let endFollowing: () => void = () => undefined;
  await followEngineEvents(
    {
      clock,
      log,
      open: (opened, within) => client.events(filters, opened, within),
      onOpen: () => {
        endFollowing = list.follow();
        onOpen();
      },
      onEvent: (event: EngineEvent) => {
        list.changed();
        onEvent(event.attributes[APP_LABEL] ?? '');
      },
      onClose: () => endFollowing(),
    },
    signal,
  );
}
