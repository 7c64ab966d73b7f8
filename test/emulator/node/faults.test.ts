// Trouble on demand.

import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryProcesses } from '../../../src/emulator/index.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { until } from '../../support/until.ts';
import { aServer, type Server } from '../support/server.ts';

let server: Server;
let clock: VirtualClock;
beforeEach(async () => {
  clock = new VirtualClock();
  server = await aServer({ clock, runner: new MemoryProcesses() });
  await server.call('POST', '/v2/apps', { id: '/a', cmd: 'sleep 60' });
  await settled();
});
afterEach(async () => {
  server.emulator.faults.clear();
  const stopped = server.stop();
  await clock.advance(10_000);
  await stopped;
});

const faults = (settings: unknown) => server.call('POST', '/admin/faults', settings);
const scale = (instances: number) => server.call('PUT', '/v2/apps/a', { instances });
const deployments = async () =>
  (await (await fetch(`${server.emulator.url}/v2/deployments`)).json()) as { steps: unknown[] }[];
const settled = () =>
  until('no deployment', async () => {
    await clock.advance(0);
    return (await deployments()).length === 0 ? true : undefined;
  });
const raw = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${server.emulator.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

describe('the switches', () => {
  it('are off, can be seen, and go off together', async () => {
    const off = { delayMs: 0, silentStreams: false, hold: [], lock: [], next: [] };
    expect((await server.call('GET', '/admin/faults')).body).toEqual(off);
    const on = { hold: ['a', '*'], next: [{ status: 409, times: 2 }], lock: [{ app: 'a' }] };
    expect((await faults(on)).body).toEqual({
      ...off,
      hold: ['/a', '*'],
      next: on.next,
      lock: [{ app: '/a', action: 'ScaleApplication' }],
    });
    await server.call('POST', '/admin/faults', { silentStreams: true });
    expect((await server.call('GET', '/admin/faults')).body).toMatchObject({ hold: ['/a', '*'] });
    expect((await server.call('DELETE', '/admin/faults')).body).toEqual(off);
  });

  it.each([
    [{ hodl: ['/a'] }, '/hodl'],
    [{ delayMs: -1 }, '/delayMs'],
    [{ next: [{ status: 200 }] }, '/next(0)/status'],
    [{ lock: [{}] }, '/lock(0)/app'],
    [[], '/'],
  ])('refuse %j', async (settings, path) => {
    const { status, body } = await faults(settings);
    expect(status).toBe(422);
    expect(body['details']).toMatchObject([{ path }]);
  });

  it('know no other path, and no other verb', async () => {
    expect((await server.call('GET', '/admin/other')).status).toBe(404);
    expect((await server.call('PUT', '/admin/faults', {})).status).toBe(405);
  });

  it('are kept from web pages', async () => {
    const headers = { 'content-type': 'application/json', origin: 'http://evil.example' };
    const { status } = await fetch(`${server.emulator.url}/admin/faults`, {
      method: 'POST',
      headers,
      body: '{}',
    });
    expect(status).toBe(403);
  });
});

describe('a lock', () => {
  it('stands in the way until it is taken back', async () => {
    await faults({ lock: [{ app: '/a', action: 'RestartApplication' }] });
    expect((await scale(2)).status).toBe(409);
    expect(await deployments()).toMatchObject([
      {
        affectedApps: ['/a'],
        currentActions: [{ action: 'RestartApplication', app: '/a' }],
        steps: [{ actions: [{ action: 'RestartApplication', app: '/a' }] }],
      },
    ]);
    await faults({ lock: [] });
    await settled();
    expect((await scale(2)).status).toBe(200);
  });

  it('yields to force', async () => {
    await faults({ lock: [{ app: '/a' }] });
    expect((await server.call('PUT', '/v2/apps/a?force=true', { instances: 2 })).status).toBe(200);
    expect((await server.call('GET', '/admin/faults')).body).toMatchObject({ lock: [] });
  });

  it('needs an app that is there and free', async () => {
    expect((await faults({ lock: [{ app: '/nope' }] })).status).toBe(404);
    await faults({ hold: ['/a'] });
    await scale(2);
    expect((await faults({ lock: [{ app: '/a' }] })).status).toBe(409);
  });
});

describe('a held deployment', () => {
  it('has done everything and stays', async () => {
    await faults({ hold: ['/a'] });
    await scale(2);
    await until('two tasks', async () => {
      await clock.advance(0);
      const { body } = await server.call('GET', '/v2/apps/a');
      return (body['app'] as { tasksRunning: number }).tasksRunning === 2 ? true : undefined;
    });
    expect(await deployments()).toHaveLength(1);
    expect((await scale(3)).status).toBe(409);
    await faults({ hold: ['/b'] });
    await settled();
  });
});

describe('the next answer', () => {
  it.each([
    [{ status: 409 }, 409, /"deployments":\[\{"id":"/],
    [{ status: 422 }, 422, /"Object is not valid"/],
    [{ status: 502 }, 502, /^<html>/],
    [{ status: 500 }, 500, /^\{"message"/],
    [{ status: 401, html: true }, 401, /^<html>/],
  ])('is %j, and nothing happens', async (next, status, body) => {
    await faults({ next: [next] });
    expect((await raw('GET', '/v2/apps/a')).status).toBe(200);
    const answer = await raw('PUT', '/v2/apps/a', { instances: 3 });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toMatch(body);
    const { app } = (await (await raw('GET', '/v2/apps/a')).json()) as { app: { instances: number } };
    expect(app.instances).toBe(1);
    expect((await raw('PUT', '/v2/apps/a', { instances: 3 })).status).toBe(200);
  });

  it('may be lost although the call takes effect', async () => {
    await faults({ next: [{ status: 502, applied: true }] });
    expect((await raw('PUT', '/v2/apps/a', { instances: 3 })).status).toBe(502);
    const { app } = (await (await raw('GET', '/v2/apps/a')).json()) as { app: { instances: number } };
    expect(app.instances).toBe(3);
  });

  it('may be for some calls only, and several times', async () => {
    await faults({ next: [{ status: 503, method: 'GET', path: '/v2/queue', times: 2 }] });
    const statuses: number[] = [];
    for (const path of ['/v2/apps', '/v2/queue', '/v2/queue', '/v2/queue'])
      statuses.push((await raw('GET', path)).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
  });

  it('may be none at all', async () => {
    await faults({ next: [{ hangUp: true }] });
    await expect(raw('PUT', '/v2/apps/a', { instances: 3 })).rejects.toThrow();
    expect((await raw('PUT', '/v2/apps/a', { instances: 3 })).status).toBe(200);
  });
});

it('answers late', async () => {
  await faults({ delayMs: 10_000 });
  const { pending } = clock;
  const waiting = raw('GET', '/v2/apps');
  await until('somebody who waits', () => (clock.pending > pending ? true : undefined));
  server.emulator.faults.set({ delayMs: 0 });
  let answered = false;
  void waiting.then(() => {
    answered = true;
  });
  await clock.advance(9_999);
  expect(answered).toBe(false);
  await clock.advance(1);
  expect((await waiting).status).toBe(200);
});

describe('streams', () => {
  function listen(): { text: () => string; ended: () => boolean } {
    let text = '';
    let ended = false;
    const call = request(
      `${server.emulator.url}/v2/events`,
      { headers: { accept: 'text/event-stream' } },
      (stream) => {
        stream.setEncoding('utf8');
        stream.on('data', (part: string) => {
          text += part;
        });
        stream.on('error', () => undefined);
        stream.on('close', () => {
          ended = true;
        });
      },
    );
    call.on('error', () => undefined);
    call.end();
    return { text: () => text, ended: () => ended };
  }

  it('are cut', async () => {
    const stream = listen();
    await until('the attach', () => (stream.text().includes('attached') ? true : undefined));
    await faults({ dropStreams: true });
    await until('the end', () => (stream.ended() ? true : undefined));
    const again = listen();
    await until('another attach', () => (again.text().includes('attached') ? true : undefined));
  });

  it('say nothing and stay', async () => {
    const stream = listen();
    await until('the attach', () => (stream.text().includes('attached') ? true : undefined));
    await faults({ silentStreams: true });
    const before = stream.text();
    await scale(2);
    await clock.advance(30_000);
    await settled();
    expect(stream.text()).toBe(before);
    await faults({ silentStreams: false });
    await scale(3);
    await until('events', () => (stream.text().includes('deployment_success') ? true : undefined));
    expect(stream.ended()).toBe(false);
  });
});

it('has an election', async () => {
  await faults({ abdicate: true });
  await clock.advance(500);
  const { pending } = clock;
  const waiting = raw('GET', '/ping');
  await until('somebody who waits', () => (clock.pending > pending ? true : undefined));
  await clock.advance(500);
  expect((await waiting).status).toBe(200);
});
