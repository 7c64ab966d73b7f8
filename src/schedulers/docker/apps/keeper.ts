// schedulers/docker: keeps as many containers of each app as were asked for. Level-triggered: it looks at what is there, and does what
// is missing; events and timers only say when to look.

import type { Clock } from '../../../runtime/clock.ts';
import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { EngineClient } from '../../docker-engine/client.ts';
import { endedTrouble } from '../container/trouble.ts';
import {
  type ContainerList,
  containersOf,
  type Listing,
  type OurContainer,
  remainsOf,
} from './container-list.ts';
import type { ContainerWork } from './container-work.ts';
import { EXPECTED_FOR_MS, type KeptApp, STEADY_MS } from './kept-app.ts';
import { RAN_WELL_MS } from './launch-backoff.ts';

export interface KeeperDeps {
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly list: ContainerList;
  readonly work: ContainerWork;
  /** Whether this process is the one that acts for an app. */
  readonly isActing: (app: string) => boolean;
  /** Called after everything that changes what an observation of the app says. */
  readonly onChange: (app: string) => void;
  /** A deleted app has no container any more. */
  readonly onGone: (app: string) => void;
}

/** After a stop that failed, or a list that could not be had. */
const RETRY_MS = 1_000;
/** What the engine could not remove it cannot remove a second later either. */
const REMAINS_RETRY_MS = 30_000;
/** The list does not tell when they began and ended: each is asked for. */
const ASKED_AT_ONCE = 8;

export class Keeper {
  readonly #deps: KeeperDeps;
  readonly #closing: AbortSignal;
  /** Apps that are being looked at; true when they are to be looked at once more. */
  readonly #looking = new Map<KeptApp, boolean>();
  /** When each app is looked at next by itself, monotonic. */
  readonly #due = new Map<KeptApp, number>();

  constructor(deps: KeeperDeps, closing: AbortSignal) {
    this.#deps = deps;
    this.#closing = closing;
  }

  /** Looks at the app soon; never throws. */
  wake(app: KeptApp): void {
    if (this.#looking.has(app)) {
      this.#looking.set(app, true);
      return;
    }
    this.#looking.set(app, false);
    void this.#lookUntilCalm(app);
  }

  async #lookUntilCalm(app: KeptApp): Promise<void> {
    const { isActing, log } = this.#deps;
    try {
      do {
        this.#looking.set(app, false);
        if (this.#closing.aborted || !isActing(app.id)) return;
        if (app.record.released === true) await this.#tidyUp(app);
        else await this.#look(app);
      } while (this.#looking.get(app) === true);
    } catch (error) {
      if (this.#closing.aborted) return;
      log.debug('an app could not be looked at; trying again', { app: app.id, reason: messageOf(error) });
      this.#wakeIn(app, RETRY_MS);
    } finally {
      this.#looking.delete(app);
    }
  }

  async #look(app: KeptApp): Promise<void> {
    const { list, clock, onGone } = this.#deps;
    const listing = await list.read();
    const containers = containersOf(listing, app.id);
    app.forgetGone(containers, listing.remains.get(app.id) ?? []);
    await this.#accountForEnds(app, containers);
    // What was done meanwhile is not in it: a container that is gone would be taken for one too many.
    if (listing.atChange !== list.changes) {
      this.#looking.set(app, true);
      return;
    }
    const nowMs = clock.monotonic();
    const steps = app.plan(containers, nowMs);
    if (steps.start.length + steps.create > 0 && !(await this.#isStaying(listing))) {
      this.#looking.set(app, true);
      return;
    }
    app.lookedAt = listing;
    this.#removeRemains(app, remainsOf(listing, app.id));
    for (const { id, replaced } of steps.stop) {
      const container = containers.find((each) => each.id === id);
      if (container !== undefined) this.#stop(app, container, replaced ? 'replacing' : 'stopping');
    }
    for (const id of steps.start) this.#run(app, this.#deps.work.start(app, id));
    for (let i = 0; i < steps.create; i++) this.#run(app, this.#deps.work.create(app));
    for (let i = 0; i < steps.prepare; i++) this.#run(app, this.#deps.work.prepare(app));
    if (app.record.deleted === true && containers.length === 0 && app.isQuiet) onGone(app.id);
    else this.#wakeWhenDue(app, containers, nowMs);
  }

  /**
   * Whether the engine takes new connections, and the listing still holds. An engine that shuts down serves those that are
   * open: what is started in it then is stopped by nobody, or keeps its file system mounted so that it cannot be removed.
   *
   * @throws TransientError when the engine cannot be reached
   */
  async #isStaying(listing: Listing): Promise<boolean> {
    const { client, list } = this.#deps;
    await client.pingAnew(this.#closing);
    return listing.atChange === list.changes;
  }

  #removeRemains(app: KeptApp, remains: readonly OurContainer[]): void {
    const nowMs = this.#deps.clock.monotonic();
    for (const container of remains) {
      const isDue = nowMs - (app.removedAtMs.get(container.id) ?? -Infinity) >= REMAINS_RETRY_MS;
      if (!isDue || app.doing.has(container.id)) continue;
      app.removedAtMs.set(container.id, nowMs);
      void this.#deps.work.stop(app, container, 'stopping');
      this.#wakeIn(app, REMAINS_RETRY_MS);
    }
  }

  /** What was prepared for an app that nobody keeps any more is of no use to anybody. */
  async #tidyUp(app: KeptApp): Promise<void> {
    const containers = containersOf(await this.#deps.list.read(), app.id);
    for (const container of containers)
      if (container.state === 'created' && app.phaseOf(container) === 'waiting')
        this.#stop(app, container, 'stopping');
  }

  #stop(app: KeptApp, container: OurContainer, doing: 'stopping' | 'replacing'): void {
    const { work } = this.#deps;
    const stopped = work.stop(app, container, doing).then((isDone) => {
      if (!isDone) this.#wakeIn(app, RETRY_MS);
      return isDone;
    });
    this.#run(app, stopped);
  }

  #run(app: KeptApp, work: Promise<unknown>): void {
    void work.then((result) => {
      this.#deps.onChange(app.id);
      if (result !== false) this.wake(app);
    });
  }

  /** A container that ended soon after its start makes its app back off; one that ran for a while is started at once. */
  async #accountForEnds(app: KeptApp, containers: readonly OurContainer[]): Promise<void> {
    const ended = containers.filter(
      (each) => each.state === 'exited' && app.phaseOf(each) === 'waiting' && !app.ended.has(each.id),
    );
    for (let i = 0; i < ended.length; i += ASKED_AT_ONCE)
      await Promise.all(ended.slice(i, i + ASKED_AT_ONCE).map((each) => this.#accountForEnd(app, each)));
  }

  async #accountForEnd(app: KeptApp, { id, name, origin }: OurContainer): Promise<void> {
    const { client, clock, onChange } = this.#deps;
    const details = await client.container(id, this.#closing);
    if (details === undefined) return;
    app.ended.add(id);
    const { startedAtMs = 0, finishedAtMs = 0 } = details;
    const ranWell = finishedAtMs - startedAtMs >= RAN_WELL_MS;
    if (!ranWell && origin.generation === app.record.generation)
      app.backoff.failed(endedTrouble(details, name), clock.monotonic());
    onChange(app.id);
  }

  /** When a pause ends, or a replaced container has run long enough for the next. */
  #wakeWhenDue(app: KeptApp, containers: readonly OurContainer[], nowMs: number): void {
    const pauseMs = app.backoff.remainingMs(nowMs);
    if (app.preparedFor(nowMs) > 0) this.#wakeIn(app, EXPECTED_FOR_MS);
    if (pauseMs > 0) this.#wakeIn(app, pauseMs);
    else if (app.isRolling(containers, nowMs)) this.#wakeIn(app, STEADY_MS);
  }

  #wakeIn(app: KeptApp, ms: number): void {
    const { clock } = this.#deps;
    const atMs = clock.monotonic() + ms;
    if ((this.#due.get(app) ?? Infinity) <= atMs) return;
    this.#due.set(app, atMs);
    clock.sleep(ms, this.#closing).then(
      () => {
        if (this.#due.get(app) === atMs) this.#due.delete(app);
        this.wake(app);
      },
      () => undefined,
    );
  }
}
