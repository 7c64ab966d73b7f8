// schedulers/kubernetes/pods: the pods of a selector, found without looking at every pod, and kept as they come and go.

import { isDeepStrictEqual } from 'node:util';
import type { Labels } from '../objects/read.ts';
import { labelEntry, type Selector, selects, soleEntry } from '../objects/selector.ts';
import type { Pod } from './pod.ts';

type ByName = ReadonlyMap<string, Pod>;

const NONE: ByName = new Map();

export class PodIndex {
  readonly #pods = new Map<string, Pod>();
  /** By `label=value`, then by name. */
  readonly #byLabel = new Map<string, Map<string, Pod>>();

  /** @param pods of one namespace */
  constructor(pods: readonly Pod[] = []) {
    for (const pod of pods) this.put(pod);
  }

  /** @returns what it was before */
  put(pod: Pod): Pod | undefined {
    const before = this.#pods.get(pod.name);
    if (before !== undefined && !isDeepStrictEqual(before.labels, pod.labels)) this.remove(pod.name);
    this.#pods.set(pod.name, pod);
    for (const entry of entriesOf(pod.labels)) {
      const among = this.#byLabel.get(entry) ?? new Map();
      this.#byLabel.set(entry, among.set(pod.name, pod));
    }
    return before;
  }

  /** @returns what it was */
  remove(name: string): Pod | undefined {
    const before = this.#pods.get(name);
    if (before === undefined) return undefined;
    this.#pods.delete(name);
    for (const entry of entriesOf(before.labels)) {
      const among = this.#byLabel.get(entry);
      among?.delete(name);
      if (among?.size === 0) this.#byLabel.delete(entry);
    }
    return before;
  }

  of(selector: Selector): readonly Pod[] {
    return [...this.#candidates(selector).values()].filter(({ labels }) => selects(selector, labels));
  }

  /** The fewest that one of its labels leaves. */
  #candidates(selector: Selector): ByName {
    let fewest: ByName = this.#pods;
    for (const requirement of selector) {
      const entry = soleEntry(requirement);
      if (entry === undefined) continue;
      const among = this.#byLabel.get(entry) ?? NONE;
      if (among.size < fewest.size) fewest = among;
    }
    return fewest;
  }
}

function entriesOf(labels: Labels): readonly string[] {
  return Object.entries(labels).map(([key, value]) => labelEntry(key, value));
}
