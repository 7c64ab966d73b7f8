// schedulers/docker: our containers on one engine, as it listed them last; listed again when something may have changed.

import type { Clock } from '../../../runtime/clock.ts';
import type { EngineClient } from '../../docker-engine/client.ts';
import type { ContainerRow } from '../../docker-engine/containers.ts';
import { APP_LABEL, type Origin, originOf } from '../container/labels.ts';

export interface OurContainer extends ContainerRow {
  readonly origin: Origin;
}

export interface Listing {
  /** By app. */
  readonly byApp: ReadonlyMap<string, readonly OurContainer[]>;
  /** When it was asked for, monotonic. */
  readonly atMs: number;
  /** Of `ContainerList.changes`, when it was asked for. */
  readonly atChange: number;
}

export interface ContainerListDeps {
  readonly client: EngineClient;
  readonly clock: Clock;
  /** While events are followed, a listing serves so long. */
  readonly resyncMs: number;
}

const NONE: readonly OurContainer[] = [];

/** An engine that hangs tells of no event, and looks like one to which nothing happens. */
const ALIVE_FOR_MS = 5_000;

export class ContainerList {
  readonly #deps: ContainerListDeps;
  readonly #closing: AbortSignal;
  #last: Listing | undefined;
  readonly #following = new Set<symbol>();
  #changes = 0;
  #asking: { readonly atChange: number; readonly answer: Promise<Listing> } | undefined;
  /** When the engine answered last, monotonic. */
  #answeredAtMs = 0;
  #pinging: Promise<void> | undefined;

  constructor(deps: ContainerListDeps, closing: AbortSignal) {
    this.#deps = deps;
    this.#closing = closing;
  }

  /** Something may be different now: the next reading asks the engine. */
  changed(): void {
    this.#changes++;
  }

  /** Moves with everything that may have changed what is there: a listing of an earlier number may be out of date. */
  get changes(): number {
    return this.#changes;
  }

  /** From now on every change is told by events, until the result is called; something may have been missed before. */
  follow(): () => void {
    const token = Symbol('following');
    this.#following.add(token);
    this.changed();
    return () => {
      this.#following.delete(token);
      this.changed();
    };
  }

  /**
   * Not older than the last change that was told of; callers at once share one question.
   *
   * @throws TransientError when the engine cannot be read
   */
  async read(): Promise<Listing> {
    const { clock, resyncMs } = this.#deps;
    const last = this.#last;
    const isFresh = this.#following.size > 0 && last?.atChange === this.#changes;
    if (isFresh && clock.monotonic() - last.atMs < resyncMs) {
      if (clock.monotonic() - this.#answeredAtMs >= ALIVE_FOR_MS) await this.#ping();
      return last;
    }
    const asking = this.#asking?.atChange === this.#changes ? this.#asking : this.#ask();
    return await asking.answer;
  }

  /** Shared by all who ask meanwhile. */
  async #ping(): Promise<void> {
    const { client, clock } = this.#deps;
    const atMs = clock.monotonic();
    this.#pinging ??= client.ping(this.#closing).finally(() => {
      this.#pinging = undefined;
    });
    await this.#pinging;
    this.#answeredAtMs = Math.max(this.#answeredAtMs, atMs);
  }

  #ask(): { readonly atChange: number; readonly answer: Promise<Listing> } {
    const asking = { atChange: this.#changes, answer: this.#list(this.#changes) };
    this.#asking = asking;
    const over = (): void => {
      if (this.#asking === asking) this.#asking = undefined;
    };
    asking.answer.then(over, over);
    return asking;
  }

  async #list(atChange: number): Promise<Listing> {
    const { client, clock } = this.#deps;
    const atMs = clock.monotonic();
    const rows = await client.containers({ label: [APP_LABEL] }, this.#closing);
    this.#answeredAtMs = Math.max(this.#answeredAtMs, atMs);
    const ours = rows.flatMap((row): OurContainer[] => {
      const origin = originOf(row.labels);
      return origin === undefined ? [] : [{ ...row, origin }];
    });
    const listing = { byApp: Map.groupBy(ours, ({ origin }) => origin.app), atMs, atChange };
    if (this.#last === undefined || atChange >= this.#last.atChange) this.#last = listing;
    return listing;
  }
}

export function containersOf(listing: Listing, app: string): readonly OurContainer[] {
  return listing.byApp.get(app) ?? NONE;
}
