// schedulers/kubernetes/write: the counts that we wrote and the watch has not shown yet, and a version of each count.

import { isNewer } from '../../../runtime/kubernetes/objects.ts';
import type { Workload } from '../target/workload.ts';
import { FIELD_MANAGER } from '../target/writer.ts';

interface Written {
  readonly uid: string;
  readonly replicas: number;
  readonly resourceVersion: string;
}

export interface Shown {
  readonly replicas: number;
  /** It is what we wrote, whoever the object says was the last. */
  readonly isOurs: boolean;
  /** Another one after every change of the count that was seen. */
  readonly version: string;
}

/** What the cluster shows. */
export interface Sight {
  readonly workload: Workload;
  readonly replicas: number;
  readonly resourceVersion: string;
}

interface Counted extends Shown {
  readonly uid: string;
  readonly writers: string;
}

export class Counts {
  readonly #written = new Map<string, Written>();
  /** Our last writes. */
  readonly #ours = new Map<string, Written>();
  readonly #shown = new Map<string, Counted>();
  /** What whoever plans was told last, or has written since. */
  readonly #told = new Map<string, number>();

  /** A Scale that answered our write bears the version of the object. */
  wrote(id: string, written: Written): void {
    this.#written.set(id, written);
    this.#ours.set(id, written);
    this.#told.set(id, written.replicas);
  }

  /** As `show`, to whoever plans by it. */
  tell(id: string, sight: Sight): Shown {
    const shown = this.show(id, sight);
    this.#told.set(id, shown.replicas);
    return shown;
  }

  /** The count that a write is planned against; undefined where nobody was told one. */
  told(id: string): number | undefined {
    return this.#told.get(id);
  }

  /** What is asked for now: never less new than our last write. */
  show(id: string, { workload, replicas, resourceVersion }: Sight): Shown {
    const written = this.#written.get(id);
    const isAhead =
      written !== undefined &&
      written.uid === workload.uid &&
      isNewer(at(written.resourceVersion), at(resourceVersion));
    if (written !== undefined && !isAhead) this.#written.delete(id);
    const count = isAhead ? written.replicas : replicas;
    const isOurs = isAhead || this.#isLeftOver(id, { workload, replicas });
    const writers = isOurs || workload.writers.includes(FIELD_MANAGER) ? 'us' : workload.writers.join(',');
    const before = this.#shown.get(id);
    const isSame = before?.uid === workload.uid && before.replicas === count && before.writers === writers;
    const version = isSame
      ? before.version
      : `${workload.uid}/${isAhead ? written.resourceVersion : resourceVersion}`;
    const shown = { replicas: count, isOurs, version, uid: workload.uid, writers };
    this.#shown.set(id, shown);
    return shown;
  }

  /** Nobody plans by it any more. */
  forget(id: string): void {
    for (const map of [this.#written, this.#ours, this.#shown, this.#told]) map.delete(id);
  }

  /** A Scale leaves a count of zero out, so nobody owns it after we have written it. */
  #isLeftOver(id: string, { workload, replicas }: Omit<Sight, 'resourceVersion'>): boolean {
    const ours = this.#ours.get(id);
    return workload.writers.length === 0 && ours?.uid === workload.uid && ours.replicas === replicas;
  }
}

function at(resourceVersion: string): Parameters<typeof isNewer>[0] {
  return { metadata: { name: '', resourceVersion } };
}
