// controller: keeps the store in step with the policy sources, each listed anew whenever it says that it may differ.

import type { ObjectRef, PolicySnapshot, PolicySource } from '../../policy-sources/source.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { ReconcileContext, ReconcileResult, Reconciler } from '../../runtime/work/controller.ts';
import { Pace } from '../../runtime/work/pace.ts';
import type { Status } from '../status/status.ts';
import type { Listing, PartialListing } from './documents/listings.ts';
import { type DocumentProblem, ProblemLog } from './documents/problem-log.ts';
import type { RefusedDocument } from './documents/refused-documents.ts';
import type { PolicyStore, StoreChange } from './policy-store.ts';

export interface FollowerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly sources: readonly PolicySource[];
  readonly store: PolicyStore;
  readonly status: Status;
  /** Called with the pools to look at, and the policies that are gone. */
  readonly onChange: (change: StoreChange) => void;
  /** Called when all sources were listed in full: what is not in the store does not exist. */
  readonly onComplete: () => void;
}

/** Sources report what they notice; this is for what they do not. */
const RESYNC_MS = 60_000;

/** Of thousands of policies that are applied one after the other, several are taken over together. The first one never waits. */
const PAUSE_PER_UPDATE = 19;
const LONGEST_PAUSE_MS = 4_000;

/**
 * The key is the source. Nothing runs before every source was tried once: which of two homes of a policy is
 * listed first must not decide anything. A source that fails does not hold up the others for longer than that.
 */
export class SourceFollower implements Reconciler<PolicySource> {
  readonly #deps: FollowerDeps;
  /** Not listed yet, not even in vain. */
  readonly #untried: Set<PolicySource>;
  readonly #unlisted: Set<PolicySource>;
  readonly #failures = new Map<PolicySource, string>();
  readonly #problemLog: ProblemLog;
  readonly #pace: Pace;
  #waiting: readonly Listing[] = [];
  /** Objects that differ since their source was looked at. */
  readonly #noticed = new Map<PolicySource, Map<string, ObjectRef>>();
  /** Sources that may differ anywhere. */
  readonly #unknown: Set<PolicySource>;
  readonly #listedAtMs = new Map<PolicySource, number>();
  #shownRefused: readonly RefusedDocument[] = [];

  constructor(deps: FollowerDeps) {
    this.#deps = deps;
    const { clock } = deps;
    this.#pace = new Pace({ clock, pausePerWork: PAUSE_PER_UPDATE, longestMs: LONGEST_PAUSE_MS });
    this.#problemLog = new ProblemLog(deps.log);
    this.#untried = new Set(deps.sources);
    this.#unlisted = new Set(deps.sources);
    this.#unknown = new Set(deps.sources);
    this.#noteLoaded();
  }

  /** A source says that it may differ, or that one of its objects does and nothing else. */
  noticed(source: PolicySource, changed?: ObjectRef): void {
    if (changed === undefined || source.look === undefined) {
      this.#unknown.add(source);
      return;
    }
    const refs = this.#noticed.get(source) ?? new Map<string, ObjectRef>();
    this.#noticed.set(source, refs.set(`${changed.kind} ${changed.key}`, changed));
  }

  async reconcile(source: PolicySource, context: ReconcileContext): Promise<ReconcileResult> {
    const { leftMs } = this.#pace;
    if (leftMs > 0 && !this.#untried.has(source)) return { requeueAfterMs: leftMs };
    const refs = [...(this.#noticed.get(source)?.values() ?? [])];
    this.#noticed.delete(source);
    const dueInMs = this.#resyncInMs(source);
    try {
      if (dueInMs > 0 && source.look !== undefined) {
        if (refs.length > 0) this.#takeFew(source, refs, await source.look(refs, context.reading));
        return { requeueAfterMs: dueInMs };
      }
      // Before the list, for what is noticed while it is made may not be in it.
      this.#unknown.delete(source);
      const snapshot = await source.list(context.reading);
      this.#failures.delete(source);
      this.#unlisted.delete(source);
      this.#listedAtMs.set(source, this.#deps.clock.monotonic());
      this.#take(source, [{ source: source.name, snapshot }]);
      return { requeueAfterMs: RESYNC_MS };
    } catch (error) {
      context.stopping.throwIfAborted();
      this.#unknown.add(source);
      this.#failures.set(source, messageOf(error));
      this.#take(source, []);
      throw error;
    }
  }

  /** Until then, what it says about single objects is enough. */
  #resyncInMs(source: PolicySource): number {
    const listedAtMs = this.#listedAtMs.get(source);
    const isOver = this.#untried.size > 0 || this.#unknown.has(source) || this.#waiting.length > 0;
    if (isOver || listedAtMs === undefined) return 0;
    return Math.max(0, listedAtMs + RESYNC_MS - this.#deps.clock.monotonic());
  }

  #take(source: PolicySource, listed: readonly Listing[]): void {
    this.#untried.delete(source);
    this.#waiting = [...this.#waiting, ...listed];
    if (this.#untried.size === 0) this.#pace.do(() => this.#update());
  }

  #takeFew(source: PolicySource, refs: readonly ObjectRef[], snapshot: PolicySnapshot): void {
    this.#pace.do(() => this.#change({ source: source.name, refs, snapshot }));
  }

  #change(listing: PartialListing): void {
    const { store, status, onChange, onComplete } = this.#deps;
    const { problems, ...change } = store.change(listing);
    const isOfPolicies = listing.refs.every(({ kind }) => kind === 'MicroscalingPolicy');
    const refused = store.refused();
    const isSame = isOfPolicies && refused === this.#shownRefused;
    this.#shownRefused = refused;
    status.fewDocumentsChanged({
      pools: new Map((change.only ?? []).map((key) => [key, store.pool(key)])),
      removed: change.removed,
      problems: () => this.#problems(),
      isAnyPool: (is) => store.somePool(is),
      ...(!isSame && { others: { capacityPools: store.capacityPools(), refused } }),
    });
    this.#problemLog.change(problems);
    onChange(change);
    if (this.#unlisted.size === 0 && store.isComplete) onComplete();
  }

  #problems(): readonly DocumentProblem[] {
    return [...this.#listingFailures(), ...this.#deps.store.problems()];
  }

  #update(): void {
    const { store, status, onChange, onComplete } = this.#deps;
    const { pools, removed } = store.update(this.#waiting);
    this.#waiting = [];
    this.#shownRefused = store.refused();
    status.documentsChanged({
      pools: store.pools(),
      removed,
      problems: () => this.#problems(),
      capacityPools: store.capacityPools(),
      refused: this.#shownRefused,
    });
    this.#problemLog.report([...this.#listingFailures(), ...store.textProblems()]);
    this.#noteLoaded();
    onChange({ pools, removed });
    if (this.#unlisted.size === 0 && store.isComplete) onComplete();
  }

  #noteLoaded(): void {
    if (this.#unlisted.size === 0) this.#deps.status.policiesLoaded();
  }

  #listingFailures(): readonly DocumentProblem[] {
    return [...this.#failures].map(([source, reason]) => ({
      source: source.name,
      message: `cannot be listed: ${reason}; its policies go on as they were`,
    }));
  }
}
