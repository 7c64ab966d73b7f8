// test support: an operator's state that shows what a test gives it; for what only looks at it.

import type { OperatorState, OperatorView } from '../../src/controller/status/view.ts';

const refused = (): never => {
  throw new Error('this state only shows a view');
};

export class ShownState implements OperatorState {
  readonly #listeners = new Set<() => void>();
  #view: OperatorView;
  /** What `standstill` says. */
  standingStill: string | undefined;
  /** Why the view cannot be read. */
  trouble: Error | undefined;

  readonly actions = {
    ruling: refused,
    pause: refused,
    resume: refused,
    override: refused,
    endOverride: refused,
    putBack: refused,
    keep: refused,
    endKeep: refused,
    scale: refused,
  };

  constructor(view: OperatorView) {
    this.#view = view;
  }

  view(): OperatorView {
    if (this.trouble !== undefined) throw this.trouble;
    return this.#view;
  }

  /** Changes fields of the view and calls who follows it. */
  show(over: Partial<OperatorView>): void {
    this.#view = { ...this.#view, ...over };
    for (const listener of this.#listeners) listener();
  }

  subscribe(onChange: () => void): () => void {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  }

  standstill(): string | undefined {
    return this.standingStill;
  }

  /** How many follow the state. */
  get listeners(): number {
    return this.#listeners.size;
  }
}
