// Two nodes: what a client sees at the one that does not lead, and when leadership changes.

import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryProcesses } from '../../../src/emulator/index.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { until } from '../../support/until.ts';
import { aServer, type Server } from '../support/server.ts';

let server: Server;
let clock: VirtualClock;
let leader = '';
let standby = '';

beforeEach(async () => {
  clock = new VirtualClock();
  server = await aServer({ clock, runner: new MemoryProcesses(), standbyPort: 0, agents: 3 });
  [leader = '', standby = ''] = server.emulator.urls;
});
afterEach(async () => {
  const stopped = server.stop();
  await clock.advance(10_000);
  await stopped;
});

const host = (url: string): string => new URL(url).host;

const ask = (url: string, method = 'GET', body?: unknown): Promise<Response> =>
  fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      accept: url.includes('events') ? 'text/event-stream' : '*/*',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

describe('a standby', () => {
  it('answers as the leader does and says that it passed the request on', async () => {
    const created = await ask(`${standby}/v2/apps`, 'POST', { id: '/a', cmd: 'sleep 60' });
    expect(created.status).toBe(201);
    expect(created.headers.get('x-marathon-via')).toBe(`1.1 ${host(standby)}`);
    expect(created.headers.get('x-marathon-leader')).toBe(leader);
    const { app } = (await (await ask(`${leader}/v2/apps/a`)).json()) as { app: { id: string } };
    expect(app.id).toBe('/a');
    expect((await ask(`${leader}/v2/apps`)).headers.get('x-marathon-via')).toBeNull();
    expect(await (await ask(`${standby}/v2/leader`)).json()).toEqual({ leader: host(leader) });
  });

  it('sends listeners to the leader', async () => {
    const { status, headers } = await ask(`${standby}/v2/events?event_type=x`);
    expect([status, headers.get('location')]).toEqual([302, `${leader}/v2/events?event_type=x`]);
  });

  it.each(['/state', '/master/slaves', '/roles?x=1'])('sends %s to the leading master', async (path) => {
    const { status, headers } = await ask(`${standby}${path}`);
    expect([status, headers.get('location')]).toEqual([307, `//${host(leader)}${path}`]);
  });

  it('speaks for itself in its gauges', async () => {
    const elected = async (url: string) =>
      ((await (await ask(`${url}/metrics/snapshot`)).json()) as Record<string, number>)['master/elected'];
    expect([await elected(leader), await elected(standby)]).toEqual([1, 0]);
  });
});

describe('a leader that abdicates', () => {
  async function abdicate(): Promise<void> {
    const answer = await ask(`${leader}/v2/leader`, 'DELETE');
    expect(await answer.json()).toEqual({ message: 'Leadership abdicated' });
    await clock.advance(500);
  }

  it('drops every stream', async () => {
    let begun = false;
    let ended = false;
    const call = request(`${leader}/v2/events`, { headers: { accept: 'text/event-stream' } }, (stream) => {
      begun = true;
      stream.resume();
      stream.on('close', () => {
        ended = true;
      });
      stream.on('error', () => undefined);
    });
    call.on('error', () => undefined);
    call.end();
    await until('the stream', () => (begun ? true : undefined));
    await abdicate();
    await until('the end of the stream', () => (ended ? true : undefined));
  });

  it('is followed by the other, which has everything', async () => {
    await ask(`${leader}/v2/apps`, 'POST', { id: '/a', cmd: 'sleep 60' });
    await abdicate();
    await clock.advance(500);
    expect(await (await ask(`${leader}/v2/leader`)).json()).toEqual({ leader: host(standby) });
    const answer = await ask(`${leader}/v2/apps/a`);
    expect([answer.status, answer.headers.get('x-marathon-via')]).toEqual([200, `1.1 ${host(leader)}`]);
    expect((await ask(`${leader}/v2/events`)).headers.get('location')).toBe(`${standby}/v2/events`);
  });

  it('leaves nobody for a while, and who asks then waits', async () => {
    await abdicate();
    const { pending } = clock;
    const waiting = ask(`${leader}/v2/apps`);
    await until('somebody who waits', () => (clock.pending > pending ? true : undefined));
    await clock.advance(500);
    expect((await waiting).status).toBe(200);
  });
});

it('alone is elected again', async () => {
  const own = new VirtualClock();
  const alone = await aServer({ clock: own, runner: new MemoryProcesses() });
  await ask(`${alone.emulator.url}/v2/leader`, 'DELETE');
  await own.advance(1000);
  expect((await alone.call('GET', '/v2/leader')).body).toEqual({ leader: host(alone.emulator.url) });
  const stopped = alone.stop();
  await own.advance(10_000);
  await stopped;
});
