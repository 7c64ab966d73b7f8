// server: keeps the served objects at what the operator sees, at the price of what changed.

import { isDeepStrictEqual } from 'node:util';
import type { PolicyStatus } from '../../../api/status.ts';
import { policyStatusOf, poolStatusOf } from '../../../controller/status/policy-status.ts';
import type {
  CapacityPoolView,
  OperatorState,
  OperatorView,
  PolicyView,
  PoolView,
} from '../../../controller/status/view.ts';
import { withSharedParts } from '../../../lang/shared-parts.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import { Pace } from '../../../runtime/work/pace.ts';
import { ChangeSignal } from '../../page/change-signal.ts';
import { type KubeObject, keyOf, timestamp, withMeta } from '../kinds/object.ts';
import type { OperatorKind } from '../kinds/operator-kind.ts';
import { objectOfView, refusedObject, steadyUid } from '../kinds/view-objects.ts';
import { EventFollower } from './follow-events.ts';
import type { Versions } from './versions.ts';
import type { WatchCache } from './watch-cache.ts';

/** Several changes in so short a time are sent as one. */
const GAP_MS = 50;
/** With thousands of policies a look takes a while; so much longer is the pause before the next one. */
const PAUSE_PER_LOOK = 19;
const LONGEST_PAUSE_MS = 2_000;
/** So long a client may take to come back and go on with its watch. */
const REMEMBERED_MS = 75_000;
const MARK_EVERY_MS = 15_000;
/** A change of nothing but the readings of metrics is sent no more often. */
const METRIC_GAP_MS = 1_000;

export interface FollowDeps {
  readonly state: OperatorState;
  readonly clock: Clock;
  readonly log: Logger;
  readonly versions: Versions;
  readonly policies: OperatorKind;
  readonly pools: OperatorKind;
  readonly events: WatchCache;
  readonly namespaces: WatchCache;
}

/** What was shown of a policy last. */
interface Shown {
  readonly view: PolicyView;
  readonly capacity: PoolView['capacity'];
  /** Whether a round has looked at it. */
  readonly isSeen: boolean;
  readonly status: PolicyStatus;
  /** Without status: one and the same, as long as nothing else is new. */
  readonly object: KubeObject;
  readonly atMs: number;
}

export class OperatorFollower {
  readonly #deps: FollowDeps;
  readonly #events: EventFollower;
  readonly #startedAt: string;
  readonly #policies = new Map<string, Shown>();
  readonly #pools = new Map<string, CapacityPoolView>();
  readonly #refused = new Set<string>();
  /** Which version was the newest at which moment; oldest first. */
  readonly #marks: { readonly atMs: number; readonly version: number }[] = [];
  /** Some readings were held back. */
  #isBehind = false;

  constructor(deps: FollowDeps) {
    this.#deps = deps;
    this.#events = new EventFollower(deps);
    this.#startedAt = timestamp(deps.clock.now());
    this.look();
  }

  /** Follows the state until aborted; what cannot be taken over now is with the next change. */
  async run(signal: AbortSignal): Promise<void> {
    const { state, clock, log } = this.#deps;
    const signalled = new ChangeSignal();
    const pace = new Pace({ clock, pausePerWork: PAUSE_PER_LOOK, longestMs: LONGEST_PAUSE_MS });
    let isDirty = false;
    const unsubscribe = state.subscribe(() => {
      isDirty = true;
      signalled.ring();
    });
    try {
      while (!signal.aborted) {
        if (!isDirty)
          await (this.#isBehind
            ? signalled.heardWithin(METRIC_GAP_MS, clock, signal)
            : signalled.heard(signal));
        isDirty = false;
        try {
          pace.do(() => this.look());
        } catch (error) {
          log.error('the API shows an older state', { error: messageOf(error) });
        }
        await clock.sleep(Math.max(GAP_MS, pace.leftMs), signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      unsubscribe();
    }
  }

  /** Takes over the state as it is. */
  look(): void {
    const view = this.#deps.state.view();
    this.#isBehind = false;
    this.#lookAtPolicies(view);
    this.#lookAtPools(view);
    this.#lookAtRefused(view);
    this.#lookAtNamespaces();
    this.#events.look(view);
    this.#forgetOld();
  }

  /** Changes are held as whole objects: those of an hour would be many times what there is. */
  #forgetOld(): void {
    const { clock, versions, policies, pools, events, namespaces } = this.#deps;
    const nowMs = clock.monotonic();
    const [oldest] = this.#marks;
    if (oldest !== undefined && nowMs - oldest.atMs >= REMEMBERED_MS) {
      this.#marks.shift();
      for (const cache of [policies.cache, pools.cache, events, namespaces]) cache.dropUpTo(oldest.version);
    }
    const newest = this.#marks.at(-1);
    if (newest === undefined || nowMs - newest.atMs >= MARK_EVERY_MS)
      this.#marks.push({ atMs: nowMs, version: versions.current });
  }

  #lookAtPolicies({ pools }: OperatorView): void {
    const seen = new Set<string>();
    for (const pool of pools) {
      for (const policy of pool.policies) {
        const key = keyOf(policy);
        seen.add(key);
        this.#lookAtPolicy(key, policy, pool);
      }
    }
    for (const key of this.#policies.keys()) {
      if (seen.has(key)) continue;
      this.#policies.delete(key);
      this.#deps.policies.lose(key);
    }
  }

  #lookAtPolicy(key: string, view: PolicyView, pool: PoolView): void {
    const { policies, clock } = this.#deps;
    const { capacity } = pool;
    const isSeen = pool.lastRoundAtMs !== undefined;
    const shown = this.#policies.get(key);
    const isThere = policies.cache.get(key) !== undefined;
    if (isThere && shown?.view === view && shown.capacity === capacity && shown.isSeen === isSeen) return;
    // Of ten apps one has moved: the changes that watches may ask for are as many states of that one, and not of all ten.
    const status = withSharedParts(policyStatusOf(view, pool), shown?.status);
    const nowMs = clock.monotonic();
    const isSame = shown !== undefined && isSameObject(shown.view, view);
    if (isThere && isSame) {
      if (status === shown.status) {
        this.#policies.set(key, { ...shown, view, capacity, isSeen });
        return;
      }
      if (nowMs - shown.atMs < METRIC_GAP_MS && isSameButForReadings(status, shown.status)) {
        this.#isBehind = true;
        return;
      }
    }
    const object = isSame ? shown.object : objectOfView('MicroscalingPolicy', view);
    this.#policies.set(key, { view, capacity, isSeen, status, object, atMs: nowMs });
    policies.see(key, { ...view, report: { status, origin: view }, object });
  }

  #lookAtPools({ capacityPools }: OperatorView): void {
    const seen = new Set<string>();
    for (const view of capacityPools) {
      const key = keyOf(view);
      seen.add(key);
      const isThere = this.#deps.pools.cache.get(key) !== undefined;
      if (isThere && this.#pools.get(key) === view) continue;
      this.#pools.set(key, view);
      const report = { status: poolStatusOf(view), origin: view };
      this.#deps.pools.see(key, { ...view, report, object: objectOfView('CapacityPool', view) });
    }
    for (const key of this.#pools.keys()) {
      if (seen.has(key)) continue;
      this.#pools.delete(key);
      this.#deps.pools.lose(key);
    }
  }

  /** What never ran is shown where it can be seen, and mended. */
  #lookAtRefused({ refused }: OperatorView): void {
    const now = new Set<string>();
    for (const each of refused) {
      const { kind, key, source, place, conditions } = each;
      const served = kind === 'CapacityPool' ? this.#deps.pools : this.#deps.policies;
      const isRun = (kind === 'CapacityPool' ? this.#pools : this.#policies).has(key);
      const uid = served.current(key)?.metadata.uid;
      // Of one that stands twice and runs, and of a second one that does not, the first is the object of its name.
      if (now.has(`${kind} ${key}`) || (uid === undefined && isRun)) continue;
      const report = { status: { conditions }, origin: { place, revision: '' } };
      const what = uid === undefined ? { object: refusedObject(each) } : { uid };
      if (served.see(key, { source, ...what, report })) now.add(`${kind} ${key}`);
    }
    for (const name of this.#refused) {
      const [kind, key = ''] = name.split(' ');
      const isPool = kind === 'CapacityPool';
      const isShown = (isPool ? this.#pools : this.#policies).has(key);
      if (!now.has(name) && !isShown) (isPool ? this.#deps.pools : this.#deps.policies).lose(key);
    }
    this.#refused.clear();
    for (const name of now) this.#refused.add(name);
  }

  #lookAtNamespaces(): void {
    const { namespaces, policies, pools } = this.#deps;
    const names = new Set(['default']);
    for (const { cache } of [policies, pools])
      for (const key of cache.keys()) names.add(key.slice(0, key.indexOf('/')));
    for (const name of names) {
      if (namespaces.get(keyOf({ name })) === undefined) this.#put(namespaces, this.#namespace(name));
    }
    for (const key of [...namespaces.keys()])
      if (!names.has(key.slice(1))) namespaces.remove(key, this.#deps.versions.next());
  }

  #namespace(name: string): KubeObject {
    return {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        uid: steadyUid('Namespace', name),
        creationTimestamp: this.#startedAt,
        labels: { 'kubernetes.io/metadata.name': name },
      },
      spec: {},
      status: { phase: 'Active' },
    };
  }

  #put(cache: WatchCache, object: KubeObject): void {
    cache.set(withMeta(object, { resourceVersion: String(this.#deps.versions.next()) }));
  }
}

/** Everything but status. */
function isSameObject(a: PolicyView, b: PolicyView): boolean {
  return (
    a.spec === b.spec &&
    a.generation === b.generation &&
    a.uid === b.uid &&
    a.place === b.place &&
    a.revision === b.revision &&
    isDeepStrictEqual([a.labels, a.annotations], [b.labels, b.annotations])
  );
}

function isSameButForReadings(a: PolicyStatus, b: PolicyStatus): boolean {
  return isDeepStrictEqual(withoutReadings(a), withoutReadings(b));
}

function withoutReadings(status: PolicyStatus): unknown {
  const apps = status.apps.map(({ metric: _, metrics, ...app }) => ({
    ...app,
    metrics: metrics?.map(({ current: _1, currentMargin: _2, inFlight: _3, ...metric }) => metric),
  }));
  return { ...status, apps };
}
