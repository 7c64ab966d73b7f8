// schedulers/docker: one change. What is asked for is written down; the keeper does it.

import type { ValueResolver } from '../../api/values.ts';
import type { Change, ChangeOf } from '../../core/change.ts';
import { abortable } from '../../runtime/abort/abortable.ts';
import type { Clock } from '../../runtime/clock.ts';
import { TransientError, WaitError } from '../../runtime/errors.ts';
import { fieldsOf } from '../definition/differences.ts';
import { resolveEnv } from '../definition/environment.ts';
import { askOverHttp, askWhoIsIdle } from '../idle/ask.ts';
import type { IdleSilence } from '../idle/silence.ts';
import type { ApplyResult } from '../scheduler.ts';
import { type ContainerList, containersOf, type OurContainer } from './apps/container-list.ts';
import type { KeptApp } from './apps/kept-app.ts';
import type { KeptApps } from './apps/kept-apps.ts';
import { type AppRecord, versionOf } from './apps/record.ts';
import { hostPorts } from './observation.ts';

export interface ActorDeps {
  readonly list: ContainerList;
  readonly apps: KeptApps;
  readonly clock: Clock;
  /** Wall-clock times for people: what to add to a monotonic one. */
  readonly wallAheadMs: () => number;
  readonly values: ValueResolver;
  /** Where the ports of containers are reached. */
  readonly host: string;
  /** What is asked for of this app has changed. */
  readonly wake: (app: KeptApp) => void;
  readonly silence: IdleSilence;
}

/** An app of the same name is still going. */
const GOING_RETRY_MS = 500;

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
      case 'adopt':
        return await this.#setReleased(change.app, false, signal);
      case 'release':
        return await this.#setReleased(change.app, true, signal);
    }
  }

  async #create(change: ChangeOf<'create'>, signal: AbortSignal): Promise<ApplyResult> {
    const doing = `creating ${change.app}`;
    const { app } = await this.#look(change.app, signal);
    const existing = app?.record;
    if (existing?.deleted === true)
      throw new WaitError(
        `${doing}: the containers of the app of this name are still being removed`,
        GOING_RETRY_MS,
      );
    if (existing !== undefined && existing.owner !== change.owner)
      throw new TransientError(`${doing}: it exists already, made by ${existing.owner}; looking again`);
    if (existing !== undefined) {
      if (existing.released === true) this.#write({ ...existing, released: undefined });
      return { outcome: 'noop' };
    }
    const { app: id, owner, instances, envFrom } = change;
    const secretEnv = resolveEnv(envFrom, this.#deps.values).values;
    const nowMs = this.#wallMs();
    return this.#write(
      {
        app: id,
        owner,
        requested: instances,
        generation: 1,
        definition: fieldsOf(change.definition),
        envFrom,
        lastScalingAtMs: nowMs,
        lastConfigChangeAtMs: nowMs,
      },
      (made) => {
        made.secretEnv = secretEnv;
      },
    );
  }

  async #scale(change: ChangeOf<'scale'>, signal: AbortSignal): Promise<ApplyResult> {
    const { app, containers } = await this.#existing(
      change.app,
      `scaling ${change.app} to ${change.to}`,
      signal,
    );
    const { record } = app;
    if (record.requested === change.to && record.released !== true) return { outcome: 'noop' };
    const by = record.requested - change.to;
    const idle = by > 0 ? await this.#idle(app, containers, { ...change, by }, signal) : NONE;
    const lastScalingAtMs = Math.max(this.#wallMs(), record.lastScalingAtMs + 1);
    return this.#write(
      { ...app.record, released: undefined, requested: change.to, lastScalingAtMs },
      (kept) => {
        kept.idle = idle;
      },
    );
  }

  async #update(change: ChangeOf<'update'>, signal: AbortSignal): Promise<ApplyResult> {
    const { app } = await this.#existing(change.app, `updating ${change.app}`, signal);
    const secretEnv = resolveEnv(change.envFrom, this.#deps.values).values;
    const { record } = app;
    const lastConfigChangeAtMs = Math.max(this.#wallMs(), record.lastConfigChangeAtMs + 1);
    return this.#write(
      {
        ...record,
        released: undefined,
        generation: record.generation + 1,
        definition: fieldsOf(change.definition),
        envFrom: change.envFrom,
        lastConfigChangeAtMs,
      },
      (kept) => {
        kept.secretEnv = secretEnv;
        kept.backoff.forget();
      },
    );
  }

  async #delete(id: string, signal: AbortSignal): Promise<ApplyResult> {
    const { app } = await this.#look(id, signal);
    if (app === undefined || app.record.deleted === true) return { outcome: 'noop' };
    const lastScalingAtMs = Math.max(this.#wallMs(), app.record.lastScalingAtMs + 1);
    return this.#write({ ...app.record, released: undefined, deleted: true, requested: 0, lastScalingAtMs });
  }

  /** Touches no container; one that is released is left alone from then on. */
  async #setReleased(id: string, released: boolean, signal: AbortSignal): Promise<ApplyResult> {
    const { app } = await this.#look(id, signal);
    if (app !== undefined && (app.record.released === true) !== released)
      this.#write({ ...app.record, released: released || undefined });
    return { outcome: 'noop' };
  }

  async #existing(
    id: string,
    doing: string,
    signal: AbortSignal,
  ): Promise<{ readonly app: KeptApp; readonly containers: readonly OurContainer[] }> {
    const { app, containers } = await this.#look(id, signal);
    if (app === undefined)
      throw new TransientError(`${doing}: there is no such app on the engine any more; looking again`);
    if (app.record.deleted === true) throw new WaitError(`${doing}: it is being deleted`, GOING_RETRY_MS);
    return { app, containers };
  }

  /** Asks the engine, so that nothing is asked for that it cannot be told. */
  async #look(
    id: string,
    signal: AbortSignal,
  ): Promise<{ readonly app: KeptApp | undefined; readonly containers: readonly OurContainer[] }> {
    this.#deps.list.changed();
    const listing = await abortable(this.#deps.list.read(), signal);
    return { app: this.#deps.apps.find(id, listing), containers: containersOf(listing, id) };
  }

  async #idle(
    app: KeptApp,
    containers: readonly OurContainer[],
    { idleVictims, by: enough }: ChangeOf<'scale'> & { readonly by: number },
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    if (idleVictims === undefined) return NONE;
    const { clock, host, silence } = this.#deps;
    const running = containers
      .filter((container) => app.phaseOf(container) === 'running')
      .toSorted((a, b) => b.createdAtMs - a.createdAtMs)
      .map((container) => ({
        id: container.id,
        phase: 'running' as const,
        host,
        ports: hostPorts(container),
      }));
    const deps = { clock, ask: askOverHttp, enough, onAnswers: silence.of(app.id) };
    return (await askWhoIsIdle(running, idleVictims, deps, signal)).idle;
  }

  #write(
    fields: Omit<AppRecord, 'released'> & { readonly released?: true | undefined },
    then: (app: KeptApp) => void = () => undefined,
  ): ApplyResult {
    const { released, ...record } = fields;
    const written: AppRecord = { ...record, ...(released === true && { released }) };
    const app = this.#deps.apps.write(written);
    then(app);
    this.#deps.wake(app);
    const version = versionOf(written);
    return { outcome: 'accepted', operation: `${written.app}@${version}`, version };
  }

  #wallMs(): number {
    return this.#deps.clock.monotonic() + this.#deps.wallAheadMs();
  }
}

const NONE: ReadonlySet<string> = new Set();
