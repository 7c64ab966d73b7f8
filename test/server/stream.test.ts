import { describe, expect, it } from 'vitest';
import type { OperatorState } from '../../src/controller/status/view.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import type { HttpBindings } from '../../src/runtime/network/http.ts';
import { createServerApp } from '../../src/server/app.ts';
import type { PageView } from '../../src/server/page/view/page-view.ts';
import { QueueDemo, queueDemoView } from '../support/queue-demo.ts';
import { ShownState } from '../support/shown-state.ts';

interface Heard {
  readonly name: string;
  readonly data: unknown;
}

/** A page that is open over a state which changes only when the test says so. */
async function listenShown() {
  const state = new ShownState(await queueDemoView({ startMs: 999_000 }));
  return { ...(await listen(state, new VirtualClock(1_000_000))), state };
}

/** A page that is open over a running operator. */
async function listenDemo() {
  const demo = await QueueDemo.start({ startMs: 999_000 });
  return { ...(await listen(demo.state, demo.clock)), demo };
}

async function listen(state: OperatorState, clock: VirtualClock) {
  const stop = new AbortController();
  const handler = createServerApp({
    state,
    clock,
    log: silentLogger,
    boundTo: '127.0.0.1',
    token: 'page-token',
    version: '1.2.3',
    signal: stop.signal,
  });
  const request = new Request('http://127.0.0.1/ui/stream', { headers: { host: '127.0.0.1' } });
  const response = await handler(request, {} as HttpBindings);
  const reader = response.body!.getReader();
  const next = async (): Promise<Heard | undefined> => {
    const { value, done } = await reader.read();
    if (done) return undefined;
    const [, name, data] =
      /^(?:retry: 1000\n)?event: (\w+)\ndata: (.*)\n\n$/.exec(new TextDecoder().decode(value)) ?? [];
    return { name: name!, data: JSON.parse(data!) };
  };
  return { clock, stop, response, reader, next };
}

describe('GET /ui/stream', () => {
  it('greets, then shows the picture at once', async () => {
    const { next, response } = await listenDemo();
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(await next()).toEqual({
      name: 'hello',
      data: { atMs: 1_000_000, version: '1.2.3', writes: 'open', token: 'page-token' },
    });
    expect(await next()).toMatchObject({ name: 'view', data: { pools: [{ name: 'default/queue-demo' }] } });
  });

  it('tells the time every second when nothing changes', async () => {
    const { next, clock } = await listenShown();
    await next();
    await next();
    const beat = next();
    await clock.advance(1_000);
    expect(await beat).toEqual({ name: 'beat', data: { atMs: 1_001_000 } });
  });

  it('shows changes', async () => {
    const { next, clock, state } = await listenShown();
    await next();
    await next();
    const view = next();
    state.show({ atMs: 1_000_500 });
    await clock.advance(250);
    const { name, data } = (await view)!;
    expect([name, (data as PageView).atMs]).toEqual(['view', 1_000_500]);
  });

  it('gives a slow reader the latest picture, not every one', async () => {
    const { next, clock, state } = await listenShown();
    await next();
    for (let i = 1; i <= 40; i++) {
      state.show({ atMs: 1_000_000 + i * 500 });
      await clock.advance(500);
    }
    expect(((await next())!.data as PageView).atMs).toBe(1_020_000);
    const after = next();
    await clock.advance(1_000);
    expect((await after)?.name).toBe('beat');
  });

  it('leaves nothing behind when the reader goes away', async () => {
    const { next, clock, reader } = await listenShown();
    await next();
    await next();
    const waiting = next();
    await clock.advance(10);
    expect(clock.pending).toBe(1);
    await reader.cancel();
    await waiting;
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  });

  it('ends when the operator stops', async () => {
    const { next, stop, clock } = await listenShown();
    await next();
    await next();
    const end = next();
    await clock.advance(10);
    stop.abort();
    expect(await end).toBeUndefined();
  });
});
