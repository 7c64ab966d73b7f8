// schedulers/kubernetes/pods: the pods of a selector, found without looking at every pod.

import type { Labels } from '../objects/read.ts';
import { labelEntry, type Selector, selects, soleEntry } from '../objects/selector.ts';
import type { Pod } from './pod.ts';

export class PodIndex {
  readonly #pods: readonly Pod[];
  /** By `label=value`. */
  readonly #byLabel = new Map<string, Pod[]>();

  /** @param pods of one namespace */
  constructor(pods: readonly Pod[]) {
    this.#pods = pods;
    for (const pod of pods) {
      for (const entry of entriesOf(pod.labels)) {
        const among = this.#byLabel.get(entry);
        if (among === undefined) this.#byLabel.set(entry, [pod]);
        else among.push(pod);
      }
    }
  }

  of(selector: Selector): readonly Pod[] {
    return this.#candidates(selector).filter(({ labels }) => selects(selector, labels));
  }

  /** The fewest that one of its labels leaves. */
  #candidates(selector: Selector): readonly Pod[] {
    let fewest = this.#pods;
    for (const requirement of selector) {
      const entry = soleEntry(requirement);
      if (entry === undefined) continue;
      const among = this.#byLabel.get(entry) ?? [];
      if (among.length < fewest.length) fewest = among;
    }
    return fewest;
  }
}

function entriesOf(labels: Labels): readonly string[] {
  return Object.entries(labels).map(([key, value]) => labelEntry(key, value));
}
