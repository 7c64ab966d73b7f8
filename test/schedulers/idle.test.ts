import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { TaskObservation } from '../../src/core/observation.ts';
import { type Clock, VirtualClock } from '../../src/runtime/clock.ts';
import { askOverHttp, idleTasks } from '../../src/schedulers/idle.ts';

const never = new AbortController().signal;
const PROBE = { path: '/busy', portIndex: 1, within: '200ms' } as const;

function task(id: string, more: Partial<TaskObservation> = {}): TaskObservation {
  return { id, phase: 'running', host: 'agent-1', ports: [31_000, 31_001], ...more };
}

/** A clock that is so much further after each round of questions. */
function lateBy(virtual: VirtualClock, pauses: number[]): { readonly clock: Clock } {
  let looks = 0;
  let pausedMs = 0;
  const clock: Clock = {
    now: () => virtual.now(),
    sleep: (ms, signal) => virtual.sleep(ms, signal),
    after: (ms, call) => virtual.after(ms, call),
    monotonic: () => {
      // Every second look is at the end of a round.
      if (++looks % 2 === 0) pausedMs += pauses.shift() ?? 0;
      return virtual.monotonic() + pausedMs;
    },
  };
  return { clock };
}

describe('asking tasks whether they are idle', () => {
  it('asks each at the port and the path that the policy names', async () => {
    const asked: string[] = [];
    const ask = async (url: string) => {
      asked.push(url);
      return 'idle';
    };
    const tasks = [task('a'), task('b', { host: '::1' })];
    const idle = await idleTasks(tasks, PROBE, { clock: new VirtualClock(0), ask }, never);
    expect(asked).toEqual(['http://agent-1:31001/busy', 'http://[::1]:31001/busy']);
    expect([...idle]).toEqual(['a', 'b']);
  });

  it('takes nobody for idle who says something else, fails, or has no such port', async () => {
    const says: Record<string, () => Promise<string>> = {
      busy: async () => 'busy',
      strange: async () => '<html>',
      broken: () => Promise.reject(new Error('refused')),
      idle: async () => 'idle',
    };
    const tasks = [
      ...Object.keys(says).map((host) => task(host, { host })),
      task('portless', { ports: [1] }),
      { id: 'homeless', phase: 'running' } as const,
    ];
    const ask = (url: string) => says[new URL(url).hostname]!();
    const idle = await idleTasks(tasks, PROBE, { clock: new VirtualClock(0), ask }, never);
    expect([...idle]).toEqual(['idle']);
  });

  it('waits no longer than it may, and knows those who answered until then', async () => {
    const clock = new VirtualClock(0);
    const aborted: string[] = [];
    const ask = (url: string, signal: AbortSignal) =>
      url.includes('quick')
        ? Promise.resolve('idle')
        : new Promise<string>((_, reject) =>
            signal.addEventListener('abort', () => {
              aborted.push(url);
              reject(signal.reason);
            }),
          );
    const asking = idleTasks(
      [task('a', { host: 'slow' }), task('b', { host: 'quick' })],
      PROBE,
      { clock, ask },
      never,
    );
    await clock.advance(200);
    expect([...(await asking)]).toEqual(['b']);
    expect(aborted).toEqual(['http://slow:31001/busy']);
  });

  it.each([
    { name: 'no more than 64 where those are enough', isIdle: () => true, asked: 64 },
    { name: 'further ones where those are busy', isIdle: (i: number) => i > 70, asked: 128 },
    { name: 'all where nobody is idle', isIdle: () => false, asked: 150 },
  ])('asks $name, those first that would go first', async ({ isIdle, asked }) => {
    let n = 0;
    const ask = async () => (isIdle(n++) ? 'idle' : 'busy');
    const tasks = Array.from({ length: 150 }, (_, i) => task(`t-${i}`));
    const deps = { clock: new VirtualClock(0), ask, enough: 3 };
    const idle = await idleTasks(tasks, PROBE, deps, never);
    expect(n).toBe(asked);
    expect(idle.has('t-149')).toBe(false);
  });

  it('reads what was answered while the process was kept from running, before it gives up', async () => {
    const clock = new VirtualClock(0);
    let answer = (_: string): void => undefined;
    const ask = () =>
      new Promise<string>((resolve) => {
        answer = resolve;
      });
    const asking = idleTasks([task('a')], PROBE, { clock, ask }, never);
    // The first timer that is due after the pause comes before the answer that waits to be read.
    await clock.advance(160);
    answer('idle');
    await clock.advance(40);
    expect([...(await asking)]).toEqual(['a']);
  });

  it('asks again where it took so long that nobody need be idle any more', async () => {
    const clock = new VirtualClock(0);
    const said = ['idle', 'busy'];
    // The process was kept from running for a second between the question and the answer.
    const kept = { ...lateBy(clock, [1_000]), ask: async () => said.shift() ?? 'busy' };
    expect([...(await idleTasks([task('a')], PROBE, kept, never))]).toEqual([]);
    expect(said).toEqual([]);
  });

  it('does not ask for ever', async () => {
    let asked = 0;
    const ask = async () => {
      asked++;
      return 'idle';
    };
    const late = { ...lateBy(new VirtualClock(0), [1_000, 1_000, 1_000, 1_000]), ask };
    expect([...(await idleTasks([task('a')], PROBE, late, never))]).toEqual(['a']);
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
