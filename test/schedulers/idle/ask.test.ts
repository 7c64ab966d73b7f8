import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { TaskObservation } from '../../../src/core/observation.ts';
import { type Clock, VirtualClock } from '../../../src/runtime/clock.ts';
import { type AskTask, askOverHttp, askWhoIsIdle } from '../../../src/schedulers/idle/ask.ts';

const never = new AbortController().signal;
const PROBE = { path: '/busy', portIndex: 1, within: '200ms' } as const;

function task(id: string, more: Partial<TaskObservation> = {}): TaskObservation {
  return { id, phase: 'running', host: 'agent-1', ports: [31_000, 31_001], ...more };
}

/** Ids of those that say that they are idle. */
async function idleOf(...asked: Parameters<typeof askWhoIsIdle>): Promise<readonly string[]> {
  return [...(await askWhoIsIdle(...asked)).idle];
}

/** Answers when the clock is so much further, or never. */
function answering(clock: VirtualClock, says: Readonly<Record<string, { afterMs?: number; word?: string }>>) {
  const asked: { readonly who: string; readonly atMs: number }[] = [];
  const ask: AskTask = async (url, signal) => {
    const who = new URL(url).hostname;
    asked.push({ who, atMs: clock.monotonic() });
    const { afterMs = Number.POSITIVE_INFINITY, word = 'idle' } = says[who] ?? {};
    if (afterMs === Number.POSITIVE_INFINITY) {
      const { promise, reject } = Promise.withResolvers<string>();
      signal.addEventListener('abort', () => reject(signal.reason));
      return await promise;
    }
    await clock.sleep(afterMs, signal);
    return word;
  };
  return { ask, asked };
}

/** A clock that goes on while nothing that is due happens, as in a process that is kept from running. */
function pausable(): { readonly clock: Clock; pause(ms: number): void } {
  const virtual = new VirtualClock(0);
  let pausedMs = 0;
  return {
    clock: {
      now: () => virtual.now(),
      sleep: (ms, signal) => virtual.sleep(ms, signal),
      after: (ms, call) => virtual.after(ms, call),
      monotonic: () => virtual.monotonic() + pausedMs,
    },
    pause: (ms) => {
      pausedMs += ms;
    },
  };
}

/** A clock whose timers are late, all of them. */
function lateBy(virtual: VirtualClock, lateMs: number): Clock {
  return {
    now: () => virtual.now(),
    monotonic: () => 0,
    sleep: (ms, signal) => virtual.sleep(ms + lateMs, signal),
    after: (ms, call) => virtual.after(ms + lateMs, call),
  };
}

describe('asking tasks whether they are idle', () => {
  it('asks each at the port and the path that the policy names', async () => {
    const asked: string[] = [];
    const ask = async (url: string) => {
      asked.push(url);
      return 'idle';
    };
    const tasks = [task('a'), task('b', { host: '::1' })];
    const idle = await idleOf(tasks, PROBE, { clock: new VirtualClock(0), ask }, never);
    expect(asked).toEqual(['http://agent-1:31001/busy', 'http://[::1]:31001/busy']);
    expect(idle).toEqual(['a', 'b']);
  });

  it('takes nobody for idle who says something else, fails, or has no such port', async () => {
    const says: Record<string, () => Promise<string>> = {
      busy: async () => 'busy',
      strange: async () => '<html>',
      broken: () => Promise.reject(new Error('refused')),
      failing: async () => '',
      idle: async () => 'idle',
    };
    const tasks = [
      ...Object.keys(says).map((host) => task(host, { host })),
      task('portless', { ports: [1] }),
      { id: 'homeless', phase: 'running' } as const,
    ];
    const ask = (url: string) => says[new URL(url).hostname]!();
    const said = await askWhoIsIdle(tasks, PROBE, { clock: new VirtualClock(0), ask }, never);
    expect(said).toEqual({ idle: new Set(['idle']), busy: new Set(['busy', 'strange']) });
  });

  it('waits no longer than it may, and knows those who answered until then', async () => {
    const clock = new VirtualClock(0);
    const { ask } = answering(clock, { quick: { afterMs: 1 } });
    const asking = idleOf(
      [task('a', { host: 'slow' }), task('b', { host: 'quick' })],
      PROBE,
      { clock, ask },
      never,
    );
    await clock.advance(200);
    expect(await asking).toEqual(['b']);
  });

  it('does not wait for a port that hangs once enough are known to be idle', async () => {
    const clock = new VirtualClock(0);
    const { ask } = answering(clock, { quick: { afterMs: 5 } });
    const tasks = [task('a', { host: 'hangs' }), task('b', { host: 'quick' })];
    const asking = idleOf(tasks, PROBE, { clock, ask, enough: 1 }, never);
    await clock.advance(5);
    expect(await asking).toEqual(['b']);
    expect(clock.monotonic()).toBe(5);
  });

  it('waits for one that is not said to run: it would go before all others, and may be at work', async () => {
    const clock = new VirtualClock(0);
    const { ask } = answering(clock, { quick: { afterMs: 5 }, starts: { afterMs: 50, word: 'busy' } });
    const tasks = [task('a', { host: 'starts', phase: 'staging' }), task('b', { host: 'quick' })];
    const asking = askWhoIsIdle(tasks, PROBE, { clock, ask, enough: 1 }, never);
    await clock.advance(50);
    expect(await asking).toEqual({ idle: new Set(['b']), busy: new Set(['a']) });
    expect(clock.monotonic()).toBe(50);
  });

  it('waits for all of those, also where more of them say that they are idle than are to go', async () => {
    const clock = new VirtualClock(0);
    const says = { idle: { afterMs: 5 }, works: { afterMs: 5, word: 'busy' } };
    const { ask } = answering(clock, says);
    const hosts = ['idle', 'idle', 'idle', 'works', 'works'];
    const tasks = hosts.map((host, i) => task(`t-${i}`, { host, phase: 'staging' }));
    const asking = askWhoIsIdle(tasks, PROBE, { clock, ask, enough: 1 }, never);
    await clock.advance(200);
    expect(await asking).toEqual({ idle: new Set(['t-0', 't-1', 't-2']), busy: new Set(['t-3', 't-4']) });
  });

  it.each([
    { name: 'two more than are to go where those are idle', isIdle: () => true, asked: 5, atOnce: 5 },
    {
      name: 'further ones where those are busy',
      isIdle: (i: number) => i > 70,
      asked: 73 + 64,
      atOnce: 64,
    },
    { name: 'all where nobody is idle', isIdle: () => false, asked: 150, atOnce: 64 },
  ])('asks $name, those first that would go first, and 64 at once', async ({ isIdle, asked, atOnce }) => {
    const clock = new VirtualClock(0);
    let n = 0;
    let underWay = 0;
    let most = 0;
    const ask: AskTask = async (_, signal) => {
      const i = n++;
      most = Math.max(most, ++underWay);
      await clock.sleep(i / 10, signal);
      underWay--;
      return isIdle(i) ? 'idle' : 'busy';
    };
    const tasks = Array.from({ length: 150 }, (_, i) => task(`t-${i}`));
    const asking = idleOf(tasks, PROBE, { clock, ask, enough: 3 }, never);
    await clock.advance(199);
    expect(await asking).toEqual(tasks.flatMap(({ id }, i) => (isIdle(i) ? [id] : [])).slice(0, 3));
    expect([n, most]).toEqual([asked, atOnce]);
  });

  it('asks on where some of many hang', async () => {
    const clock = new VirtualClock(0);
    const hosts = Array.from({ length: 100 }, (_, i) => (i === 7 ? 'hangs' : i === 99 ? 'idle' : 'busy'));
    const says = { idle: { afterMs: 1 }, busy: { afterMs: 1, word: 'busy' } };
    const { ask } = answering(clock, says);
    const tasks = hosts.map((host, i) => task(`t-${i}`, { host }));
    const asking = idleOf(tasks, PROBE, { clock, ask, enough: 1 }, never);
    await clock.advance(200);
    expect(await asking).toEqual(['t-99']);
  });

  it('asks all where those that it asked first hang', async () => {
    const clock = new VirtualClock(0);
    const { ask, asked } = answering(clock, { idle: { afterMs: 1 } });
    const tasks = Array.from({ length: 60 }, (_, i) => task(`t-${i}`, { host: i === 59 ? 'idle' : 'hangs' }));
    const asking = idleOf(tasks, PROBE, { clock, ask, enough: 1 }, never);
    await clock.advance(200);
    expect(await asking).toEqual(['t-59']);
    expect(asked.map(({ atMs }) => atMs)).toEqual([0, 0, 0, ...Array.from({ length: 57 }, () => 20)]);
  });

  it('reads what was answered while the process was kept from running, before it gives up', async () => {
    const clock = new VirtualClock(0);
    let answer = (_: string): void => undefined;
    const ask = () =>
      new Promise<string>((resolve) => {
        answer = resolve;
      });
    const asking = idleOf([task('a')], PROBE, { clock: lateBy(clock, 300), ask }, never);
    // Timers that are due come before the answer that waits to be read.
    await clock.advance(700);
    answer('idle');
    await clock.advance(2_000);
    expect(await asking).toEqual(['a']);
  });

  it('asks those again whose answer got old while it waited for others, and only those', async () => {
    const clock = new VirtualClock(0);
    const says = { early: { afterMs: 10 }, gone: { afterMs: 10 }, late: { afterMs: 900 } };
    const { ask, asked } = answering(clock, says);
    const tasks = Object.keys(says).map((host) => task(host, { host }));
    const asking = idleOf(tasks, { ...PROBE, within: '2s' }, { clock, ask }, never);
    await clock.advance(500);
    Object.assign(says.gone, { word: 'busy' });
    await clock.advance(2_000);
    // Whoever needs longer to say it may not be idle any more when it is heard.
    expect(await asking).toEqual(['early']);
    expect(asked.slice(3)).toEqual([
      { who: 'early', atMs: 900 },
      { who: 'gone', atMs: 900 },
      { who: 'late', atMs: 900 },
    ]);
  });

  it('asks those again, too, that were busy so long ago that they may be idle by now', async () => {
    const clock = new VirtualClock(0);
    const says: Record<string, { afterMs?: number; word?: string }> = { a: { afterMs: 10, word: 'busy' } };
    const { ask } = answering(clock, says);
    const tasks = [task('a', { host: 'a' }), task('b', { host: 'hangs' })];
    const asking = askWhoIsIdle(tasks, { ...PROBE, within: '1s' }, { clock, ask, enough: 1 }, never);
    await clock.advance(500);
    says['a'] = { afterMs: 10, word: 'idle' };
    await clock.advance(510);
    expect(await asking).toEqual({ idle: new Set(['a']), busy: new Set() });
    expect(clock.monotonic()).toBe(1_010);
  });

  it('asks again where the process was kept from running for so long that nobody need be idle any more', async () => {
    const { clock, pause } = pausable();
    const said = ['idle', 'busy'];
    const ask = async (): Promise<string> => {
      pause(1_000);
      return said.shift() ?? 'busy';
    };
    expect(await idleOf([task('a')], PROBE, { clock, ask }, never)).toEqual([]);
    expect(said).toEqual([]);
  });

  it('does not ask for ever', async () => {
    const { clock, pause } = pausable();
    let asked = 0;
    const ask = async (): Promise<string> => {
      asked++;
      pause(1_000);
      return 'idle';
    };
    expect(await idleOf([task('a')], PROBE, { clock, ask }, never)).toEqual(['a']);
    expect(asked).toBe(3);
  });
});

describe('the question over HTTP', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  async function serverThat(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/busy`;
  }

  it('gives the word of the answer', async () => {
    expect(await askOverHttp(await serverThat((_, answer) => answer.end('idle\n')), never)).toBe('idle');
  });

  it('reads no more than it needs of an answer that has no end', async () => {
    const url = await serverThat((_, answer) => void answer.write('idle but there is more to come'));
    expect(await askOverHttp(url, never)).toBe('idle but there i');
  });

  it('takes no word from an error, and follows nobody elsewhere', async () => {
    const failing = await serverThat((_, answer) => answer.writeHead(503).end('idle'));
    expect(await askOverHttp(failing, never)).toBe('');
    const elsewhere = await serverThat((_, answer) => answer.end('idle'));
    const sending = await serverThat((_, answer) => answer.writeHead(302, { Location: elsewhere }).end());
    await expect(askOverHttp(sending, never)).rejects.toThrow();
  });
});
