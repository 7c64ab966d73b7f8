// test support: the page served for real over a view that a test makes. It is always the moment of the view: however long a test
// takes, no round of it is late. Unless it is given a clock that goes on.

import { join } from 'node:path';
import type { OperatorView } from '../../../src/controller/status/view.ts';
import { type Clock, systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { type HttpServer, serve } from '../../../src/runtime/network/http.ts';
import { createServerApp } from '../../../src/server/app.ts';
import type { Replays } from '../../../src/server/page/replay/replay-routes.ts';
import { ROOT } from '../programs/command.ts';
import { ShownState } from '../shown-state.ts';

/** The operator's time stands still; what the server waits for takes as long as it takes. */
function momentOf(atMs: number): Clock {
  return { ...systemClock, now: () => atMs };
}

export interface ShownPageOptions {
  /** Absent: nothing is recorded. */
  readonly replays?: Replays;
  /** Absent: it is always the moment of the view. */
  readonly clock?: Clock;
}

export class ShownPage {
  readonly #state: ShownState;
  readonly #stop: AbortController;
  readonly #server: HttpServer;

  private constructor(state: ShownState, server: HttpServer, stop: AbortController) {
    this.#state = state;
    this.#server = server;
    this.#stop = stop;
  }

  /** Serves `view` as what is so now. */
  static async serve(view: OperatorView, { replays, clock }: ShownPageOptions = {}): Promise<ShownPage> {
    const stop = new AbortController();
    const nowMs = Date.now();
    const state = new ShownState(afterRoundAt(nowMs, view));
    const app = createServerApp({
      state,
      clock: clock ?? momentOf(nowMs),
      log: silentLogger,
      boundTo: '127.0.0.1',
      token: 'token-1',
      version: '0.1.0',
      runbooks: join(ROOT, 'docs/runbooks'),
      signal: stop.signal,
      ...(replays && { replays }),
    });
    return new ShownPage(state, await serve(app, { host: '127.0.0.1', port: 0 }), stop);
  }

  /** What is so from now on. */
  show(view: OperatorView): void {
    this.#state.show(afterRoundAt(this.#state.view().atMs, view));
  }

  get url(): string {
    return this.#server.url;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#server.close();
  }
}

function afterRoundAt(atMs: number, view: OperatorView): OperatorView {
  return { ...view, atMs, pools: view.pools.map((pool) => ({ ...pool, lastRoundAtMs: atMs })) };
}
