// schedulers/marathon: one change, executed. Every write is small, for one app, and yields to somebody's upgrade.

import type { ValueResolver } from '../../api/values.ts';
import type { Change, ChangeOf } from '../../core/change.ts';
import type { AppObservation } from '../../core/observation.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, TerminalError, TransientError } from '../../runtime/errors.ts';
import type { AskTask } from '../idle/ask.ts';
import type { IdleSilence } from '../idle/silence.ts';
import { type ApplyResult, SurplusWaits } from '../scheduler.ts';
import { createBody, scaleBody, updateBody } from './definition/app-definition.ts';
import { waitingDiesLast } from './definition/version.ts';
import type { MarathonClient, Write, WriteOutcome } from './http/client.ts';
import type { ClusterView } from './view.ts';
import { type Shrink, shrink } from './write/shrink.ts';
import { chooseVictims, type Fall } from './write/victims.ts';
import { accepted, gone, type Writer } from './write/writer.ts';

export interface ActorDeps {
  readonly client: MarathonClient;
  readonly view: ClusterView;
  readonly writer: Writer;
  readonly values: ValueResolver;
  readonly clock: Clock;
  /** How a task is asked whether it is idle. */
  readonly ask: AskTask;
  readonly silence: IdleSilence;
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
    notHeld(shrink(app, change.to, { waitingDiesLast: this.#waitingDiesLast() }), app, doing);
    let fall: Fall | undefined;
    // Who is to go is asked after all else, and again before another attempt.
    const send = async (write: Write): Promise<WriteOutcome> => {
      fall = await this.#fall(change, signal);
      if (fall === undefined) throw gone(doing);
      notHeld(fall.how, fall.app, doing);
      return fall.how.kind === 'named'
        ? await client.killAndScale(fall.how.taskIds, write, signal)
        : await client.scale(app.id, scaleBody(change.to, fall.app), { write, signal });
    };
    const result = await writer.throughLocks({ app, doing, secrets: [], send }, signal);
    if (fall?.how.kind !== 'named' || result.outcome !== 'accepted') return result;
    return { ...result, instances: await this.#countAfter(fall.app, fall.how.taskIds.length, signal) };
  }

  async #fall(change: ChangeOf<'scale'>, signal: AbortSignal): Promise<Fall | undefined> {
    const { view, clock, ask, silence } = this.#deps;
    const onAnswers = silence.of(change.app);
    const recall = (signal: AbortSignal) => view.recall(change.app, signal);
    const waitingDiesLast = this.#waitingDiesLast();
    return await chooseVictims(change, { recall, clock, ask, onAnswers, waitingDiesLast }, signal);
  }

  #waitingDiesLast(): boolean {
    return waitingDiesLast(this.#deps.version());
  }

  /** A victim that ended meanwhile, or was told to already, takes nothing off the count: that it is ours all the same must be known. */
  async #countAfter(before: AppObservation, named: number, signal: AbortSignal): Promise<number> {
    const least = Math.max(0, before.requested - named);
    try {
      const instances = (await this.#deps.client.app(before.id, signal))?.instances ?? least;
      return instances > least && instances <= before.requested ? instances : least;
    } catch {
      return least;
    }
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

/** @throws SurplusWaits */
function notHeld(how: Shrink, app: AppObservation, doing: string): void {
  if (how.kind === 'hold') throw new SurplusWaits(`${doing}: ${held(app, how.endangered)}`, HOLD_RETRY_MS);
}

function held(app: AppObservation, endangered: number): string {
  const why = app.backoffMs > 0 ? ['backing off after failures'] : app.waitingFor.map(({ text }) => text);
  const because = why.length > 0 ? ` (${why.join(', ')})` : '';
  return `${app.waiting} of its ${app.requested} instances still wait to launch${because}, and Marathon would stop ${endangered} running in their place; its count stays until they run`;
}
