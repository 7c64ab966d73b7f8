// schedulers/marathon: one change, executed. Every write is small, for one app, and yields to somebody's upgrade.

import type { ValueResolver } from '../../api/values.ts';
import type { Change, ChangeOf } from '../../core/change.ts';
import type { AppObservation } from '../../core/observation.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, TerminalError, TransientError } from '../../runtime/errors.ts';
import { type AskTask, idleTasks } from '../idle.ts';
import { type ApplyResult, SurplusWaits } from '../scheduler.ts';
import { createBody, scaleBody, updateBody } from './definition/app-definition.ts';
import { waitingDiesLast } from './definition/version.ts';
import type { MarathonClient, Write } from './http/client.ts';
import type { ClusterView } from './view.ts';
import { expendableFirst, shrink } from './write/shrink.ts';
import { accepted, gone, type Writer } from './write/writer.ts';

export interface ActorDeps {
  readonly client: MarathonClient;
  readonly view: ClusterView;
  readonly writer: Writer;
  readonly values: ValueResolver;
  readonly clock: Clock;
  /** How a task is asked whether it is idle. */
  readonly ask: AskTask;
  /** Of Marathon; undefined while it is not known. */
  readonly version: () => string | undefined;
}

const HOLD_RETRY_MS = 1_000;

export class Actor {
  readonly #deps: ActorDeps;

  constructor(deps: ActorDeps) {
    this.#deps = deps;
  }

  async apply(change: Change, signal: AbortSignal): Promise<ApplyResult> {
    signal.throwIfAborted();
    switch (change.kind) {
      case 'create':
        return await this.#create(change, signal);
      case 'scale':
        return await this.#scale(change, signal);
      case 'update':
        return await this.#update(change, signal);
      case 'delete':
        return await this.#delete(change.app, signal);
      // Whose an app is, is remembered on our side: a label would restart every task.
      case 'adopt':
      case 'release':
        return { outcome: 'noop' };
    }
  }

  async #create(change: ChangeOf<'create'>, signal: AbortSignal): Promise<ApplyResult> {
    const { client, view, values, writer } = this.#deps;
    const { body, secrets } = createBody(change, values);
    const doing = `creating ${change.app}`;
    const send = (write: Write) => client.create(body, write, signal);
    const outcome = await writer.once(change.app, { doing, secrets, send }, signal);
    switch (outcome.kind) {
      case 'accepted':
        return accepted(outcome);
      case 'locked':
        throw await writer.lockedBy(change.app, doing, signal);
      case 'missing':
        throw new TerminalError(messageOf(outcome.error));
      case 'duplicate':
        // A creation of ours whose answer was lost.
        if ((await view.read(change.app, signal))?.owner === change.owner) return { outcome: 'noop' };
        throw new TransientError(`${doing}: it exists already, made by somebody else; looking again`);
    }
  }

  async #scale(change: ChangeOf<'scale'>, signal: AbortSignal): Promise<ApplyResult> {
    const { client, view, writer } = this.#deps;
    const doing = `scaling ${change.app} to ${change.to}`;
    const app = await view.recall(change.app, signal);
    if (app === undefined) throw gone(doing);
    if (app.requested === change.to) return { outcome: 'noop' };
    const how = shrink(app, change.to, {
      waitingDiesLast: waitingDiesLast(this.#deps.version()),
      idle: await this.#idle(change, app, signal),
    });
    if (how.kind === 'hold') throw new SurplusWaits(`${doing}: ${held(app, how.endangered)}`, HOLD_RETRY_MS);
    const body = scaleBody(change.to, app);
    const send = (write: Write) =>
      how.kind === 'named'
        ? client.killAndScale(how.taskIds, write, signal)
        : client.scale(app.id, body, { write, signal });
    const result = await writer.throughLocks({ app, doing, secrets: [], send }, signal);
    if (how.kind !== 'named' || result.outcome !== 'accepted') return result;
    return { ...result, instances: Math.max(0, app.requested - how.taskIds.length) };
  }

  /** Of the tasks that run; nobody where the app does not tell. */
  async #idle(
    { idleVictims, to }: ChangeOf<'scale'>,
    app: AppObservation,
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    // Who must all go need not be asked.
    if (idleVictims === undefined || to === 0 || to >= app.requested) return new Set();
    const running = expendableFirst(app).filter(({ phase }) => phase === 'running');
    const { clock, ask } = this.#deps;
    return await idleTasks(running, idleVictims, { clock, ask, enough: app.requested - to }, signal);
  }

  /** A locked app may be ours and stuck in its own scaling because it is broken; then the fix must get through. */
  async #update(change: ChangeOf<'update'>, signal: AbortSignal): Promise<ApplyResult> {
    const { client, view, values, writer } = this.#deps;
    const doing = `updating ${change.app} (${change.fields.map((f) => f.field).join(', ')})`;
    const app = await view.read(change.app, signal);
    if (app === undefined) throw gone(doing);
    const { body, whole, secrets } = updateBody(change, app, values, this.#deps.version());
    const send = (write: Write) =>
      whole
        ? client.replace(app.id, body, { write, signal })
        : client.update(app.id, body, { write, signal });
    return await writer.throughLocks({ app, doing, secrets, supersedes: change.supersedes, send }, signal);
  }

  async #delete(id: string, signal: AbortSignal): Promise<ApplyResult> {
    const { client, view, writer } = this.#deps;
    const app = await view.read(id, signal);
    if (app === undefined) return { outcome: 'noop' };
    const send = (write: Write) => client.delete(id, write, signal);
    return await writer.throughLocks(
      { app, doing: `deleting ${id}`, secrets: [], whenGone: { outcome: 'noop' }, send },
      signal,
    );
  }
}

function held(app: AppObservation, endangered: number): string {
  const why = app.backoffMs > 0 ? ['backing off after failures'] : app.waitingFor.map(({ text }) => text);
  const because = why.length > 0 ? ` (${why.join(', ')})` : '';
  return `${app.waiting} of its ${app.requested} instances still wait to launch${because}, and Marathon would stop ${endangered} running in their place; its count stays until they run`;
}
