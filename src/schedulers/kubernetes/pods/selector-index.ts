// schedulers/kubernetes/pods: whose selector means a pod, found without trying every selector.

import type { Labels } from '../objects/read.ts';
import { labelEntry, type Selector, selects, soleEntry } from '../objects/selector.ts';

/** Of those that no single label tells from others. */
const ANY = '';

export class SelectorIndex {
  readonly #selectors = new Map<string, Selector>();
  /** Ids by a `label=value` that the selector needs. */
  readonly #byEntry = new Map<string, Set<string>>();

  set(id: string, selector: Selector): void {
    if (this.#selectors.get(id) === selector) return;
    this.delete(id);
    this.#selectors.set(id, selector);
    const entry = entryOf(selector);
    const among = this.#byEntry.get(entry) ?? new Set();
    this.#byEntry.set(entry, among.add(id));
  }

  delete(id: string): void {
    const selector = this.#selectors.get(id);
    if (selector === undefined) return;
    this.#selectors.delete(id);
    const entry = entryOf(selector);
    const among = this.#byEntry.get(entry);
    among?.delete(id);
    if (among?.size === 0) this.#byEntry.delete(entry);
  }

  ids(): ReadonlySet<string> {
    return new Set(this.#selectors.keys());
  }

  /** The ids whose selector means a pod of these labels. */
  of(labels: Labels): ReadonlySet<string> {
    const found = new Set<string>();
    const take = (entry: string): void => {
      for (const id of this.#byEntry.get(entry) ?? [])
        if (selects(this.#selectors.get(id) ?? [], labels)) found.add(id);
    };
    take(ANY);
    for (const [key, value] of Object.entries(labels)) take(labelEntry(key, value));
    return found;
  }
}

function entryOf(selector: Selector): string {
  for (const requirement of selector) {
    const entry = soleEntry(requirement);
    if (entry !== undefined) return entry;
  }
  return ANY;
}
