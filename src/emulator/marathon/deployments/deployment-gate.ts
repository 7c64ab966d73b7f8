// emulator: keeps deployments of chosen apps from ending, so that others meet them under way.

export class DeploymentGate {
  #held: ReadonlySet<string> = new Set();
  readonly #waiting = new Set<() => void>();

  /** Ids of apps; `*` is every app. */
  get held(): ReadonlySet<string> {
    return this.#held;
  }

  /** From now on deployments of these apps do not end; those of others may go. */
  hold(appIds: Iterable<string>): void {
    this.#held = new Set(appIds);
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves when none of the apps is held; rejects with `signal.reason` when aborted. */
  whenOpen(appIds: readonly string[], signal: AbortSignal): Promise<void> {
    const isOpen = (): boolean => !this.#held.has('*') && !appIds.some((id) => this.#held.has(id));
    if (signal.aborted) return Promise.reject(signal.reason);
    if (isOpen()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(look);
        signal.removeEventListener('abort', onAbort);
      };
      const look = (): void => {
        if (!isOpen()) return;
        leave();
        resolve();
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason);
      };
      this.#waiting.add(look);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
