// emulator: trouble on demand, for tests of clients: locks, deployments that stay, wrong answers, dead streams,
// delays, elections. GET, POST and DELETE /admin/faults.

import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Logger } from '../../runtime/log.ts';
import type { HttpBindings } from '../../runtime/network/http.ts';
import { ApiError, appNotFound, invalidObject, locked } from '../api-error.ts';
import { canonicalPath } from '../definition/app-id.ts';
import { errorResponse } from '../http/api.ts';
import { htmlError, json } from '../http/protocol/call.ts';
import type { EventStreams } from '../http/routes/event-stream.ts';
import type { Marathon } from '../marathon/marathon.ts';
import { type FaultAnswer, type FaultLock, type FaultSettings, readFaultSettings } from './fault-settings.ts';
import type { Leadership } from './leadership.ts';

export interface FaultsDeps {
  readonly marathon: Marathon;
  readonly streams: EventStreams;
  readonly leadership: Leadership;
  readonly log: Logger;
  readonly uuid: () => string;
}

interface HeldLock extends FaultLock {
  readonly deploymentId: string;
  readonly release: () => void;
}

type State = Required<Pick<FaultSettings, 'delayMs' | 'silentStreams' | 'hold' | 'lock' | 'next'>>;

export class Faults {
  readonly #deps: FaultsDeps;
  readonly #closing = new AbortController();
  #delayMs = 0;
  #next: FaultAnswer[] = [];
  #locks: HeldLock[] = [];

  constructor(deps: FaultsDeps) {
    this.#deps = deps;
  }

  /** What is switched on. */
  get state(): State {
    const { marathon, streams } = this.#deps;
    this.#forgetCancelled();
    return {
      delayMs: this.#delayMs,
      silentStreams: streams.silent,
      hold: [...marathon.deployments.gate.held],
      lock: this.#locks.map(({ app, action = 'ScaleApplication' }) => ({ app, action })),
      next: this.#next,
    };
  }

  /** @throws ApiError 404 for a lock on an app that is not there, 409 for one that is locked, and nothing has changed */
  set(settings: FaultSettings): void {
    const { marathon, streams, leadership } = this.#deps;
    if (settings.lock !== undefined) this.#lock(settings.lock);
    if (settings.delayMs !== undefined) this.#delayMs = settings.delayMs;
    if (settings.silentStreams !== undefined) streams.silent = settings.silentStreams;
    if (settings.hold !== undefined)
      marathon.deployments.gate.hold(settings.hold.map((id) => (id === '*' ? id : canonicalPath(id))));
    if (settings.next !== undefined) this.#next = [...settings.next];
    if (settings.dropStreams) streams.drop();
    if (settings.abdicate) leadership.abdicate();
  }

  /** Everything is as it should be again. */
  clear(): void {
    this.set({ delayMs: 0, silentStreams: false, hold: [], lock: [], next: [] });
  }

  close(): void {
    this.#closing.abort();
  }

  /** The admin path. */
  async serve(request: Request): Promise<Response> {
    try {
      if (new URL(request.url).pathname.replace(/\/+$/, '') !== '/admin/faults')
        throw new ApiError(404, 'There is /admin/faults and nothing else below /admin');
      if (request.method === 'POST') this.set(readFaultSettings(await bodyOf(request)));
      else if (request.method === 'DELETE') this.clear();
      else if (request.method !== 'GET') throw new ApiError(405, 'Method Not Allowed');
      return json(200, this.state);
    } catch (error) {
      return errorResponse(error, this.#deps.log);
    }
  }

  /** @param answer what would be answered without faults */
  async around(
    request: Request,
    bindings: HttpBindings | undefined,
    answer: () => Promise<Response>,
  ): Promise<Response> {
    const fault = this.#take(request);
    if (this.#delayMs > 0)
      await this.#deps.marathon.clock.sleep(this.#delayMs, this.#closing.signal).catch(() => undefined);
    if (fault === undefined) return answer();
    if (fault.applied) await answer();
    if (!fault.hangUp) return this.#answerOf(fault);
    bindings?.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  }

  #take(request: Request): FaultAnswer | undefined {
    const { pathname } = new URL(request.url);
    const index = this.#next.findIndex(({ method, path = '/' }) => {
      const meant = method === undefined ? request.method !== 'GET' : request.method === method;
      return meant && pathname.startsWith(path);
    });
    const fault = this.#next[index];
    if (fault === undefined) return undefined;
    const left = (fault.times ?? 1) - 1;
    this.#next = this.#next.flatMap((each) => {
      if (each !== fault) return [each];
      return left > 0 ? [{ ...fault, times: left }] : [];
    });
    return fault;
  }

  /** In the form that Marathon gives to each status. */
  #answerOf({ status, html }: FaultAnswer): Response {
    const { log, uuid } = this.#deps;
    if (html || status === 502 || status === 503 || status === 504)
      return htmlError(status, 'fault on demand');
    if (status === 409) return errorResponse(locked([uuid()]), log);
    if (status === 422)
      return errorResponse(invalidObject([{ path: '/', errors: ['fault on demand'] }]), log);
    return json(status, { message: 'fault on demand' });
  }

  /** Locks that are still named stay as they were taken; the others end well. */
  #lock(wanted: readonly FaultLock[]): void {
    const { marathon } = this.#deps;
    this.#forgetCancelled();
    const locks = new Map(wanted.map((lock) => [canonicalPath(lock.app), lock]));
    const fresh = [...locks].filter(([app]) => !this.#locks.some((held) => held.app === app));
    for (const [app] of fresh) {
      if (marathon.root.app(app) === undefined) throw appNotFound(app);
      const holder = marathon.deployments.lockOf(app);
      if (holder !== undefined) throw locked([holder.plan.id]);
    }
    for (const { app, release } of this.#locks) if (!locks.has(app)) release();
    this.#locks = [
      ...this.#locks.filter(({ app }) => locks.has(app)),
      ...fresh.map(([app, lock]) => this.#hold({ ...lock, app })),
    ];
  }

  /** Somebody may have forced a change over a lock. */
  #forgetCancelled(): void {
    const { deployments } = this.#deps.marathon;
    this.#locks = this.#locks.filter(({ deploymentId }) => deployments.get(deploymentId) !== undefined);
  }

  #hold(lock: FaultLock): HeldLock {
    const { marathon, uuid } = this.#deps;
    const app = marathon.root.app(lock.app);
    if (app === undefined) throw appNotFound(lock.app);
    const { promise, resolve } = Promise.withResolvers<void>();
    const plan = {
      id: uuid(),
      version: marathon.root.version,
      changes: [{ id: app.id, before: app, after: app }],
      steps: [{ actions: [{ action: lock.action ?? 'ScaleApplication', app }] }],
      original: marathon.root.tree,
      target: marathon.root.tree,
    };
    void marathon.deployments.start(plan, promise);
    return { ...lock, deploymentId: plan.id, release: resolve };
  }
}

async function bodyOf(request: Request): Promise<unknown> {
  try {
    return JSON.parse(await request.text());
  } catch (error) {
    throw new ApiError(400, 'Invalid JSON', { details: error instanceof Error ? error.message : '' });
  }
}
