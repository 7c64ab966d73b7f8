import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';
import {
  createStatsd,
  listenStatsd,
  parseDatagram,
  type StatsdListener,
} from '../../../src/runtime/network/statsd.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function listening(): Promise<StatsdListener> {
  const listener = await listenStatsd({ host: '127.0.0.1', port: 0 });
  cleanUp.push(() => listener.close());
  return listener;
}

/** Resolves after the next datagram that changed something. */
function changed(listener: StatsdListener): Promise<void> {
  return new Promise((resolve) => {
    const undo = listener.subscribe(() => {
      undo();
      resolve();
    });
  });
}

async function sendRaw(listener: StatsdListener, ...texts: string[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const text of texts) {
    await new Promise((done) => socket.send(text, listener.port, listener.host, done));
  }
  socket.close();
  await once(socket, 'close');
}

describe('parseDatagram', () => {
  it.each([
    { text: 'work:3|c|#app:/a/b', counters: [{ app: '/a/b', name: 'work', by: 3 }] },
    { text: 'work:1|c|@0.5|#env:x,app:/a', counters: [{ app: '/a', name: 'work', by: 2 }] },
    {
      text: 'a:1|c|#app:/x\nb:2|c|#app:/x\n',
      counters: [
        { name: 'a', by: 1 },
        { name: 'b', by: 2 },
      ],
    },
    { text: 'nonsense\na:1|c|#app:/x', counters: [{ name: 'a' }] },
    { text: 'a:1|c', counters: [] },
    { text: 'a:1|c|#app:', counters: [] },
    { text: 'a:1|g|#app:/x', counters: [] },
    { text: 'a:|c|#app:/x', counters: [] },
    { text: 'a:x|c|#app:/x', counters: [] },
    { text: 'a:-1|c|#app:/x', counters: [] },
    { text: 'a:1|c|@0|#app:/x', counters: [] },
    { text: 'a:Infinity|c|#app:/x', counters: [] },
    { text: ':1|c|#app:/x', counters: [] },
    { text: '', counters: [] },
  ])('finds in $text: $counters', ({ text, counters }) => {
    expect(parseDatagram(text)).toMatchObject(counters);
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '|c|#app:/x', ':1|c|'), (text, tail) => {
        for (const { by } of parseDatagram(text + tail)) expect(by).toBeGreaterThan(0);
      }),
    );
  });
});

describe('StatsD from emitter to listener', () => {
  it('sums counters per app and name', async () => {
    const listener = await listening();
    for (const app of ['/a', '/b', '/a']) {
      const emitter = createStatsd({ ...listener, app }, new VirtualClock());
      emitter.count('work', 2);
      emitter.count('work');
      emitter.count('idle', 5);
      const arrived = changed(listener);
      await emitter.close();
      await arrived;
    }
    expect(listener.totals('/a')).toEqual({ work: 6, idle: 10 });
    expect(listener.totals('/b')).toEqual({ work: 3, idle: 5 });
    expect(listener.totals('/none')).toEqual({});
  });

  it('sends what it has counted 250 ms after the first count, in one datagram', async () => {
    const listener = await listening();
    const clock = new VirtualClock();
    const emitter = createStatsd({ ...listener, app: '/a' }, clock);
    cleanUp.push(() => emitter.close());
    let datagrams = 0;
    listener.subscribe(() => datagrams++);
    for (let i = 0; i < 100; i++) emitter.count('work');
    await clock.advance(249);
    expect(clock.pending).toBe(1);
    const arrived = changed(listener);
    await clock.advance(1);
    await arrived;
    expect(listener.totals('/a')).toEqual({ work: 100 });
    expect(datagrams).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('splits what is too long for one datagram', async () => {
    const listener = await listening();
    const emitter = createStatsd({ ...listener, app: '/a' }, new VirtualClock());
    const names = Array.from({ length: 60 }, (_, i) => `${'n'.repeat(60)}${i}`);
    let datagrams = 0;
    const all = new Promise<void>((resolve) => {
      listener.subscribe(() => {
        datagrams++;
        if (Object.keys(listener.totals('/a')).length === names.length) resolve();
      });
    });
    for (const name of names) emitter.count(name);
    await emitter.close();
    await all;
    expect(datagrams).toBeGreaterThan(1);
  });

  it('loses nothing but the counts when nobody listens, and closes twice', async () => {
    const listener = await listenStatsd({ host: '127.0.0.1', port: 0 });
    await listener.close();
    await listener.close();
    const emitter = createStatsd({ ...listener, app: '/a' }, new VirtualClock());
    emitter.count('work');
    await emitter.close();
    await emitter.close();
    emitter.count('work');
  });

  it('ignores what is malformed and goes on', async () => {
    const listener = await listening();
    const arrived = changed(listener);
    await sendRaw(listener, '', 'rubbish', '\u0000|c|', 'work:1|c|#app:/a');
    await arrived;
    expect(listener.totals('/a')).toEqual({ work: 1 });
  });

  it('keeps a bounded number of apps and names, and the sums of those it knows', async () => {
    const listener = await listening();
    for (let i = 0; i < 1100; i += 20) {
      const lines = Array.from({ length: 20 }, (_, k) => `n:1|c|#app:/a${i + k}`);
      const arrived = i < 1000 ? changed(listener) : Promise.resolve();
      await sendRaw(listener, lines.join('\n'));
      await arrived;
    }
    const names = Array.from({ length: 100 }, (_, i) => `n${i}:1|c|#app:/a0`);
    const arrived = changed(listener);
    await sendRaw(listener, names.join('\n'));
    await arrived;
    const again = changed(listener);
    await sendRaw(listener, 'n:1|c|#app:/a0');
    await again;
    expect(listener.totals('/a1050')).toEqual({});
    expect(Object.keys(listener.totals('/a0'))).toHaveLength(64);
    expect(listener.totals('/a0')['n']).toBe(2);
  });

  it('says which port is taken', async () => {
    const listener = await listening();
    const second = listenStatsd({ host: listener.host, port: listener.port });
    await expect(second).rejects.toThrow(TerminalError);
    await expect(second).rejects.toThrow(new RegExp(`udp 127.0.0.1:${listener.port}.*choose another`));
  });
});
