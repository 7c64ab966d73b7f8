// The programs as processes, against a real Azurite, counted over StatsD.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listenStatsd, type StatsdListener } from '../../src/runtime/network/statsd.ts';
import { type Azurite, startAzurite } from '../support/programs/azurite.ts';
import { freePort } from '../support/suite/free-port.ts';
import { until } from '../support/until.ts';

const MAIN = resolve(import.meta.dirname, '../support/programs/run-program.ts');

interface Running {
  readonly child: ChildProcess;
  output(): string;
  /** SIGTERM, then the exit code. */
  stop(): Promise<number | null>;
  exited: Promise<number | null>;
}

let azurite: Azurite;
let counters: StatsdListener;
let queueNumber = 0;
const running: Running[] = [];

beforeAll(async () => {
  azurite = await startAzurite();
  counters = await listenStatsd({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await counters.close();
  await azurite.stop();
});
afterEach(async () => {
  for (const { child, exited } of running.splice(0)) {
    child.kill('SIGKILL');
    await exited;
  }
});

function start(program: string, env: Record<string, string>): Running {
  const child = spawn(process.execPath, [MAIN, program], {
    env: {
      PATH: process.env['PATH'],
      STATSD_UDP_HOST: counters.host,
      STATSD_UDP_PORT: String(counters.port),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    return await exited;
  };
  const process_: Running = { child, output: () => output, stop, exited };
  running.push(process_);
  return process_;
}

const newName = (): string => `work-${queueNumber++}`;
const total = (app: string, name: string): number => counters.totals(app)[name] ?? 0;

/** All messages, invisible ones included. */
async function left(name: string, from = azurite): Promise<number> {
  const { approximateMessagesCount } = await from.queue(name).getProperties();
  return approximateMessagesCount ?? Number.NaN;
}

async function visible(name: string): Promise<number> {
  const { peekedMessageItems } = await azurite.queue(name).peekMessages({ numberOfMessages: 32 });
  return peekedMessageItems.length;
}

describe('the programs', () => {
  it('lose nothing: produced = consumed + left, when a consumer is stopped in the middle of its work', async () => {
    const name = newName();
    const produced = (): number => total(`/${name}/producer`, 'produced');
    const consumed = (): number => total(`/${name}/consumer`, 'consumed');
    const producer = start('producer', {
      ...azurite.env(name),
      PRODUCER_MESSAGES_PER_SECOND: '40',
      MARATHON_APP_ID: `/${name}/producer`,
    });
    const consumers = [1, 2].map(() =>
      start('consumer', {
        ...azurite.env(name),
        CONSUMER_SECONDS_PER_MESSAGE: '0.05',
        MARATHON_APP_ID: `/${name}/consumer`,
      }),
    );
    await until('some were consumed, and more are waiting', () => consumed() > 5 && produced() > 30);
    expect(await Promise.all(consumers.map((c) => c.stop()))).toEqual([0, 0]);
    expect(await producer.stop()).toBe(0);
    await until('the last counts', async () => produced() === consumed() + (await left(name)));
    expect(consumed()).toBeGreaterThan(5);
    expect(producer.output()).toMatch(/producer: stopped: \d+ messages produced/);
  });

  it('release a message at once when stopped while working on it', async () => {
    const name = newName();
    await azurite.queue(name).create();
    await azurite.queue(name).sendMessage('slow');
    const consumer = start('consumer', {
      ...azurite.env(name),
      CONSUMER_SECONDS_PER_MESSAGE: '600',
      CONSUMER_VISIBILITY_SECONDS: '700',
      MARATHON_APP_ID: `/${name}/consumer`,
    });
    await until('the message is taken', async () => (await visible(name)) === 0);
    expect(await left(name)).toBe(1);
    expect(await consumer.stop()).toBe(0);
    expect(await visible(name)).toBe(1);
    expect(total(`/${name}/consumer`, 'consumed')).toBe(0);
  });

  it('wait for a queue that is not there: the consumer for the producer, which creates it', async () => {
    const name = newName();
    const consumer = start('consumer', { ...azurite.env(name), MARATHON_APP_ID: `/${name}/consumer` });
    await until('the consumer waits', () => consumer.output().includes('the queue does not exist'));
    start('producer', { ...azurite.env(name), MARATHON_APP_ID: `/${name}/producer` });
    await until('messages are consumed', () => total(`/${name}/consumer`, 'consumed') > 0);
    await until('the consumer says so', () => consumer.output().includes('answers again'));
    expect(consumer.output().match(/does not exist/g)).toHaveLength(1);
    expect(consumer.output().match(/answers again/g)).toHaveLength(1);
  });

  it('survive an outage of the storage, and create the queue again when it was lost', async () => {
    const name = newName();
    const former = await startAzurite({ port: await freePort() });
    let latter: Azurite | undefined;
    try {
      const env = { ...former.env(name), MARATHON_APP_ID: `/${name}` };
      const programs = [start('producer', env), start('consumer', env)];
      await until('messages are consumed', () => total(`/${name}`, 'consumed') > 0);
      await former.stop();
      for (const { output } of programs) {
        await until('both notice', () => output().includes('connection refused'));
      }
      const before = total(`/${name}`, 'consumed');
      latter = await startAzurite({ port: former.port });
      await until('messages are consumed again', () => total(`/${name}`, 'consumed') > before + 3);
      for (const { child, output } of programs) {
        expect(child.exitCode).toBeNull();
        expect(output().match(/connection refused/g)).toHaveLength(1);
      }
    } finally {
      await former.stop();
      await latter?.stop();
    }
  });

  it('end at once when stopped while the storage is away', async () => {
    const env = {
      ...azurite.env(newName()),
      AZURE_STORAGE_QUEUE_ENDPOINT: `http://127.0.0.1:${await freePort()}/a`,
    };
    const programs = [start('producer', env), start('consumer', env)];
    for (const { output } of programs) {
      await until('it tries again', () => output().includes('trying again'));
    }
    expect(await Promise.all(programs.map((p) => p.stop()))).toEqual([0, 0]);
  });

  it('release their message and end when nobody reads what they print', async () => {
    const name = newName();
    const consumer = start('consumer', { ...azurite.env(name), CONSUMER_SECONDS_PER_MESSAGE: '20' });
    await until('the consumer waits', () => consumer.output().includes('does not exist'));
    consumer.child.stdout?.destroy();
    await azurite.queue(name).create();
    expect(await consumer.exited).toBe(0);
    expect(consumer.output()).not.toContain('EPIPE');
  });

  it('say that the key was refused, and show nothing of it', async () => {
    const name = newName();
    await azurite.queue(name).create();
    const consumer = start('consumer', { ...azurite.env(name), AZURE_STORAGE_ACCOUNT_KEY: 'd3Jvbmc=' });
    await until('it says so', () => consumer.output().includes('the account key was refused'));
    expect(await consumer.stop()).toBe(0);
    expect(consumer.output()).not.toContain('d3Jvbmc');
  });
});
