// server: the operator's events as objects that come and go with its ring of records.

import type { EventRecord, OperatorView } from '../../../controller/status/view.ts';
import { type AppPlace, eventObject } from '../kinds/event-objects.ts';
import { keyOf, withMeta } from '../kinds/object.ts';
import type { OperatorKind } from '../kinds/operator-kind.ts';
import type { Versions } from './versions.ts';
import type { WatchCache } from './watch-cache.ts';

export interface EventFollowerDeps {
  readonly events: WatchCache;
  readonly versions: Versions;
  /** Whose identities the events name. */
  readonly policies: OperatorKind;
}

export class EventFollower {
  readonly #deps: EventFollowerDeps;
  /** The keys of the records that are shown. */
  readonly #shown = new Map<EventRecord, string>();
  /** Kept over a restart, about apps that no policy names yet: their policies may still be to come. */
  readonly #placeless = new Set<EventRecord>();

  constructor(deps: EventFollowerDeps) {
    this.#deps = deps;
  }

  /** Records never change: what is new is put, what fell out of the ring goes. */
  look(view: OperatorView): void {
    const { events, versions, policies } = this.#deps;
    const fresh = view.events.filter((record) => !this.#shown.has(record));
    const still = new Set(view.events);
    for (const [record, key] of this.#shown) {
      if (still.has(record)) continue;
      this.#shown.delete(record);
      events.remove(key, versions.next());
    }
    if (fresh.length + this.#placeless.size === 0) return;
    const apps = this.#placesIn(view);
    const placed = [...this.#placeless].filter(({ object }) => apps.has(appOf(object)));
    for (const record of placed) {
      const key = this.#shown.get(record);
      if (key !== undefined) events.remove(key, versions.next());
    }
    const surroundings = {
      uidOf: (namespace: string, name: string) =>
        policies.cache.get(keyOf({ namespace, name }))?.metadata.uid,
      placeOf: (id: string) => apps.get(id),
    };
    for (const record of [...fresh, ...placed].toReversed()) {
      const object = eventObject(record, surroundings);
      this.#shown.set(record, keyOf(object.metadata));
      events.set(withMeta(object, { resourceVersion: String(versions.next()) }));
    }
    this.#placeless.clear();
    if (view.ready) return;
    for (const record of this.#shown.keys()) {
      const { object } = record;
      if (object.startsWith('app ') && !apps.has(appOf(object))) this.#placeless.add(record);
    }
  }

  /** With thousands of apps that takes a while, and most looks have no event of an app. */
  #placesIn(view: OperatorView): { has(app: string): boolean; get(app: string): AppPlace | undefined } {
    let found: ReadonlyMap<string, AppPlace> | undefined;
    const places = (): ReadonlyMap<string, AppPlace> => {
      found ??= appPlaces(view);
      return found;
    };
    return { has: (app) => places().has(app), get: (app) => places().get(app) };
  }
}

function appOf(object: string): string {
  return object.slice('app '.length);
}

function appPlaces({ pools }: OperatorView): ReadonlyMap<string, AppPlace> {
  const policies = pools.flatMap((pool) => pool.policies);
  return new Map(
    policies.flatMap(({ namespace, name, spec }) =>
      spec.apps.map((app) => [app.id ?? app.name, { namespace, policy: name, app: app.name }] as const),
    ),
  );
}
