// The consumer as it ships against a real Azurite, in virtual time: what it does after it said that it is idle, and when it
// has to stop.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../src/programs/consumer.ts';
import { LONGEST_QUIET_MS, QUIET_MS } from '../../src/programs/quiet-time.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { type Azurite, startAzurite } from '../support/programs/azurite.ts';
import { freePort } from '../support/suite/free-port.ts';
import { until } from '../support/until.ts';

const WORK_MS = 20_000;

class Workday extends VirtualClock {
  /** How often work was begun. */
  begun = 0;

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms === WORK_MS) this.begun += 1;
    return super.sleep(ms, signal);
  }
}

let azurite: Azurite;
let clock: Workday;
let printed: string[];
let queue: ReturnType<Azurite['queue']>;
let stop: AbortController;
let port: number;
let ended: Promise<void>;
let queueNumber = 0;

beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(async () => {
  await azurite.stop();
});

beforeEach(async () => {
  clock = new Workday();
  printed = [];
  stop = new AbortController();
  const name = `quiet-${queueNumber++}`;
  queue = azurite.queue(name);
  await queue.create();
  port = await freePort();
  const env = {
    ...azurite.env(name),
    CONSUMER_TELLS_BUSY: 'true',
    CONSUMER_SECONDS_PER_MESSAGE: `${WORK_MS / 1000}`,
    HOST: '127.0.0.1',
    PORT0: `${port}`,
  };
  ended = run({ env, clock, random: () => 0.5, print: (line) => void printed.push(line) }, stop.signal);
  await until('it is idle', async () => (await ask()) === 'idle');
});
afterEach(async () => {
  stop.abort(new Error('stopped'));
  await ended;
});

async function ask(): Promise<string | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/busy`).catch(() => undefined);
  return (await answer?.text())?.trim();
}

/** How often each message that nobody holds was taken before. */
async function taken(): Promise<readonly (number | undefined)[]> {
  const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
  return peekedMessageItems.map(({ dequeueCount }) => dequeueCount);
}

describe('a consumer that said that it is idle', () => {
  it('is idle still when it is stopped: a message that came meanwhile was never in its hands', async () => {
    await queue.sendMessage('for somebody else');
    await clock.advance(QUIET_MS - 1);
    stop.abort(new Error('stopped'));
    await ended;
    expect(await taken()).toEqual([0]);
  });

  it('takes what came once its word is kept, and is busy then', async () => {
    await queue.sendMessage('waits');
    await clock.advance(QUIET_MS);
    await until('it has the message', async () => (await taken()).length === 0);
    expect(await ask()).toBe('busy');
  });

  it('works however often it is asked', async () => {
    await queue.sendMessage('waits');
    const said: (string | undefined)[] = [];
    for (let ms = 0; ms < LONGEST_QUIET_MS; ms += 100) {
      said.push(await ask());
      await clock.advance(100);
    }
    await until('it has the message', async () => (await taken()).length === 0);
    expect(said).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => (i <= 5 ? 'idle' : 'busy')));
  });
});

it('leaves a message that went to another consumer to that one', async () => {
  await queue.sendMessage('slow');
  await clock.advance(QUIET_MS);
  await until('it works', () => clock.begun === 1);
  await queue.clearMessages();
  await clock.advance(WORK_MS);
  await until('it notices', () => printed.some((line) => line.includes('another consumer has it')));
  stop.abort(new Error('stopped'));
  await ended;
  expect(printed.at(-1)).toBe('stopped: 0 messages consumed');
});

describe('a consumer that has to stop at work', () => {
  it.each([
    { does: 'gives back what takes longer', leftMs: 501, waits: 1 },
    { does: 'finishes what is done in a moment', leftMs: 500, waits: 0 },
  ])('$does', async ({ leftMs, waits }) => {
    await queue.sendMessage('work');
    await clock.advance(QUIET_MS);
    await until('it works', () => clock.begun === 1);
    await clock.advance(WORK_MS - leftMs);
    stop.abort(new Error('stopped'));
    await clock.advance(leftMs);
    await ended;
    expect(await taken()).toEqual(Array.from({ length: waits }, () => 1));
    const { approximateMessagesCount } = await queue.getProperties();
    expect(approximateMessagesCount).toBe(waits);
  });
});
