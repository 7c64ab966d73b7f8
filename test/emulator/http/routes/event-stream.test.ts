// /v2/events byte by byte.

import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../../../../src/emulator/http/api.ts';
import { MemoryProcesses } from '../../../../src/emulator/index.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import { serve } from '../../../../src/runtime/network/http.ts';
import { until } from '../../../support/until.ts';
import { aServer, type Server } from '../../support/server.ts';
import { aWorld } from '../../support/world.ts';

let server: Server;
let clock: VirtualClock;
const streams: (() => void)[] = [];

beforeEach(async () => {
  clock = new VirtualClock();
  server = await aServer({ clock, runner: new MemoryProcesses() });
});
afterEach(async () => {
  for (const close of streams.splice(0)) close();
  const stopped = server.stop();
  await clock.advance(10_000);
  await stopped;
});

interface Stream {
  /** Everything received so far. */
  text(): string;
  closed(): boolean;
  close(): void;
}

/** Speaks HTTP by hand, so that nothing is unpacked on the way. */
function open(path = '/v2/events', accept = 'text/event-stream'): Stream {
  let text = '';
  let closed = false;
  const socket = connect(server.emulator.port, '127.0.0.1');
  socket.on('data', (data) => {
    text += data.toString();
  });
  socket.on('close', () => {
    closed = true;
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: ${accept}\r\n\r\n`);
  const close = (): void => void socket.destroy();
  streams.push(close);
  return { text: () => text, closed: () => closed, close };
}

const sees = (stream: Stream, part: string | RegExp): Promise<string> =>
  until(String(part), () => (stream.text().search(part) >= 0 ? stream.text() : undefined));

const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4);

const create = (id: string) => server.call('POST', '/v2/apps', { id, cmd: 'sleep 60' });

describe('the stream', () => {
  it('is not chunked, says who attached, and frames by CRLF', async () => {
    const stream = open();
    const text = await sees(stream, 'event_stream_attached.*\r\n\r\n');
    const head = text.slice(0, text.indexOf('\r\n\r\n')).toLowerCase();
    expect(head).toMatch(/^http\/1.1 200/);
    expect(head).toContain('content-type: text/event-stream;charset=utf-8');
    expect(head).toContain('connection: close');
    expect(head).toContain('x-marathon-leader: ');
    expect(head).not.toContain('transfer-encoding');
    const frame = /^event: event_stream_attached\r\ndata: (\{.*\})\r\n\r\n$/.exec(bodyOf(text));
    expect(JSON.parse(frame![1]!)).toEqual({
      eventType: 'event_stream_attached',
      timestamp: '1970-01-01T00:00:00.000Z',
      remoteAddress: '127.0.0.1',
    });
  });

  it('beats with a blank line every ten seconds', async () => {
    const stream = open('/v2/events?event_type=none');
    await sees(stream, '\r\n\r\n');
    await clock.advance(20_000);
    await until('two beats', () => (bodyOf(stream.text()) === '\r\n\r\n' ? true : undefined));
  });

  it('tells the life of an app in order', async () => {
    const stream = open();
    await sees(stream, 'event_stream_attached');
    await create('/a');
    const text = await sees(stream, 'event: deployment_success');
    const names = [...text.matchAll(/^event: (\w+)/gm)].map(([, name]) => name);
    expect(names).toEqual([
      'event_stream_attached',
      'deployment_info',
      'deployment_step_success',
      'deployment_info',
      'group_change_success',
      'api_post_event',
      'instance_changed_event',
      'instance_changed_event',
      'status_update_event',
      'instance_changed_event',
      'deployment_step_success',
      'deployment_success',
    ]);
    const conditions = [...text.matchAll(/"condition":"(\w+)"/g)].map(([, name]) => name);
    expect(conditions).toEqual(['Scheduled', 'Provisioned', 'Running']);
  });

  it('filters by exact names', async () => {
    const stream = open(
      '/v2/events?event_type=api_post_event&event_type=deployment_success&plan-format=light',
    );
    await sees(stream, '\r\n\r\n');
    await create('/a');
    const text = await sees(stream, 'event: deployment_success');
    expect([...text.matchAll(/^event: (\w+)/gm)].map(([, name]) => name)).toEqual([
      'api_post_event',
      'deployment_success',
    ]);
  });

  it.each(['*/*', 'text/event-stream, text/plain', 'application/json'])(
    'refuses Accept: %s',
    async (accept) => {
      const stream = open('/v2/events', accept);
      expect(await sees(stream, /HTTP ERROR 405/)).toMatch(/^HTTP\/1.1 405/);
    },
  );

  it('tells others that one has left', async () => {
    const stays = open();
    await sees(stays, 'event_stream_attached');
    const leaves = open();
    await sees(leaves, 'event_stream_attached');
    leaves.close();
    await sees(stays, 'event: event_stream_detached');
  });

  it('ends with the server', async () => {
    const stream = open();
    await sees(stream, 'event_stream_attached');
    await server.emulator.close();
    await until('the end', () => (stream.closed() ? true : undefined));
  });
});

it('cuts off who does not read', async () => {
  const world = aWorld();
  const address = () => ({ authority: 'h:1', host: 'h', port: 1 });
  const api = createApi(world.marathon, { log: silentLogger, address });
  const http = await serve((request, bindings) => api(request, bindings), { host: '127.0.0.1', port: 0 });
  const socket = connect(http.port, '127.0.0.1');
  streams.push(() => socket.destroy());
  socket.pause();
  socket.write('GET /v2/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n');
  await until('the attach', () => (world.eventTypes().includes('event_stream_attached') ? true : undefined));
  for (let i = 0; i < 20_000; i++) world.marathon.events.publish('noise', { text: 'x'.repeat(1000) });
  await until('the detach', () => (world.eventTypes().includes('event_stream_detached') ? true : undefined));
  await http.close();
});
