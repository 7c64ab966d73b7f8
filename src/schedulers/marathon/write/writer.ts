// schedulers/marathon: what every write has in common: locks, the cap on deployments, an app that is gone.

import type { AppObservation } from '../../../core/observation.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { messageOf, TerminalError, TransientError, WaitError } from '../../../runtime/errors.ts';
import type { ApplyResult } from '../../scheduler.ts';
import type { MarathonClient, Write, WriteOutcome } from '../http/client.ts';
import type { ClusterView } from '../view.ts';
import { assessLock } from './locks.ts';

export interface WriterDeps {
  readonly client: MarathonClient;
  readonly view: ClusterView;
  readonly clock: Clock;
}

/** A write to an app that exists. */
export interface AppWrite {
  readonly app: AppObservation;
  readonly doing: string;
  readonly secrets: readonly string[];
  /** Deployment of our own that this write may cancel. */
  readonly supersedes?: string | undefined;
  /** What to answer when the app turns out to be gone; without it that is a TransientError. */
  readonly whenGone?: ApplyResult;
  readonly send: (write: Write) => Promise<WriteOutcome>;
}

/** How often a lock is looked at again when no event says that it is gone. */
const LOCK_RETRY_MS = 5_000;
/** At Marathon's limit of deployments every write is refused, so all of them wait. */
const CAP_RETRY_MS = 10_000;
/** A lock may be gone by the time it is looked at. */
const TRIES = 3;

export class Writer {
  readonly #deps: WriterDeps;
  #cappedUntilMs = 0;

  constructor(deps: WriterDeps) {
    this.#deps = deps;
  }

  /**
   * Writes; over nothing but scaling of this app with `force`, otherwise waits for whoever holds it. A lock that
   * is known already is assessed first, so that we do not run into it.
   */
  async throughLocks(write: AppWrite, signal: AbortSignal): Promise<ApplyResult> {
    const { app, doing, secrets } = write;
    let force = app.operations.length > 0 && (await this.#mayForce(write, signal));
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const outcome = await this.once(app.id, { doing, force, secrets, send: write.send }, signal);
      if (outcome.kind === 'accepted') return accepted(outcome);
      if (outcome.kind === 'missing') return await this.#perhapsGone(write, outcome.error, signal);
      force = await this.#mayForce(write, signal);
    }
    throw await this.lockedBy(app.id, doing, signal);
  }

  /** One attempt. Afterwards no older reading serves, whatever came of it. */
  async once(
    app: string,
    write: Write & { readonly send: (write: Write) => Promise<WriteOutcome> },
    signal: AbortSignal,
  ): Promise<Exclude<WriteOutcome, { kind: 'forbidden' }>> {
    const { clock, view } = this.#deps;
    const { send, ...how } = write;
    const leftMs = this.#cappedUntilMs - clock.monotonic();
    if (leftMs > 0)
      throw new WaitError(`${write.doing}: Marathon runs as many deployments as it may`, leftMs);
    let outcome: WriteOutcome;
    try {
      outcome = await send(how);
    } finally {
      view.changed([app]);
    }
    if (outcome.kind === 'forbidden') throw await this.#forbidden(outcome.error, signal);
    return outcome;
  }

  async lockedBy(app: string, doing: string, signal: AbortSignal): Promise<WaitError> {
    const locks = assessLock(app, await this.#deps.client.deployments(signal), { created: false });
    const holders = locks.kind === 'wait' ? locks.holders : 'a deployment that keeps changing';
    return new WaitError(`${doing}: locked by ${holders}`, LOCK_RETRY_MS);
  }

  /** False when nothing holds the app (any more); throws WaitError when somebody's upgrade does. */
  async #mayForce({ app, doing, supersedes }: AppWrite, signal: AbortSignal): Promise<boolean> {
    const deployments = await this.#deps.client.deployments(signal);
    const locks = assessLock(app.id, deployments, { created: app.owner !== undefined, update: supersedes });
    if (locks.kind === 'wait') throw new WaitError(`${doing}: locked by ${locks.holders}`, LOCK_RETRY_MS);
    return locks.kind === 'supersede';
  }

  /** Only running deployments can exhaust the cap; without any, 403 is a matter of rights (docs/design/marathon.md#errors). */
  async #forbidden(refusal: Error, signal: AbortSignal): Promise<Error> {
    const running = (await this.#deps.client.deployments(signal)).length;
    if (running === 0) return refusal;
    this.#cappedUntilMs = this.#deps.clock.monotonic() + CAP_RETRY_MS;
    return new WaitError(`${messageOf(refusal)} (${running} deployments are running)`, CAP_RETRY_MS);
  }

  /** An incomplete body for an app that is gone is refused like a wrong one, so look before concluding. */
  async #perhapsGone(write: AppWrite, refusal: Error, signal: AbortSignal): Promise<ApplyResult> {
    if ((await this.#deps.client.app(write.app.id, signal)) !== undefined) {
      throw new TerminalError(messageOf(refusal));
    }
    if (write.whenGone !== undefined) return write.whenGone;
    throw gone(write.doing);
  }
}

export function accepted(outcome: Extract<WriteOutcome, { kind: 'accepted' }>): ApplyResult {
  const { kind, deploymentId, ...accepted } = outcome;
  return { outcome: kind, operation: deploymentId, ...accepted };
}

export function gone(doing: string): TransientError {
  return new TransientError(`${doing}: the app is not in Marathon any more; looking again`);
}
