// schedulers/docker: who is to look because something happened to a container: the keeper at once, the operator's rounds in bursts.

import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import type { EngineClient } from '../docker-engine/client.ts';
import { type EngineEvent, followEngineEvents } from '../docker-engine/events.ts';
import type { ContainerList } from './apps/container-list.ts';
import { APP_LABEL } from './container/labels.ts';

/** Events of one change come in a burst; one wake-up serves them all. */
const WAKE_MS = 20;

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

type OnChange = (apps?: ReadonlySet<string>) => void;

export class Wakes {
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #subscribers = new Set<OnChange>();
  #isWaiting = false;
  /** Undefined: about all. */
  #gathered: Set<string> | undefined = new Set();

  constructor(clock: Clock, closing: AbortSignal) {
    this.#clock = clock;
    this.#closing = closing;
  }

  /** Returns its own undo. */
  subscribe(onChange: OnChange): () => void {
    this.#subscribers.add(onChange);
    return () => this.#subscribers.delete(onChange);
  }

  /** The first of a burst is told at once, what follows within a moment together. About all when no app is named. */
  changed(app?: string): void {
    if (app === undefined) this.#gathered = undefined;
    else this.#gathered?.add(app);
    if (!this.#isWaiting) this.#tell();
  }

  #tell(): void {
    const about = this.#gathered;
    this.#gathered = new Set();
    this.#isWaiting = true;
    for (const onChange of [...this.#subscribers]) onChange(about);
    this.#clock.sleep(WAKE_MS, this.#closing).then(
      () => {
        this.#isWaiting = false;
        if (this.#gathered === undefined || this.#gathered.size > 0) this.#tell();
      },
      () => undefined,
    );
  }
}

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
