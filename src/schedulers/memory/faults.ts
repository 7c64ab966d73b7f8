// schedulers/memory: what goes wrong between a caller and the cluster: errors, delays, answers that are not the cluster's.

import type { Change } from '../../core/change.ts';
import type { ApplyResult, SchedulerView } from '../scheduler.ts';

/** Each function is called in the place of its operation, which `next` does; it may wait, throw or answer otherwise. */
export interface Interference {
  observe?(
    ids: readonly string[],
    next: () => Promise<SchedulerView>,
    signal: AbortSignal,
  ): Promise<SchedulerView>;
  apply?(change: Change, next: () => Promise<ApplyResult>, signal: AbortSignal): Promise<ApplyResult>;
}

export interface FaultSwitches {
  /** The next call of this kind throws `error`, once; several queue up. */
  failNext(operation: 'observe' | 'apply', error: Error): void;
  /** Until the result is called, each change for which `errorOf` has an error throws it. */
  failWhen(errorOf: (change: Change) => Error | undefined): () => void;
  /** Until the result is called; of several the first one is the outermost. */
  interfere(interference: Interference): () => void;
}

export class Faults implements FaultSwitches {
  readonly #errors = { observe: [] as Error[], apply: [] as Error[] };
  readonly #interferences = new Set<Interference>();

  failNext(operation: 'observe' | 'apply', error: Error): void {
    this.#errors[operation].push(error);
  }

  failWhen(errorOf: (change: Change) => Error | undefined): () => void {
    return this.interfere({
      apply: async (change, next) => {
        const error = errorOf(change);
        if (error !== undefined) throw error;
        return await next();
      },
    });
  }

  interfere(interference: Interference): () => void {
    this.#interferences.add(interference);
    return () => {
      this.#interferences.delete(interference);
    };
  }

  async observe(
    ids: readonly string[],
    signal: AbortSignal,
    look: () => SchedulerView,
  ): Promise<SchedulerView> {
    return await [...this.#interferences].reduceRight(
      (next, { observe }) => (observe === undefined ? next : () => observe(ids, next, signal)),
      async () => {
        this.#throwNext('observe');
        return look();
      },
    )();
  }

  async apply(change: Change, signal: AbortSignal, write: () => ApplyResult): Promise<ApplyResult> {
    return await [...this.#interferences].reduceRight(
      (next, { apply }) => (apply === undefined ? next : () => apply(change, next, signal)),
      async () => {
        this.#throwNext('apply');
        return write();
      },
    )();
  }

  #throwNext(operation: 'observe' | 'apply'): void {
    const error = this.#errors[operation].shift();
    if (error !== undefined) throw error;
  }
}
