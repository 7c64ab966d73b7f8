// schedulers/swarm/write: counts of ours that the swarm has forgotten. Its orchestrator gives up on a fall when one of the tasks is
// written at the same moment ("failed to update task to REMOVE: update out of sequence"), and looks again only when the service is written.

import type { Clock } from '../../../runtime/clock.ts';
import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { SwarmApi } from '../api/client.ts';
import { hasEnded, type Task } from '../api/task.ts';
import type { Counts } from '../read/counts.ts';
import type { ServiceSight } from '../read/service-list.ts';
import { holderOf } from '../target.ts';

export interface ForgottenDeps {
  readonly api: SwarmApi;
  readonly counts: Counts;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether this instance may write a service; another one that stands by sees the same. */
  readonly isActing: (service: string) => boolean;
  readonly onWritten: () => void;
}

/** A swarm that has not forgotten tells surplus tasks to stop within milliseconds. */
const FORGOTTEN_MS = 3_000;

export class ForgottenCounts {
  readonly #deps: ForgottenDeps;
  readonly #closing: AbortSignal;
  /** Since when the service has more tasks than it should, monotonic, by its name. */
  readonly #since = new Map<string, number>();

  constructor(deps: ForgottenDeps, closing: AbortSignal) {
    this.#deps = deps;
    this.#closing = closing;
  }

  /** Nobody looks at it any more. */
  forget(name: string): void {
    this.#since.delete(name);
  }

  /** Writes the same count once more where the swarm does not act on it. */
  look({ service, tasks }: ServiceSight, isOurs: boolean): void {
    const { name, replicas } = service;
    const hasSurplus = replicas !== undefined && tasks.filter(isToRun).length > replicas;
    if (!this.#deps.isActing(name) || !isOurs || !hasSurplus || holderOf(service) !== undefined) {
      this.#since.delete(name);
      return;
    }
    const nowMs = this.#deps.clock.monotonic();
    const sinceMs = this.#since.get(name) ?? nowMs;
    this.#since.set(name, sinceMs);
    if (nowMs - sinceMs < FORGOTTEN_MS) return;
    this.#since.delete(name);
    void this.#writeAgain(name, service.index);
  }

  async #writeAgain(name: string, index: number): Promise<void> {
    const { api, counts, log, isActing, onWritten } = this.#deps;
    try {
      const draft = await api.draft(name, this.#closing);
      if (draft?.service.replicas === undefined || draft.service.index !== index) return;
      if (!isActing(name)) return;
      const spec = draft.specWith(draft.service.replicas);
      counts.sending(draft.service, spec);
      log.info('swarm: a count was not acted upon; writing it again', { service: name });
      await api.update(draft.service, spec, `writing the count of service ${name} again`, this.#closing);
    } catch (error) {
      log.debug('swarm: a count could not be written again', { service: name, reason: messageOf(error) });
    } finally {
      onWritten();
    }
  }
}

function isToRun(task: Task): boolean {
  return !hasEnded(task) && task.desired === 'running';
}
