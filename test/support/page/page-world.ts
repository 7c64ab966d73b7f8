// test support: the page served for real over the queue demo's operator: its past is played in no time, its present step by
// step or by itself.

import { join } from 'node:path';
import type { OperatorActions, OperatorState } from '../../../src/controller/status/view.ts';
import { type Clock, systemClock } from '../../../src/runtime/clock.ts';
import type { DocumentStore } from '../../../src/runtime/document-store.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { type HttpServer, serve } from '../../../src/runtime/network/http.ts';
import { createServerApp } from '../../../src/server/app.ts';
import { ROOT } from '../programs/command.ts';
import { QueueDemo, type QueueDemoOptions } from '../queue-demo.ts';

export interface PageWorldOptions extends Pick<QueueDemoOptions, 'title'> {
  /** How much of the world has passed when the page opens. */
  readonly pastS?: number;
  /** In place of the operator's own. */
  readonly actions?: Partial<OperatorActions>;
  readonly port?: number;
  /** As if it listened beyond this machine, with these tokens. */
  readonly beyond?: { readonly writeToken?: string; readonly documents?: DocumentStore };
}

export class PageWorld {
  readonly demo: QueueDemo;
  readonly #stop = new AbortController();
  readonly #state: OperatorState;
  readonly #clock: Clock;
  readonly #beyond: PageWorldOptions['beyond'];
  #hurried = true;
  #starts = 0;
  #server: HttpServer | undefined;
  #player: NodeJS.Timeout | undefined;
  #passed: Promise<void> = Promise.resolve();

  private constructor(demo: QueueDemo, { beyond, actions }: PageWorldOptions) {
    this.demo = demo;
    this.#beyond = beyond;
    this.#state = { ...demo.state, actions: { ...demo.state.actions, ...actions } };
    this.#clock = {
      now: () => demo.clock.now(),
      monotonic: () => demo.clock.monotonic(),
      sleep: (ms, signal) => systemClock.sleep(this.#hurried ? 0 : ms, signal),
      after: (ms, call) => systemClock.after(this.#hurried ? 0 : ms, call),
    };
  }

  static async start(options: PageWorldOptions = {}): Promise<PageWorld> {
    const { pastS = 60 } = options;
    const startMs = Date.now() - pastS * 1_000;
    const world = new PageWorld(await QueueDemo.start({ startMs, ...options }), options);
    await world.open(options.port ?? 0, pastS);
    return world;
  }

  get url(): string {
    return this.#server?.url ?? '';
  }

  /** Listens, with a new token, as a new start of the operator does; and lets `pastS` seconds go by. */
  async open(port: number = this.#server?.port ?? 0, pastS = 0): Promise<void> {
    const app = createServerApp({
      state: this.#state,
      clock: this.#clock,
      log: silentLogger,
      boundTo: this.#beyond === undefined ? '127.0.0.1' : '0.0.0.0',
      ...this.#beyond,
      token: `token-${++this.#starts}`,
      version: '0.1.0',
      runbooks: join(ROOT, 'docs/runbooks'),
      signal: this.#stop.signal,
    });
    this.#hurried = true;
    for (let i = 0; i < pastS * 2; i++) {
      await this.step();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    this.#hurried = false;
    this.#server = await serve(app, { host: '127.0.0.1', port });
  }

  /** One round of the operator. */
  step(): Promise<void> {
    return this.pass(500);
  }

  /** Lets `ms` of the operator's time go by, after what was asked for before. */
  pass(ms: number): Promise<void> {
    this.#passed = this.#passed.then(() => this.demo.advance(ms));
    return this.#passed;
  }

  /** From now on time passes by itself. */
  play(): void {
    this.#player ??= setInterval(() => void this.step(), 500);
  }

  /** The operator's process is gone. */
  async shut(): Promise<void> {
    await this.#server?.close();
  }

  async close(): Promise<void> {
    clearInterval(this.#player);
    this.#stop.abort();
    await this.shut();
    await this.#passed;
    await this.demo.stop();
  }
}
