// Looking back through the API: what it said at a moment it says again, in the same words and numbers.

import { afterEach, expect, it } from 'vitest';
import type { Condition } from '../../../src/api/conditions.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import type { HttpHandler } from '../../../src/runtime/network/http.ts';
import { createServerApp } from '../../../src/server/app.ts';
import type { PastPage } from '../../../src/server/page/past-view.ts';
import { recordedOn } from '../../recorder/recorded.ts';
import { T0 } from '../../support/builders.ts';
import { QueueDemo } from '../../support/queue-demo.ts';

const API = '/apis/microscaling.io/v1alpha1';
const POLICY = `${API}/namespaces/default/microscalingpolicies/queue-demo`;

const bindings = {} as Parameters<HttpHandler>[1];

let demo: QueueDemo;
afterEach(() => demo.stop());

async function served(
  isRecorded = true,
): Promise<{ readonly app: HttpHandler; readonly clock: VirtualClock }> {
  const clock = new VirtualClock(T0);
  const { recorder, segments } = recordedOn(clock);
  demo = await QueueDemo.start({ startMs: T0, clock, recorder, pastMs: 30_000 });
  const app = createServerApp({
    state: demo.state,
    clock,
    log: silentLogger,
    boundTo: '127.0.0.1',
    token: 'page-token',
    version: '0.0.0',
    ...(isRecorded && { record: segments }),
  });
  return { app, clock };
}

async function get(
  app: HttpHandler,
  path: string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await app(
    new Request(`http://127.0.0.1:8090${path}`, { headers: { host: '127.0.0.1:8090' } }),
    bindings,
  );
  return { status: response.status, body: await response.json() };
}

it('says of a moment what it said then', async () => {
  const { app, clock } = await served();
  const thenMs = clock.now();
  const explained = await get(app, `${POLICY}/explain`);
  const shown = await get(app, POLICY);
  await demo.advance(20_000);
  const { body } = await get(app, `${POLICY}/past?at=${new Date(thenMs).toISOString()}`);
  expect(body).toMatchObject({ detail: 'rounds', notes: [], explanation: explained.body });
  const { status, spec } = shown.body as { readonly status: unknown; readonly spec: unknown };
  expect(body).toMatchObject({ object: { spec, status } });
  expect((await get(app, `${POLICY}/explain`)).body).not.toEqual(explained.body);
});

it('lists the policies of a moment, and the events of a span as objects', async () => {
  const { app, clock } = await served();
  const list = await get(app, `${API}/past?at=${clock.now()}`);
  expect(list.body).toMatchObject({ list: { items: [{ metadata: { name: 'queue-demo' } }] } });
  const { body } = await get(app, `${API}/past/events?from=${T0}&to=${clock.now()}`);
  const { items } = body as { readonly items: readonly { readonly reason: string }[] };
  expect(items.map(({ reason }) => reason)).toContain('Created');
  expect(items[0]).toMatchObject({ kind: 'Event', involvedObject: { name: 'queue-demo' } });
});

it('gives a policy over time, in columns of one length', async () => {
  const { app } = await served();
  const { body } = await get(app, `${POLICY}/history?from=${T0}&to=${T0 + 30_000}&step=1s`);
  expect(body).toMatchObject({ stepMs: 1_000, detail: 'rounds', recordedFromMs: T0 });
  const { atMs, apps } = body as {
    readonly atMs: readonly number[];
    readonly apps: readonly { readonly name: string; readonly running: readonly (number | null)[] }[];
  };
  expect(atMs).toHaveLength(30);
  expect(apps.map(({ name, running }) => [name, running.length])).toEqual([
    ['consumer', 30],
    ['remainder', 30],
    ['producer', 30],
  ]);
});

it.each([
  { path: `${POLICY}/history?from=yesterday`, status: 400, message: "from: 'yesterday' is not a time" },
  { path: `${POLICY}/history?from=5&to=5`, status: 400, message: 'from must be before to' },
  { path: `${POLICY}/history?step=0s`, status: 400, message: "step: '0s' is not a duration" },
  { path: `${POLICY}/past`, status: 400, message: 'say at which time' },
  {
    path: `${POLICY}/past?at=5`,
    status: 404,
    message: `nothing is recorded of default/queue-demo at 1970-01-01T00:00:00Z: the record begins at ${new Date(T0).toISOString().slice(0, 16)}`,
  },
  {
    path: `${API}/past?at=5`,
    status: 404,
    message: 'nothing is recorded of any policy at 1970-01-01T00:00:00Z',
  },
  { path: `${POLICY.replace('demo', 'dome')}/past?at=5`, status: 404, message: 'no MicroscalingPolicy' },
  { path: `${POLICY.replace('demo', 'dome')}/history`, status: 404, message: 'no MicroscalingPolicy' },
])('answers $path with $status', async ({ path, status, message }) => {
  const { app } = await served();
  const answer = await get(app, path);
  expect(answer).toMatchObject({
    status,
    body: { kind: 'Status', message: expect.stringContaining(message) },
  });
});

it('says of a moment before which nothing was recorded for a while that its pictures are older', async () => {
  const { app, clock } = await served();
  await demo.advance(10_000);
  const noted = async () => ((await get(app, `${API}/past?at=${clock.now()}`)).body as Noted).notes;
  expect(await noted()).toEqual([]);
  demo.holdRounds();
  await demo.advance(600_000);
  expect(await noted()).toEqual([
    expect.stringMatching(
      /^nothing was recorded between \d{4}-[\dT:-]+Z and that time: these are the last pictures before it$/,
    ),
  ]);
});

it('says of events that the record does not reach as far back as was asked', async () => {
  const { app, clock } = await served();
  const notes = async (fromMs: number) => {
    const { body } = await get(app, `${API}/past/events?from=${fromMs}&to=${clock.now()}`);
    return (body as Noted).notes;
  };
  expect(await notes(T0 + 10_000)).toEqual([]);
  expect(await notes(T0 - 3_600_000)).toEqual([
    `nothing is recorded before ${new Date(T0).toISOString().slice(0, 19)}Z`,
  ]);
});

interface Noted {
  readonly notes: readonly string[];
}

it('says where nothing is recorded what to start', async () => {
  const { app } = await served(false);
  const answer = await get(app, `${POLICY}/history`);
  expect(answer).toMatchObject({ status: 404, body: { message: expect.stringContaining('--data DIR') } });
});

it('gives the page a pool as it was, with the health and the tiles of then', async () => {
  const { app, clock } = await served();
  await demo.advance(30_000);
  demo.loseQueue('the queue answered 403');
  await demo.advance(30_000);
  const badMs = clock.now();
  const bad = demo.view().pools[0]?.policies[0];
  await demo.advance(500);
  const past = (atMs: number) => get(app, `/ui/past?at=${atMs}&of=default/queue-demo`);
  const { body } = (await past(badMs)) as { readonly body: PastPage };
  expect(body).toMatchObject({ askedMs: badMs, atMs: badMs, detail: 'rounds', notes: [] });
  const [pool] = body.pools;
  const running = new Map(bad?.apps.map(({ id, running }) => [id, running]));
  expect(new Map(pool?.apps.map(({ id, running }) => [id, running]))).toEqual(running);
  for (const { id } of pool?.apps.filter(({ role }) => role !== 'fixed') ?? [])
    expect(pool?.tiles.filter((tile) => tile.app === id && tile.phase === 'running')).toHaveLength(
      running.get(id) ?? -1,
    );
  expect(pool?.policies[0]?.health).toMatchObject({ what: 'Metric not read', level: 'failing' });
  expect(pool?.apps[0]?.summary).toMatch(/^wanted \d+: no reading for \d+ s/);
  const { body: before } = (await past(T0 + 25_000)) as { readonly body: PastPage };
  expect(before.pools[0]?.policies[0]?.health.level).not.toBe('failing');
});

it('says to the page that no round had ended for a while at a moment', async () => {
  const { app, clock } = await served();
  const goOn = demo.holdRounds();
  const lastMs = clock.now();
  await demo.advance(20_000);
  goOn();
  await demo.advance(5_000);
  const healthAt = async (atMs: number) => {
    const { body } = await get(app, `/ui/past?at=${atMs}&of=default/queue-demo`);
    return (body as PastPage).pools[0]?.policies[0]?.health;
  };
  expect((await healthAt(lastMs + 2_000))?.kind).not.toBe('RoundOverdue');
  const health = await healthAt(lastMs + 10_000);
  expect(health).toMatchObject({ level: 'limited', kind: 'RoundOverdue' });
  expect(Math.abs((health?.sinceMs ?? 0) - lastMs)).toBeLessThanOrEqual(500);
  expect((await healthAt(clock.now()))?.kind).not.toBe('RoundOverdue');
});

it('says of a moment in which no round had ended for a while what `get` said then, and since when', async () => {
  const { app, clock } = await served();
  const goOn = demo.holdRounds();
  await demo.advance(10_000);
  const thenMs = clock.now();
  const { body: shown } = await get(app, POLICY);
  await demo.advance(10_000);
  goOn();
  await demo.advance(5_000);
  const { body } = await get(app, `${POLICY}/past?at=${thenMs}`);
  const { object, notes } = body as PastPolicy;
  expect(readyIn(object)).toEqual(readyIn(shown as PastPolicy['object']));
  expect(readyIn(object)?.slice(0, 2)).toEqual(['Unknown', 'RoundOverdue']);
  const said = /^no round ended between \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ and that time, (9|10) s later$/;
  expect(notes).toEqual([expect.stringMatching(said)]);
  const { body: all } = await get(app, `${API}/past?at=${thenMs}`);
  const { list, notes: alsoSaid } = all as { list: { items: PastPolicy['object'][] }; notes: string[] };
  expect(list.items.map(readyIn)).toEqual([readyIn(object)]);
  expect(alsoSaid).toEqual(notes);
  const { body: well } = await get(app, `${API}/past?at=${clock.now()}`);
  expect(well).toMatchObject({ notes: [] });
});

it('says of rounds that come slowly what `get` said then: that they come', async () => {
  const { app, clock } = await served();
  let goOn = demo.holdRounds();
  for (let i = 0; i < 3; i++) {
    await demo.advance(4_000);
    goOn();
    goOn = demo.holdRounds();
  }
  await demo.advance(3_700);
  const thenMs = clock.now();
  const { body: shown } = await get(app, POLICY);
  await demo.advance(100);
  goOn();
  await demo.advance(5_000);
  const { object, notes } = (await get(app, `${POLICY}/past?at=${thenMs}`)).body as PastPolicy;
  expect(readyIn(object)).toEqual(readyIn(shown as PastPolicy['object']));
  expect([readyIn(object)?.[1], notes]).toEqual(['AllTrue', []]);
});

interface PastPolicy {
  readonly object: { readonly status: { readonly conditions: readonly Condition[] } };
  readonly notes: readonly string[];
}

function readyIn({ status }: PastPolicy['object']): readonly string[] | undefined {
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  return ready && [ready.status, ready.reason, ready.message];
}

it('says that nothing is recorded of a time before the first round, and of another policy', async () => {
  const { app, clock } = await served();
  const nothing = { pools: [], notes: [] };
  expect((await get(app, `/ui/past?at=${T0 - 60_000}&of=default/queue-demo`)).body).toEqual({
    ...nothing,
    askedMs: T0 - 60_000,
  });
  expect((await get(app, `/ui/past?at=${clock.now()}&of=default/other`)).body).toMatchObject(nothing);
});

it.each([
  ['at=yesterday', 400, /at which time/],
  ['', 400, /at which time/],
])('refuses to look back with %j', async (query, status, message) => {
  const { app } = await served();
  const answer = await get(app, `/ui/past?${query}`);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ message: expect.stringMatching(message) });
});

it('says to the page that nothing is recorded here', async () => {
  const { app } = await served(false);
  expect(await get(app, '/ui/past?at=1&of=x')).toMatchObject({
    status: 404,
    body: { message: expect.stringMatching(/records nothing/) },
  });
});
