// schedulers/docker: one container created and started, started again, or stopped and removed.

import type { Clock } from '../../../runtime/clock.ts';
import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { EngineClient } from '../../docker-engine/client.ts';
import { createBody, graceSecondsOf } from '../container/definition.ts';
import { labelsOf } from '../container/labels.ts';
import { containerName } from '../container/name.ts';
import { launchTrouble } from '../container/trouble.ts';
import type { ContainerList, OurContainer } from './container-list.ts';
import type { Doing, KeptApp } from './kept-app.ts';

export interface ContainerWorkDeps {
  readonly client: EngineClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly list: ContainerList;
  /** The values of the secrets that a new container of the app is to have. Throws when they cannot be had. */
  readonly secretEnv: (app: KeptApp) => Promise<Readonly<Record<string, string>>>;
}

/** Each resolves when the work is over, well or not; what went wrong is in the app's backoff, or in the log. */
export class ContainerWork {
  readonly #deps: ContainerWorkDeps;
  readonly #closing: AbortSignal;

  constructor(deps: ContainerWorkDeps, closing: AbortSignal) {
    this.#deps = deps;
    this.#closing = closing;
  }

  async create(app: KeptApp): Promise<void> {
    const name = containerName(app.id, this.#deps.random);
    app.creating.add(name);
    await this.#launching(app, async () => {
      const id = await this.#create(app, name);
      app.doing.set(id, 'starting');
      app.creating.delete(name);
      await this.#start(app, id).finally(() => {
        app.doing.delete(id);
        this.#deps.list.changed();
      });
    });
    app.creating.delete(name);
    this.#deps.list.changed();
  }

  /** For later: it is not started. */
  async prepare(app: KeptApp): Promise<void> {
    const name = containerName(app.id, this.#deps.random);
    app.preparing.add(name);
    await this.#launching(app, async () => {
      await this.#create(app, name);
    });
    app.preparing.delete(name);
    this.#deps.list.changed();
  }

  async start(app: KeptApp, id: string): Promise<void> {
    await this.#doing(app, { id, doing: 'starting' }, async () => {
      await this.#launching(app, () => this.#start(app, id));
    });
  }

  /** False when the engine did not do it: it is to be tried again. */
  async stop(app: KeptApp, container: OurContainer, doing: 'stopping' | 'replacing'): Promise<boolean> {
    const { client, log } = this.#deps;
    const { id, name, origin } = container;
    return await this.#doing(app, { id, doing }, async () => {
      try {
        const graceSeconds = graceSecondsOf(origin.definition);
        if (container.state === 'running') await client.stop(id, { graceSeconds }, this.#closing);
        await client.remove(id, this.#closing);
        return true;
      } catch (error) {
        if (!this.#closing.aborted)
          log.warn('a container could not be stopped; trying again', {
            container: name,
            reason: messageOf(error),
          });
        return false;
      }
    });
  }

  /** @returns its id */
  async #create(app: KeptApp, name: string): Promise<string> {
    const { client, secretEnv } = this.#deps;
    const { owner, generation, definition } = app.record;
    const env = await secretEnv(app);
    const labels = labelsOf({ app: app.id, owner, generation, definition, secretNames: Object.keys(env) });
    return await client.create(name, createBody({ definition, env, labels }), this.#closing);
  }

  async #start(app: KeptApp, id: string): Promise<void> {
    await this.#deps.client.start(id, this.#closing);
    app.startedAtMs.set(id, this.#deps.clock.monotonic());
    app.ended.delete(id);
  }

  async #launching(app: KeptApp, launch: () => Promise<void>): Promise<void> {
    const { generation } = app.record;
    try {
      await launch();
    } catch (error) {
      // A newer definition need not wait for an older one's failures.
      if (this.#closing.aborted || app.record.generation !== generation) return;
      app.backoff.failed(launchTrouble(error), this.#deps.clock.monotonic());
    }
  }

  async #doing<T>(
    app: KeptApp,
    { id, doing }: { readonly id: string; readonly doing: Doing },
    work: () => Promise<T>,
  ): Promise<T> {
    app.doing.set(id, doing);
    try {
      return await work();
    } finally {
      // At once: nobody may take what was listed before for what is there now.
      app.doing.delete(id);
      this.#deps.list.changed();
    }
  }
}
