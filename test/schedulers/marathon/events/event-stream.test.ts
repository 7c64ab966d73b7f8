import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock, VirtualClock } from '../../../../src/runtime/clock.ts';
import { TransientError } from '../../../../src/runtime/errors.ts';
import { type LogFields, type Logger, silentLogger } from '../../../../src/runtime/log.ts';
import { followEvents, SILENCE_MS } from '../../../../src/schedulers/marathon/events/event-stream.ts';
import { concerned } from '../../../../src/schedulers/marathon/events/events.ts';
import { until } from '../../../support/until.ts';
import { type Setup, setUp } from '../setup.ts';

const event = (type: string, data: string) => `event: ${type}\r\ndata: ${data}\r\n\r\n`;

describe('following the stream', () => {
  let clock: VirtualClock;
  let stop: AbortController;
  let opened: { at: number; stream: PassThrough }[];
  let closed: number;
  let seen: string[];
  let warnings: { message: string; fields: LogFields | undefined }[];
  let refusals: Error[];
  let following: Promise<void>;

  beforeEach(async () => {
    clock = new VirtualClock();
    stop = new AbortController();
    [opened, closed, seen, warnings, refusals] = [[], 0, [], [], []];
    const log: Logger = {
      ...silentLogger,
      warn: (message, fields) => void warnings.push({ message, fields }),
    };
    following = followEvents(
      {
        clock,
        log,
        open: async () => {
          const stream = new PassThrough();
          opened.push({ at: clock.now(), stream });
          const refusal = refusals.shift();
          if (refusal !== undefined) throw refusal;
          return stream;
        },
        onOpen: () => () => closed++,
        onEvent: (data) => seen.push(data),
      },
      stop.signal,
    );
    await clock.advance(0);
  });
  afterEach(async () => {
    stop.abort();
    await following;
  });

  const stream = (): PassThrough => {
    const last = opened.at(-1);
    if (last === undefined) throw new Error('nothing was opened');
    return last.stream;
  };

  it('passes on the data of events framed with CRLF, without the heartbeats', async () => {
    stream().write(`\r\n${event('a', '{"x":1}')}\r\n\r\n${event('b', '{"y":2}')}\r\n`);
    await clock.advance(0);
    expect(seen).toEqual(['{"x":1}', '{"y":2}']);
  });

  it('understands a stream that is cut anywhere, also inside a character', async () => {
    const texts = fc.array(
      fc.string({ unit: 'grapheme' }).map((s) => JSON.stringify(s)),
      { maxLength: 5 },
    );
    const cuts = fc.array(fc.nat({ max: 40 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(texts, cuts, async (expected, lengths) => {
        seen.length = 0;
        let rest = Buffer.from(expected.map((text) => event('e', text)).join(''), 'utf8');
        for (const length of lengths) {
          stream().write(rest.subarray(0, length));
          rest = rest.subarray(length);
        }
        stream().write(rest);
        await clock.advance(0);
        expect(seen).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('stays as long as blank lines come, and opens anew after 30 s without a byte', async () => {
    for (let i = 0; i < 10; i++) {
      stream().write('\r\n');
      await clock.advance(10_000);
    }
    expect(opened).toHaveLength(1);
    await clock.advance(SILENCE_MS - 10_000 - 1);
    expect([opened.length, closed]).toEqual([1, 0]);
    await clock.advance(1);
    expect(closed).toBe(1);
    expect(warnings).toMatchObject([{ fields: { reason: 'no byte for 30 s' } }]);
    await clock.advance(1_000);
    expect(opened).toHaveLength(2);
  });

  it('opens anew soon after a stream that was lively', async () => {
    stream().write(event('a', '{}'));
    await clock.advance(1_000);
    stream().end();
    await clock.advance(250);
    expect(opened.map((o) => o.at)).toEqual([0, 1_250]);
  });

  it('asks ever less often while it gets nothing, at least every 10 s, and warns once', async () => {
    refusals = Array.from({ length: 20 }, () => new TransientError('following events: refused'));
    stream().end();
    await clock.advance(60_000);
    const gaps = opened.slice(1).map((o, i) => o.at - (opened[i]?.at ?? 0));
    expect(gaps.slice(0, 7)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(warnings).toHaveLength(1);
  });

  it('warns again when it is lost after it was back', async () => {
    for (let i = 0; i < 2; i++) {
      stream().write(event('a', '{}'));
      await clock.advance(0);
      stream().end();
      await clock.advance(250);
    }
    expect(warnings).toHaveLength(2);
  });

  it('does not collect an event without end', async () => {
    const flood = Buffer.alloc(1024 * 1024, 'x');
    stream().write('data: ');
    for (let i = 0; i < 18 && !stream().destroyed; i++) {
      stream().write(flood);
      await clock.advance(0);
    }
    expect(stream().destroyed).toBe(true);
  });

  it('ends at once when aborted, its stream closed', async () => {
    const open = stream();
    stop.abort();
    await following;
    expect(open.destroyed).toBe(true);
    expect(closed).toBe(1);
  });
});

describe('the apps of an event', () => {
  const watched = new Set(['/shop/a', '/shop/b']);
  const concern = { watched, isAbout: (id: string) => watched.has(id) || id === '/listed' };
  const plan = (...apps: string[]) => ({
    steps: [{ actions: apps.map((app) => ({ action: 'Scale', app })) }],
  });

  it.each([
    ['a task of a watched app', { appId: '/shop/a' }, ['/shop/a']],
    ['an app that was listed', { appId: '/listed' }, ['/listed']],
    ['an instance of a watched app', { runSpecId: '/shop/b' }, ['/shop/b']],
    ['a task of another app', { appId: '/other' }, undefined],
    ['a plan with a watched app in it', { plan: plan('/other', '/shop/a') }, ['/shop/a']],
    ['a plan of others', { plan: plan('/other') }, undefined],
    ['a step', { currentStep: { actions: [{ app: '/shop/a' }] } }, ['/shop/a']],
    ['a plan of pods', { plan: { steps: [{ actions: [{ pod: '/pod' }] }] } }, undefined],
    ['the stream itself', { remoteAddress: '127.0.0.1' }, ['/shop/a', '/shop/b']],
    ['an empty plan', { plan: plan() }, ['/shop/a', '/shop/b']],
  ])('%s', (_, data, expected) => {
    expect(concerned(JSON.stringify(data), concern)).toEqual(expected);
  });

  it('is about all when it cannot be read', () => {
    for (const data of ['', 'oops', '[]', 'null', '{"plan":{"steps":7}}']) {
      expect(concerned(data, concern)).toEqual([...watched]);
    }
  });
});

describe('watching a Marathon', () => {
  const APP = '/shop/orders';
  let world: Setup;
  let stop: AbortController;
  let watching: Promise<void>;
  let wakes: number;

  beforeEach(async () => {
    world = await setUp({}, { clock: hasty });
    world.marathon.addApp(APP, 1);
    stop = new AbortController();
    wakes = 0;
    await observe();
    watching = world.scheduler.watch(() => wakes++, stop.signal);
    await until('the stream is open', () => world.marathon.openStreams === 1 && wakes > 0);
  });
  afterEach(async () => {
    stop.abort();
    await watching;
    await world.close();
  });

  /** Wakes at once, so that every wake-up can be counted. */
  const hasty: Clock = {
    ...systemClock,
    sleep: (ms, signal) => (ms < 100 ? Promise.resolve() : systemClock.sleep(ms, signal)),
  };
  const observe = async () => (await world.scheduler.observe([APP], stop.signal)).apps.get(APP);
  const scaleByHand = (instances: number) => {
    world.marathon.setInstances(APP, instances);
    world.marathon.emit('status_update_event', { appId: APP, taskStatus: 'TASK_RUNNING' });
  };

  it('asks the way Marathon wants to be asked', () => {
    const request = world.marathon.requests.find((r) => r.path === '/v2/events');
    expect(request?.headers.accept).toBe('text/event-stream');
    expect(request?.query.get('plan-format')).toBe('light');
    expect(request?.query.getAll('event_type')).toContain('deployment_success');
  });

  it('serves from what it has until an event says otherwise', async () => {
    await observe();
    const before = world.marathon.reads('/v2/apps');
    for (let i = 0; i < 20; i++) await observe();
    expect(world.marathon.reads('/v2/apps')).toBe(before);
    scaleByHand(4);
    await until('the new count', async () => (await observe())?.requested === 4);
    expect(world.marathon.reads('/v2/apps')).toBe(before + 1);
  });

  it('does not wake for the apps of others', async () => {
    const before = wakes;
    world.marathon.emit('status_update_event', { appId: '/other' });
    // Long enough for the event to be through: several exchanges with the same server.
    for (let i = 0; i < 5; i++) await fetch(`${world.marathon.url}/v2/info`);
    expect(wakes).toBe(before);
    world.marathon.emit('status_update_event', { appId: APP });
    await until('the wake-up for ours', () => wakes > before);
    expect(wakes).toBe(before + 1);
  });

  it('looks again after the stream was lost, for what it missed meanwhile', async () => {
    await observe();
    world.marathon.dropStreams();
    world.marathon.setInstances(APP, 5);
    await until('the stream is back', () => world.marathon.openStreams === 1);
    await until('the new count', async () => (await observe())?.requested === 5);
  });

  it('survives a restart of Marathon', async () => {
    const { port } = world.marathon;
    await world.marathon.stop();
    await expect(observe()).rejects.toThrow(TransientError);
    await world.marathon.start(port);
    world.marathon.setInstances(APP, 6);
    await until('the stream is back', () => world.marathon.openStreams === 1);
    expect((await observe())?.requested).toBe(6);
  });

  it('ends when the scheduler is closed', async () => {
    await world.scheduler.close();
    await watching;
  });
});

it('gathers the events of a burst into one wake-up', async () => {
  const clock = new VirtualClock();
  const { marathon, scheduler, close } = await setUp({}, { clock });
  marathon.addApp('/shop/orders', 1);
  const stop = new AbortController();
  await scheduler.observe(['/shop/orders'], stop.signal);
  let wakes = 0;
  const watching = scheduler.watch(() => wakes++, stop.signal);
  await until('the stream is open', () => marathon.openStreams === 1 && clock.pending >= 2);
  for (let i = 0; i < 50; i++) marathon.emit('status_update_event', { appId: '/shop/orders' });
  for (let i = 0; i < 5; i++) await fetch(`${marathon.url}/v2/info`);
  await clock.advance(50);
  expect(wakes).toBe(1);
  stop.abort();
  await watching;
  await close();
});
