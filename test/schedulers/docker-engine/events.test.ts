import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock, VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { engineEvent, followEngineEvents } from '../../../src/schedulers/docker-engine/events.ts';
import { until } from '../../support/until.ts';
import { clientOf, engineThat, never } from './setup.ts';

const DIED = {
  Type: 'container',
  Action: 'die',
  Actor: { ID: 'abc', Attributes: { exitCode: '1', 'microscaling.io/app': '/shop/batch' } },
};

describe('a line of the stream', () => {
  it('is an event with the labels of what it is about', () => {
    expect(engineEvent(JSON.stringify(DIED))).toEqual({
      type: 'container',
      action: 'die',
      id: 'abc',
      attributes: { exitCode: '1', 'microscaling.io/app': '/shop/batch' },
    });
  });

  it.each(['', 'null', '[]', '{"Type":1}', 'half a li'])('that is none is left out: %s', (line) => {
    expect(engineEvent(line)).toBeUndefined();
  });
});

describe("an engine's events", () => {
  it('come one by one, however the stream is cut', async () => {
    const streams: ServerResponse[] = [];
    const host = await engineThat((_, response) => {
      response.flushHeaders();
      streams.push(response);
    });
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const seen: string[] = [];
    const client = clientOf(host);
    const opened: string[] = [];
    const following = (async () => {
      for await (const event of client.events({}, () => opened.push('open'), stop.signal))
        seen.push(event.action);
    })().catch(() => undefined);
    await until('the stream to be open', () => opened.length > 0);
    const line = JSON.stringify(DIED);
    streams[0]?.write(`${line}\n${line.slice(0, 10)}`);
    await until('one event', () => seen.length === 1);
    streams[0]?.write(`${line.slice(10)}\nnot json\n${line}\n`);
    await until('three events', () => seen.length === 3);
    stop.abort();
    await following;
  });

  it('are followed anew after each end, with a pause that grows while nothing answers', async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const openedAtMs: number[] = [];
    let told: string[] = [];
    const following = followEngineEvents(
      {
        clock,
        log: silentLogger,
        open: async function* (onOpen) {
          openedAtMs.push(clock.monotonic());
          if (openedAtMs.length === 3) onOpen();
          if (openedAtMs.length < 3) throw new Error('nobody there');
          yield { type: 'container', action: 'start', id: 'a', attributes: {} };
        },
        onOpen: () => told.push('open'),
        onEvent: ({ action }) => told.push(action),
        onClose: () => told.push('close'),
      },
      stop.signal,
    );
    await clock.advance(1_100);
    expect(openedAtMs).toEqual([0, 250, 750, 1_000]);
    expect(told).toEqual(['open', 'start', 'close', 'start']);
    told = [];
    stop.abort();
    await following;
  });

  it('end when whoever follows them stops', async () => {
    const host = await engineThat((_, response) => response.flushHeaders());
    const client = clientOf(host);
    const stop = new AbortController();
    let isOpen = false;
    const following = followEngineEvents(
      {
        clock: systemClock,
        log: silentLogger,
        open: (onOpen, signal) => client.events({}, onOpen, signal),
        onOpen: () => {
          isOpen = true;
        },
        onEvent: () => undefined,
        onClose: () => undefined,
      },
      stop.signal,
    );
    await until('the stream to be open', () => isOpen);
    stop.abort();
    await expect(following).resolves.toBeUndefined();
    expect(never.aborted).toBe(false);
  });
});
