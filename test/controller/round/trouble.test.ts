// Trouble with Marathon that must be survived: each row asserts the world at the end, through the real client.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppSpec, PolicySpec } from '../../../src/api/policy.ts';
import { aFiller, anApp, aPolicy, wants } from '../../support/fakes.ts';
import { type TroubleOptions, TroubleWorld } from '../../support/marathon/trouble-world.ts';

const CONSUMER = '/consumer';
const FILLER = '/filler';

let world: TroubleWorld;
afterEach(() => world.close());

function consumer(over: Partial<AppSpec> = {}): AppSpec {
  return anApp('consumer', { ...wants(1), manualScale: { action: 'Revert', holdFor: '30s' }, ...over });
}

/** An operator that starts with this policy, and a metric that wants so many consumers. */
async function operate(wanted: number, app = consumer(), over: Partial<PolicySpec> = {}): Promise<void> {
  const { operator } = world;
  operator.policies.put('demo.yaml', aPolicy('demo', [app, aFiller('filler')], over));
  need(wanted);
  await operator.start(0);
}

/** How many consumers the metric asks for. */
function need(count: number): void {
  world.operator.metrics.set(1, count);
}

/** Of the ten slots the consumer has `count`, the filler the others; everything asked for runs, nothing else exists. */
async function shared(count: number): Promise<void> {
  await world.settled({ [CONSUMER]: count, [FILLER]: 10 - count });
}

async function sharing(count: number, options: TroubleOptions = {}): Promise<void> {
  world = await TroubleWorld.open(options);
  await operate(count);
  await shared(count);
}

/** So it stays: nothing is written any more, and nobody is quarrelled with. */
async function stays(count: number): Promise<void> {
  await shared(count);
  await world.quiet();
  expect(await world.counts()).toEqual({ [CONSUMER]: count, [FILLER]: 10 - count });
  expect(world.operator.condition('demo', 'Conflict')).toBe('False/NoConflict');
}

/** … and everything is in order. */
async function ends(count: number): Promise<void> {
  await stays(count);
  expect(world.operator.condition('demo', 'Ready')).toBe('True/AllTrue');
}

describe('an answer that does not come', () => {
  it('a leader that changes in the middle of a scale: the write counts once', async () => {
    await sharing(4);
    const { tasksLaunched } = world.emulator.stats;
    const lost = { status: 502, applied: true, method: 'PUT', path: `/v2/apps${CONSUMER}` };
    world.emulator.faults.set({ next: [lost], abdicate: true });
    need(7);
    await ends(7);
    expect(world.emulator.stats.tasksLaunched - tasksLaunched).toBe(3);
    expect(world.operator.events).not.toContain('ManualScale');
  });

  it('a leader that changes in the middle of a creation: the app is there once, and ours', async () => {
    world = await TroubleWorld.open();
    const lost = { status: 502, applied: true, method: 'POST', path: '/v2/apps', times: 2 };
    world.emulator.faults.set({ next: [lost], abdicate: true });
    await operate(4);
    await ends(4);
    expect(world.operator.condition('demo', 'Accepted')).toBe('True/Valid');
  });

  it('a stall of ten seconds: writes that take effect late, after we gave up on them, do no harm', async () => {
    await sharing(4, { deadlineMs: 100 });
    world.emulator.faults.set({ delayMs: 10_000 });
    need(7);
    await world.after(5_000);
    need(2);
    await world.after(5_000);
    world.emulator.faults.set({ delayMs: 0 });
    // The last of them takes effect ten seconds after it came.
    await world.after(10_000);
    await ends(2);
  });

  it('pages of a proxy in place of answers, to reads and writes', async () => {
    await sharing(4);
    const page = { status: 502, html: true };
    const reads = { ...page, method: 'GET', path: '/v2/apps', times: 6 };
    world.emulator.faults.set({ next: [reads, { ...page, times: 6 }], dropStreams: true });
    need(7);
    await ends(7);
  });

  it.each([
    ['is cut, and cannot be opened for a while', { dropStreams: true, next: [refusedStream()] }],
    ['stays open and says nothing', { silentStreams: true }],
  ])('a stream that %s: what happened meanwhile is seen', async (_, faults) => {
    await sharing(4);
    world.emulator.faults.set(faults);
    await world.call('PUT', `/v2/apps${CONSUMER}`, { instances: 6 });
    await shared(4);
    await world.call('DELETE', `/v2/apps${FILLER}?force=true`);
    await world.until('the filler to be back', async () => (await world.counts())[FILLER] === 6);
    await shared(4);
    world.emulator.faults.clear();
    need(7);
    await ends(7);
  });
});

function refusedStream() {
  return { status: 503, method: 'GET', path: '/v2/events', times: 10 };
}

describe('a Marathon that refuses', () => {
  it('a login that ends in the middle of the work is made again, once, and the write goes through', async () => {
    const login = await aLogin();
    const credentials = { fromEnv: 'ACCOUNT' };
    await sharing(4, { auth: { dcosServiceAccount: { credentials } }, env: { ACCOUNT: login.account } });
    expect(login.made()).toBe(1);
    const expired = { status: 401, html: true, method: 'PUT' };
    world.emulator.faults.set({ next: [expired] });
    need(7);
    await ends(7);
    expect(login.made()).toBe(2);
    await login.close();
  });

  it('because of too many deployments makes the operator back off as a whole, and go on when there is room', async () => {
    await sharing(4);
    const crowd = Array.from({ length: 100 }, (_, i) => `/crowd/a${i}`);
    world.emulator.faults.set({ hold: crowd });
    for (const id of crowd) await world.call('POST', '/v2/apps', { id, cmd: 'sleep', instances: 0 });
    const asked = world.scheduler.stats().writes;
    need(7);
    await world.after(60_000);
    expect(await world.counts()).toMatchObject({ [CONSUMER]: 4, [FILLER]: 6 });
    const tries = world.scheduler.stats().writes - asked;
    expect(tries).toBeGreaterThan(0);
    expect(tries).toBeLessThanOrEqual(7);
    expect(world.operator.message('demo', 'Applied')).toMatch(/100 deployments are running/);
    world.emulator.faults.clear();
    await world.until('the consumer to be at 7', () => world.running(CONSUMER).length === 7);
    await world.call('DELETE', '/v2/groups/crowd?force=true');
    await ends(7);
  });
});

describe('other people', () => {
  it('their upgrade in progress is not disturbed, and scaling goes on after it', async () => {
    await sharing(4, { taskStartDelayMs: 1_000 });
    world.emulator.faults.set({ lock: [{ app: CONSUMER, action: 'RestartApplication' }] });
    need(7);
    await world.after(30_000);
    expect(await world.counts()).toEqual({ [CONSUMER]: 4, [FILLER]: 6 });
    expect(await world.deployments()).toHaveLength(1);
    world.emulator.faults.set({ lock: [] });
    await ends(7);
  });

  it('their upgrade runs to its end, every task is of the new version, and the count is ours', async () => {
    world = await TroubleWorld.open({ taskStartDelayMs: 1_000 });
    await operate(4, consumer(), { drift: 'Report' });
    await shared(4);
    await world.call('PATCH', `/v2/apps${CONSUMER}`, { cmd: 'run better' });
    need(7);
    await stays(7);
    expect(new Set(world.running(CONSUMER))).toEqual(new Set(['/bin/sh -c run better']));
  });

  it('their count is kept for as long as the policy says', async () => {
    world = await TroubleWorld.open();
    await operate(4, consumer({ manualScale: { action: 'Hold', holdFor: '30s' } }));
    await shared(4);
    await world.call('PUT', `/v2/apps${CONSUMER}`, { instances: 2 });
    need(7);
    await shared(2);
    const told = () => world.operator.condition('demo', 'Conflict') === 'True/ManualScale';
    await world.until('the foreign count to be told', told);
    await ends(7);
  });

  it('an app that they delete in the middle of a scale is made again', async () => {
    await sharing(4);
    world.emulator.faults.set({ hold: [CONSUMER] });
    need(7);
    await world.until('the scale to be under way', async () => (await world.counts())[CONSUMER] === 7);
    await world.call('DELETE', `/v2/apps${CONSUMER}?force=true`);
    world.emulator.faults.clear();
    await ends(7);
  });
});

describe('an operator that comes back', () => {
  it('replaces a scale of its own that can never finish', async () => {
    await sharing(4);
    world.emulator.faults.set({ hold: [CONSUMER] });
    need(7);
    await world.until('the scale to be under way', () => world.running(CONSUMER).length === 7);
    await world.replaceOperator();
    await operate(5);
    await world.until('the new count', async () => (await world.counts())[CONSUMER] === 5);
    world.emulator.faults.clear();
    await ends(5);
  });

  it('takes back a scale for which there is no capacity, without stopping the work that is to stay', async () => {
    world = await TroubleWorld.open({ cpus: 6 });
    const { processes } = world;
    await operate(8);
    await world.until('all the room to be taken', () => processes.running.length === 6);
    await world.replaceOperator();
    const veterans = new Set(world.processes.running.map(({ spec }) => spec.taskId));
    await operate(3);
    await world.until('three consumers', () => world.running(CONSUMER).length === 3);
    await world.quiet();
    expect((await world.counts())[CONSUMER]).toBe(3);
    expect(world.running(CONSUMER)).toHaveLength(3);
    const kept = processes.running.filter(({ spec }) => veterans.has(spec.taskId));
    expect(kept.length).toBeGreaterThanOrEqual(3);
  });
});

describe('a cluster that is unusual', () => {
  it('a thousand apps of others: each reading is one, and none of them is touched', async () => {
    world = await TroubleWorld.open();
    const crowd = Array.from({ length: 1_000 }, (_, i) => ({ id: `a${i}`, cmd: 'sleep', instances: 0 }));
    await world.call('PUT', '/v2/groups/crowd', { apps: crowd });
    await world.until('the crowd to be there', async () => (await world.deployments()).length === 0);
    const before = (await world.apps()).filter(({ id }) => id.startsWith('/crowd'));
    await operate(4);
    await world.until('the consumer to be at 4', () => world.running(CONSUMER).length === 4);
    need(7);
    await world.until('the consumer to be at 7', () => world.running(CONSUMER).length === 7);
    // The search for apps that a policy let go of has been made by then: once in the life of an operator.
    await world.after(15_000);
    const { reads } = world.scheduler.stats();
    await world.after(60_000);
    expect(world.scheduler.stats().reads - reads).toBeLessThanOrEqual(2);
    const after = await world.apps();
    expect(after).toHaveLength(1_002);
    expect(after.filter(({ id }) => id.startsWith('/crowd'))).toEqual(before);
    expect(await world.counts()).toMatchObject({ [CONSUMER]: 7, [FILLER]: 3 });
  });

  it.each([3_600_000, -3_600_000])(
    'our clock is off by %d ms: nobody else is suspected, everybody else is seen',
    async (skewMs) => {
      await sharing(4, { skewMs });
      need(7);
      await ends(7);
      expect(world.operator.events).not.toContain('ManualScale');
      await world.call('PUT', `/v2/apps${CONSUMER}`, { instances: 2 });
      await world.until('their count to be seen', () => world.operator.events.includes('ManualScale'));
      await ends(7);
    },
  );
});

/** A DC/OS that lets everybody in who shows up with a proof. */
async function aLogin() {
  let made = 0;
  const server = createServer((request, response) => {
    request.resume();
    made++;
    const claims = Buffer.from(JSON.stringify({ uid: 'demo', n: made })).toString('base64url');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token: `h.${claims}.s` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const account = JSON.stringify({
    uid: 'demo',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    scheme: 'RS256',
    login_endpoint: `http://127.0.0.1:${port}/acs/api/v1/auth/login`,
  });
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { account, made: () => made, close };
}
