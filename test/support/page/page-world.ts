// The page served for real over a fake operator: its past is played in no time, its present step by step or by itself.

import { type Clock, systemClock } from '../../../src/runtime/clock.ts';
import type { DocumentStore } from '../../../src/runtime/document-store.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { type HttpServer, serve } from '../../../src/runtime/network/http.ts';
import { createServerApp } from '../../../src/server/app.ts';
import { FakeOperator, type FakeOperatorOptions } from './fake-operator.ts';

export interface PageWorldOptions extends Partial<FakeOperatorOptions> {
  /** How much of the world has passed when the page opens. */
  readonly pastS?: number;
  readonly port?: number;
  /** As if it listened beyond this machine, with these tokens. */
  readonly beyond?: { readonly writeToken?: string; readonly documents?: DocumentStore };
}

export class PageWorld {
  readonly operator: FakeOperator;
  readonly #stop = new AbortController();
  readonly #clock: Clock;
  #aheadMs = 0;
  #hurried = true;
  #starts = 0;
  #server: HttpServer | undefined;
  #player: NodeJS.Timeout | undefined;
  readonly #beyond: PageWorldOptions['beyond'];

  private constructor(options: PageWorldOptions) {
    this.#beyond = options.beyond;
    this.operator = new FakeOperator({ startMs: Date.now(), ...options });
    this.#clock = {
      now: () => this.operator.view().atMs + this.#aheadMs,
      monotonic: () => this.operator.view().atMs + this.#aheadMs,
      sleep: (ms, signal) => systemClock.sleep(this.#hurried ? 0 : ms, signal),
    };
  }

  static async start(options: PageWorldOptions = {}): Promise<PageWorld> {
    const world = new PageWorld(options);
    await world.open(options.port ?? 0, options.pastS ?? 60);
    return world;
  }

  get url(): string {
    return this.#server?.url ?? '';
  }

  /** Listens, with a new token, as a new start of the operator does; and lets `pastS` seconds go by. */
  async open(port: number = this.#server?.port ?? 0, pastS = 0): Promise<void> {
    const app = createServerApp({
      state: this.operator,
      clock: this.#clock,
      log: silentLogger,
      boundTo: this.#beyond === undefined ? '127.0.0.1' : '0.0.0.0',
      ...this.#beyond,
      token: `token-${++this.#starts}`,
      version: '0.1.0',
      signal: this.#stop.signal,
    });
    this.#hurried = true;
    for (let i = 0; i < pastS * 2; i++) {
      this.operator.advance(500);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    this.#hurried = false;
    this.#server = await serve(app, { host: '127.0.0.1', port });
  }

  /** One round of the operator. */
  step(): void {
    this.operator.advance(500);
  }

  /** From now on time passes by itself. */
  play(): void {
    this.#player ??= setInterval(() => this.step(), 500);
  }

  /** The server's clock goes on while the operator does nothing. */
  hang(ms: number): void {
    this.#aheadMs += ms;
  }

  /** The operator's process is gone. */
  async shut(): Promise<void> {
    await this.#server?.close();
  }

  async close(): Promise<void> {
    clearInterval(this.#player);
    this.#stop.abort();
    await this.shut();
  }
}
