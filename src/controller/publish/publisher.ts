// controller: takes the status of every object to the home of the object, where that home has a place for it.

import type { Condition } from '../../api/conditions.ts';
import type { PolicyStatus, PoolStatus } from '../../api/status.ts';
import type { LeadershipState } from '../../policy-sources/leadership-state.ts';
import type { ObjectRef, PolicySource } from '../../policy-sources/source.ts';
import type { Clock } from '../../runtime/clock.ts';
import { WaitError } from '../../runtime/errors.ts';
import type { ReconcileContext, ReconcileResult, Reconciler } from '../../runtime/work/controller.ts';
import type { WorkQueue } from '../../runtime/work/workqueue.ts';
import { beforeHandover, type Leadership } from '../watch/leadership.ts';

/** The status of one object as it is now. */
export interface Publication {
  /** The name of its source. */
  readonly source: string;
  /** Whoever acts for this pool writes. */
  readonly pool: string;
  readonly ref: ObjectRef;
  readonly status: PolicyStatus | PoolStatus;
}

export interface PublisherDeps {
  readonly clock: Clock;
  readonly sources: readonly PolicySource[];
  readonly leadership: Leadership;
  readonly queue: WorkQueue<string>;
  /** What is to be shown of a pool's policies, or of everything. */
  readonly publications: (pool: string | undefined) => readonly Publication[];
}

interface Shown extends Publication {
  /** As its home has it from us; absent before the first write. */
  readonly written?: { readonly text: string; readonly gist: string; readonly atMs: number };
  /** The last try failed: the back-off says when the next one is, not the next change. */
  readonly failing: boolean;
}

/** Mere wording (a metric that moves, a message) goes out at most this often. */
const WORDING_EVERY_MS = 10_000;
/** What was never looked at waits for its first look: a restart is no news. */
const FIRST_LOOK_MS = 2_000;
const STANDBY_RETRY_MS = 1_000;

/** Level-triggered: one key per object; whatever happened in between, its home gets the newest status. */
export class Publisher implements Reconciler<string> {
  readonly #deps: PublisherDeps;
  readonly #homes: ReadonlyMap<string, PolicySource>;
  readonly #shown = new Map<string, Shown>();

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
    const homes = deps.sources.filter((source) => source.writeStatus !== undefined);
    this.#homes = new Map(homes.map((source) => [source.name, source]));
  }

  /** Something that people see of `pool`, or of anything, may have changed. */
  look(pool: string | undefined): void {
    if (this.#homes.size === 0) return;
    const found = this.#deps.publications(pool).filter(({ source }) => this.#homes.has(source));
    for (const publication of found) this.#note(publication);
    const present = new Set(found.map(idOf));
    for (const [id, shown] of this.#shown) {
      if (present.has(id) || (pool !== undefined && shown.pool !== pool)) continue;
      this.#shown.delete(id);
      this.#deps.queue.forget(id);
    }
  }

  async reconcile(id: string, { signal }: ReconcileContext): Promise<ReconcileResult> {
    const shown = this.#shown.get(id);
    const home = shown && this.#homes.get(shown.source);
    const writeStatus = home?.writeStatus?.bind(home);
    if (shown === undefined || writeStatus === undefined) return {};
    const { ref, status, pool } = shown;
    const text = JSON.stringify(status);
    if (text === shown.written?.text) {
      // What failed was overtaken by what its home has already: the next change goes out as ever.
      this.#set(id, { failing: false });
      return {};
    }
    try {
      const state = await this.#mustAct({ status, pool }, signal);
      await beforeHandover(state, () => writeStatus(ref, status, signal));
    } catch (error) {
      this.#set(id, { failing: true });
      throw error;
    }
    const written = { text, gist: gistOf(status), atMs: this.#deps.clock.monotonic() };
    this.#set(id, { written, failing: false });
    const now = this.#shown.get(id);
    const requeueAfterMs = now && this.#dueInMs(now);
    return requeueAfterMs === undefined ? {} : { requeueAfterMs };
  }

  #note(publication: Publication): void {
    const id = idOf(publication);
    const known = this.#shown.get(id);
    const shown: Shown = { failing: false, ...known, ...publication };
    this.#shown.set(id, shown);
    const dueInMs = this.#dueInMs(shown);
    if (dueInMs !== undefined && !shown.failing) this.#deps.queue.add(id, dueInMs);
  }

  #set(id: string, change: Partial<Shown>): void {
    const shown = this.#shown.get(id);
    if (shown !== undefined) this.#shown.set(id, { ...shown, ...change });
  }

  /** Undefined while there is nothing to write. */
  #dueInMs({ status, written }: Shown): number | undefined {
    if (written === undefined) return status.conditions.every(isPending) ? FIRST_LOOK_MS : 0;
    if (gistOf(status) !== written.gist) return 0;
    if (JSON.stringify(status) === written.text) return undefined;
    return Math.max(0, written.atMs + WORDING_EVERY_MS - this.#deps.clock.monotonic());
  }

  /** Only the instance that acts says how things stand; what it saw while it stood by is nothing to say. */
  async #mustAct(
    { status, pool }: Pick<Publication, 'status' | 'pool'>,
    signal: AbortSignal,
  ): Promise<LeadershipState> {
    const state = await this.#deps.leadership(signal, pool);
    if (state.acting && !status.conditions.some((condition) => condition.reason === 'Standby')) return state;
    throw new WaitError(`the status is not ours to write: ${state.reason}`, STANDBY_RETRY_MS);
  }
}

function idOf({ source, ref }: Publication): string {
  return `${ref.kind} ${ref.key} ${source}`;
}

function isPending({ reason }: Condition): boolean {
  return reason === 'Pending';
}

/** What people act on: everything but wording. */
function gistOf(status: PolicyStatus | PoolStatus): string {
  const conditions = status.conditions.map(({ type, status: is, reason, message, observedGeneration }) => [
    type,
    is,
    reason,
    observedGeneration,
    // Another bad edit is news, although the condition stays the same.
    type === 'Accepted' ? message : '',
  ]);
  const apps =
    'apps' in status ? status.apps.map(({ metric: _wording, metrics: _moving, ...app }) => app) : [];
  return JSON.stringify({ ...status, conditions, apps });
}
