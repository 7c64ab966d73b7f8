// emulator: whether tasks that a deployment has started are ready. Asked only as long as the deployment lasts;
// it delays its end and kills nobody.

import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { AppDefinition, ReadinessCheck } from '../definition/app.ts';
import type { Instance, Task } from '../marathon/instances/instance.ts';
import type { InstanceTracker } from '../marathon/instances/instance-tracker.ts';
import { httpTarget } from './probe.ts';
import type { HttpAnswer, HttpTarget, Prober } from './prober.ts';
import { within } from './within.ts';

export interface ReadinessResult {
  readonly name: string;
  readonly taskId: string;
  readonly ready: boolean;
  readonly lastResponse?: { readonly status: number; readonly contentType: string; readonly body: string };
}

export interface ReadinessDeps {
  readonly clock: Clock;
  readonly tracker: InstanceTracker;
  readonly prober: Prober;
}

interface Asked {
  readonly appId: string;
  /** Absent until the first answer. */
  result?: ReadinessResult;
}

export class Readiness {
  readonly #deps: ReadinessDeps;
  readonly #asked = new Map<string, Asked>();

  constructor(deps: ReadinessDeps) {
    this.#deps = deps;
  }

  /** What tasks of an app have answered in the deployment under way. */
  of(appId: string): readonly ReadinessResult[] {
    return [...this.#asked.values()].flatMap((asked) =>
      asked.appId === appId && asked.result !== undefined ? [asked.result] : [],
    );
  }

  /**
   * Whether the running task of an instance has said that it is ready; who has not been asked is from now on.
   * True when there is nothing to ask.
   *
   * @param signal aborted when the deployment is cancelled
   */
  isReady(instance: Instance, signal: AbortSignal): boolean {
    const [check] = instance.runSpec.readinessChecks ?? [];
    const { task } = instance;
    if (check === undefined || task === undefined) return true;
    const known = this.#asked.get(task.id);
    if (known !== undefined) return known.result?.ready ?? false;
    const asked: Asked = { appId: instance.appId };
    this.#asked.set(task.id, asked);
    this.#ask({ instance, task, check, asked }, signal).catch(() => {
      if (this.#asked.get(task.id) === asked) this.#asked.delete(task.id);
    });
    return false;
  }

  /** The deployment of an app is over. */
  forget(appId: string): void {
    for (const [taskId, asked] of [...this.#asked]) if (asked.appId === appId) this.#asked.delete(taskId);
  }

  async #ask(
    { instance, task, check, asked }: { instance: Instance; task: Task; check: ReadinessCheck; asked: Asked },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, prober, tracker } = this.#deps;
    const target = targetOf(instance.runSpec, task, check);
    const timeout = { clock, ms: check.timeoutSeconds * 1000 };
    while (this.#asked.get(task.id) === asked && instance.task === task && task.state === 'TASK_RUNNING') {
      const answer = await within(timeout, (deadline) => prober.get(target, deadline), signal).catch(
        (error: unknown) => unreachable(target, messageOf(error)),
      );
      signal.throwIfAborted();
      const ready = check.httpStatusCodesForReady.includes(answer.status);
      const { status, contentType, body } = answer;
      const lastResponse = check.preserveLastResponse ? { lastResponse: { status, contentType, body } } : {};
      asked.result = { name: check.name, taskId: task.id, ready, ...lastResponse };
      tracker.touch(instance.appId);
      if (ready) return;
      await clock.sleep(check.intervalSeconds * 1000, signal);
    }
    if (this.#asked.get(task.id) === asked) this.#asked.delete(task.id);
  }
}

function targetOf(app: AppDefinition, task: Task, check: ReadinessCheck): HttpTarget {
  const named = app.container?.portMappings ?? app.portDefinitions ?? [];
  const port = task.placement.ports[named.findIndex(({ name }) => name === check.portName)] ?? 0;
  const scheme = check.protocol === 'HTTPS' ? 'https' : 'http';
  return httpTarget(scheme, task.placement.hostname, port, check.path);
}

/** Marathon's words and status for an answer that never came. */
function unreachable({ scheme, host, port, path }: HttpTarget, reason: string): HttpAnswer {
  const body = `Marathon could not query ${scheme}://${host}:${port}${path}: ${reason}`;
  return { status: 504, reason: 'Gateway Timeout', contentType: 'text/plain', body };
}
