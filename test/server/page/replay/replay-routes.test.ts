// Replays for the page: who may ask for what, one at a time, and none that nobody waits for.

import { describe, expect, it } from 'vitest';
import type { ReplayTable } from '../../../../src/api/words/replay-table.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { TerminalError } from '../../../../src/runtime/errors.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import type { HttpBindings } from '../../../../src/runtime/network/http.ts';
import { createServerApp } from '../../../../src/server/app.ts';
import {
  LONGEST_REPLAY_MS,
  type ReplayQuestion,
  type Replays,
} from '../../../../src/server/page/replay/replay-routes.ts';
import { aPolicyView, aPool, aViewOf } from '../../../support/page/operator-views.ts';
import { ShownState } from '../../../support/shown-state.ts';

const TABLE: ReplayTable = {
  title: 'default/orders against the record',
  verdict: 'nothing would have been different',
  heads: [{ head: 'V %', about: 'time above the target' }],
  rows: [{ name: 'recorded', cells: ['1.5'] }],
  notes: [],
};
const QUESTION: Omit<ReplayQuestion, 'apps'> = { policy: 'default/orders', fromMs: 1_000, toMs: 61_000 };
/** As many apps as its pool has. */
const APPS = aPolicyView('orders').apps.length;

interface World {
  readonly clock: VirtualClock;
  readonly asked: ReplayQuestion[];
  post(body: unknown, signal?: AbortSignal, token?: string): Promise<Response>;
  get(path: string): Promise<Response>;
}

type Run = Replays['run'];

/** @param run absent: nothing is recorded */
function world(run?: Run): World {
  const clock = new VirtualClock(1_000_000);
  const asked: ReplayQuestion[] = [];
  const replays: Replays | undefined = run && {
    run: (question, signal) => {
      asked.push(question);
      return run(question, signal);
    },
    yaml: (policy) => JSON.stringify(policy),
  };
  const app = createServerApp({
    state: new ShownState(aViewOf([aPool([aPolicyView('orders')])])),
    clock,
    log: silentLogger,
    boundTo: '127.0.0.1',
    token: 'page-token',
    version: '1.2.3',
    ...(replays && { replays }),
  });
  const ask = (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { host: '127.0.0.1', ...init.headers };
    const request = new Request(`http://127.0.0.1${path}`, { ...init, headers });
    return Promise.resolve(app(request, {} as HttpBindings));
  };
  return {
    clock,
    asked,
    post: (body, signal, token = 'page-token') =>
      ask('/ui/replay', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-microscaling-token': token },
        body: JSON.stringify(body),
        ...(signal && { signal }),
      }),
    get: (path) => ask(path),
  };
}

const untilAborted: Run = (_, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

async function said(response: Response): Promise<[number, unknown]> {
  const { message } = (await response.json()) as { readonly message?: unknown };
  return [response.status, message];
}

describe('a replay that the page asks for', () => {
  it('gets the whole question, and answers with the table', async () => {
    const { post, asked } = world(() => Promise.resolve(TABLE));
    const question = { ...QUESTION, law: 'Queue', text: 'kind: MicroscalingPolicy' } as const;
    const response = await post(question);
    expect([response.status, await response.json()]).toEqual([200, TABLE]);
    expect(asked).toEqual([{ ...question, apps: APPS }]);
  });

  it.each([
    { name: 'no policy', body: { fromMs: 1, toMs: 2 }, message: /policy/ },
    { name: 'a name without a namespace', body: { ...QUESTION, policy: 'orders' }, message: /policy/ },
    { name: 'a span that ends before it begins', body: { ...QUESTION, toMs: 1 }, message: /fromMs/ },
    { name: 'a time that is none', body: { ...QUESTION, fromMs: '02:10' }, message: /fromMs/ },
    { name: 'a law that there is not', body: { ...QUESTION, law: 'Quick' }, message: /Fluid, Queue/ },
    { name: 'a policy that is no text', body: { ...QUESTION, text: {} }, message: /YAML/ },
    { name: 'a list', body: [], message: /object/ },
  ])('is refused with a sentence: $name', async ({ body, message }) => {
    const { post, asked } = world(() => Promise.resolve(TABLE));
    const [status, why] = await said(await post(body));
    expect(status).toBe(400);
    expect(why).toMatch(message);
    expect(asked).toEqual([]);
  });

  it('ends now, whatever time to come was asked for', async () => {
    const { clock, post, asked } = world(() => Promise.resolve(TABLE));
    expect((await post({ ...QUESTION, toMs: clock.now() + 1e12 })).status).toBe(200);
    expect(asked).toEqual([{ ...QUESTION, toMs: clock.now(), apps: APPS }]);
    const later = { ...QUESTION, fromMs: clock.now() + 1, toMs: clock.now() + 2 };
    expect(await said(await post(later))).toEqual([400, expect.stringContaining('past')]);
  });

  it('says what is wrong with a policy that cannot be tried', async () => {
    const { post } = world(() => Promise.reject(new TerminalError('line 3: no such field')));
    expect(await said(await post(QUESTION))).toEqual([400, 'line 3: no such field']);
  });

  it('is refused without the token of the page, and where nothing is recorded', async () => {
    const { post, asked } = world(() => Promise.resolve(TABLE));
    expect((await post(QUESTION, undefined, 'another')).status).toBe(403);
    expect(asked).toEqual([]);
    expect(await said(await world().post(QUESTION))).toEqual([404, expect.stringContaining('--data')]);
  });

  it('waits for nobody: a second one is refused while the first one runs, and runs after it', async () => {
    const first = new AbortController();
    const { post, asked } = world((question, signal) =>
      question.fromMs === 1 ? untilAborted(question, signal) : Promise.resolve(TABLE),
    );
    const running = post({ ...QUESTION, fromMs: 1 }, first.signal);
    await expect.poll(() => asked.length).toBe(1);
    expect(await said(await post(QUESTION))).toEqual([503, expect.stringContaining('another replay')]);
    first.abort();
    await running;
    expect((await post(QUESTION)).status).toBe(200);
  });

  it('ends when nobody waits for it any more', async () => {
    const gone = new AbortController();
    let ended = false;
    const { post, asked } = world(async (question, signal) => {
      await untilAborted(question, signal).catch(() => undefined);
      ended = true;
      throw new Error('over');
    });
    const running = post(QUESTION, gone.signal);
    await expect.poll(() => asked.length).toBe(1);
    gone.abort();
    await running;
    expect(ended).toBe(true);
  });

  it('ends after a minute, and says so', async () => {
    const { post, clock, asked } = world(untilAborted);
    const running = post(QUESTION);
    await expect.poll(() => asked.length).toBe(1);
    await clock.advance(LONGEST_REPLAY_MS);
    expect(await said(await running)).toEqual([504, expect.stringContaining('shorter span')]);
  });
});

describe('the policy to be changed', () => {
  it('is the one that runs, as people write it', async () => {
    const { get } = world(() => Promise.resolve(TABLE));
    const { text } = (await (await get('/ui/policy?of=default/orders')).json()) as { readonly text: string };
    expect(JSON.parse(text)).toMatchObject({
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'MicroscalingPolicy',
      metadata: { name: 'orders' },
    });
    expect((await get('/ui/policy?of=default/nobody')).status).toBe(404);
  });
});
