import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { MarathonClient } from '../../../src/schedulers/marathon/http/client.ts';
import { commonFolder } from '../../../src/schedulers/marathon/http/common-folder.ts';
import { ClusterView } from '../../../src/schedulers/marathon/view.ts';
import { FakeMarathon } from '../../support/marathon/fake-marathon.ts';
import { until } from '../../support/until.ts';
import { never } from './setup.ts';

const RESYNC_MS = 30_000;
const IDS = ['/shop/a', '/shop/b'];

let marathon: FakeMarathon;
let client: MarathonClient;
let clock: VirtualClock;
let view: ClusterView;

beforeEach(async () => {
  marathon = new FakeMarathon();
  await marathon.start();
  for (const id of IDS) marathon.addApp(id, 1);
  client = new MarathonClient({
    baseUrls: [marathon.url],
    authorization: { header: async () => undefined, refused: () => false },
    deadlineMs: 5_000,
  });
  clock = new VirtualClock(1_000_000);
  view = new ClusterView({ client, clock, resyncMs: RESYNC_MS }, never);
});
afterEach(async () => {
  client.close();
  await marathon.stop();
});

const observe = (ids: readonly string[] = IDS) => view.observe(ids, never);
const reads = () => marathon.requests.map((r) => r.path);
/** Looks every half second, like the controller. */
async function lookFor(seconds: number): Promise<string[]> {
  marathon.requests.length = 0;
  for (let i = 0; i < seconds * 2; i++) {
    await observe();
    await clock.advance(500);
  }
  return reads();
}

/** What there is once a list is over that nobody waits for. */
async function renewed(): ReturnType<typeof observe> {
  const { atMs } = await observe();
  return await until('a newer list', async () => {
    const view = await observe();
    return view.atMs > atMs ? view : undefined;
  });
}

describe('the cost of a reading', () => {
  it('is two GETs a minute while the stream is live and nothing moves', async () => {
    view.streamOpened();
    expect(await lookFor(60)).toEqual(['/v2/apps', '/v2/apps']);
  });

  it('is the same for a thousand apps', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => `/shop/many/app-${i}`);
    for (const id of many) marathon.addApp(id, 1);
    view.streamOpened();
    marathon.requests.length = 0;
    expect((await observe(many)).apps.size).toBe(1000);
    await clock.advance(RESYNC_MS - 1);
    await observe(many);
    expect(reads()).toEqual(['/v2/apps']);
  });

  it('gives the same observation of an app that is as it was', async () => {
    view.streamOpened();
    const before = await observe();
    await clock.advance(RESYNC_MS);
    marathon.setInstances('/shop/b', 3);
    const after = await renewed();
    expect(reads()).toEqual(['/v2/apps', '/v2/apps']);
    expect(after.apps.get('/shop/a')).toBe(before.apps.get('/shop/a'));
    expect(after.apps.get('/shop/b')).toMatchObject({ requested: 3 });
  });

  it('is for the one app that moved among many, whoever else looks', async () => {
    const many = Array.from({ length: 100 }, (_, i) => `/shop/many/app-${i}`);
    for (const id of many) marathon.addApp(id, 1);
    view.streamOpened();
    await observe(many);
    marathon.requests.length = 0;
    marathon.setInstances('/shop/many/app-7', 3);
    view.changed(['/shop/many/app-7']);
    for (const id of many) await observe([id]);
    expect(reads().filter((path) => path !== '/v2/queue')).toEqual(['/v2/apps/shop/many/app-7']);
    expect((await observe(['/shop/many/app-7'])).apps.get('/shop/many/app-7')?.requested).toBe(3);
  });

  it('is for the one app that is new among many', async () => {
    const many = Array.from({ length: 100 }, (_, i) => `/shop/many/app-${i}`);
    for (const id of many) marathon.addApp(id, 1);
    view.streamOpened();
    await observe(many);
    marathon.requests.length = 0;
    expect((await observe(['/shop/many/not-made-yet'])).apps.size).toBe(0);
    expect(reads()).toEqual(['/v2/apps/shop/many/not-made-yet']);
  });

  it('is one list when many of many moved', async () => {
    const many = Array.from({ length: 100 }, (_, i) => `/shop/many/app-${i}`);
    for (const id of many) marathon.addApp(id, 1);
    view.streamOpened();
    await observe(many);
    marathon.requests.length = 0;
    view.changed(many.slice(0, 10));
    await Promise.all(many.map((id) => observe([id])));
    expect(reads()).toEqual(['/v2/apps']);
  });

  it('is one list for many pools that look for the first time, one after the other', async () => {
    const many = Array.from({ length: 100 }, (_, i) => `/shop/many/app-${i}`);
    for (const id of many) marathon.addApp(id, 1);
    view.streamOpened();
    await observe();
    for (const id of many) expect((await observe([id])).apps.get(id)).toMatchObject({ requested: 1 });
    expect(reads()).toEqual(['/v2/apps']);
  });

  it('is one list for those who look for the first time while it is under way', async () => {
    view.streamOpened();
    const [a, b] = await Promise.all(IDS.map((id) => observe([id])));
    expect([a?.apps.has('/shop/a'), b?.apps.has('/shop/b')]).toEqual([true, true]);
    expect(reads()).toEqual(['/v2/apps']);
  });

  it('is at most three lists for many pools that look for the first time at once, before the stream is open', async () => {
    const many = Array.from({ length: 100 }, (_, i) => `/shop/many/app-${i}`);
    for (const id of many) marathon.addApp(id, 1);
    const views = await Promise.all(many.map((id) => observe([id])));
    expect(views.map(({ apps }, i) => apps.get(many[i] ?? '')?.requested)).toEqual(many.map(() => 1));
    expect(reads().length).toBeLessThanOrEqual(3);
  });

  it.each([
    ['something happened to it', (id: string) => view.changed([id])],
    ['the stream broke and is back', () => view.streamOpened()],
    ['the list is old', () => clock.advance(10_000)],
  ])('is another one for an app that was in the list when %s', async (_, happens) => {
    marathon.addApp('/shop/c', 1);
    view.streamOpened();
    await observe();
    marathon.setInstances('/shop/c', 3);
    expect(view.isAbout('/shop/c')).toBe(true);
    await happens('/shop/c');
    expect((await observe(['/shop/c'])).apps.get('/shop/c')).toMatchObject({ requested: 3 });
  });

  it('is another one for an app that was not in the list', async () => {
    view.streamOpened();
    await observe();
    marathon.addApp('/shop/c', 2);
    expect((await observe(['/shop/c'])).apps.get('/shop/c')).toMatchObject({ requested: 2 });
  });

  it('is one a second without the stream', async () => {
    expect(await lookFor(10)).toHaveLength(10);
  });

  it('is one list and the queue every two seconds while instances wait', async () => {
    view.streamOpened();
    marathon.launching = false;
    marathon.setInstances('/shop/a', 2);
    expect((await lookFor(8)).toSorted()).toEqual([
      ...Array.from({ length: 4 }, () => '/v2/apps'),
      ...Array.from({ length: 4 }, () => '/v2/queue'),
    ]);
  });

  it('asks for deployments only when an app names one', async () => {
    marathon.deploy('RestartApplication', '/shop/a');
    const { apps } = await observe();
    expect(reads().toSorted()).toEqual(['/v2/apps', '/v2/deployments', '/v2/queue']);
    expect(apps.get('/shop/a')?.operations).toMatchObject([{ kinds: ['Restart'] }]);
    expect(apps.get('/shop/b')?.operations).toEqual([]);
  });

  it('does not care about what other apps of the cluster do', async () => {
    marathon.addApp('/shop/other', 1);
    marathon.deploy('RestartApplication', '/shop/other');
    await observe();
    expect(reads()).toEqual(['/v2/apps']);
  });

  it('lists only the folder that the apps share', async () => {
    await observe();
    expect(marathon.requests[0]?.query.get('id')).toBe('/shop/');
    await observe(['/elsewhere/c']);
    expect(marathon.requests[1]?.query.has('id')).toBe(false);
  });
});

describe('the view', () => {
  beforeEach(async () => {
    view.streamOpened();
    await observe();
    marathon.requests.length = 0;
  });

  it('once after something has happened', async () => {
    view.changed(['/shop/a']);
    view.changed(['/shop/b']);
    await observe();
    await observe();
    expect(reads()).toEqual(['/v2/apps']);
  });

  it('is read again for an id that was not asked for before', async () => {
    marathon.addApp('/shop/c', 4);
    expect((await observe(['/shop/c'])).apps.get('/shop/c')).toMatchObject({ requested: 4 });
  });

  it('is not read again for an app that does not exist', async () => {
    await observe(['/shop/nobody']);
    await observe(['/shop/nobody']);
    expect(reads()).toEqual(['/v2/apps']);
  });

  it('is read again when the stream breaks and when it is back', async () => {
    const ended = view.streamOpened();
    await observe();
    ended();
    await observe();
    expect(reads()).toHaveLength(2);
  });

  it('once for all who ask at the same time', async () => {
    view.changed(IDS);
    const views = await Promise.all([observe(), observe(['/shop/a']), observe(['/shop/b'])]);
    expect(reads()).toEqual(['/v2/apps']);
    expect(views.map((v) => [...v.apps.keys()])).toEqual([IDS, ['/shop/a'], ['/shop/b']]);
  });

  it('anew for who asks after a write, even while an older reading is under way', async () => {
    view.changed(IDS);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = client.apps.bind(client);
    let first = true;
    client.apps = async (...args) => {
      const answer = await slow(...args);
      if (first) {
        first = false;
        await held;
      }
      return answer;
    };
    const older = observe();
    await until('the older reading has its answer', () => !first);
    marathon.setInstances('/shop/a', 9);
    view.changed(['/shop/a']);
    expect((await observe()).apps.get('/shop/a')).toMatchObject({ requested: 9 });
    release();
    expect((await older).apps.get('/shop/a')).toMatchObject({ requested: 1 });
    // The older one must not have taken the newer one's place, nor made anybody read again.
    expect((await observe()).apps.get('/shop/a')).toMatchObject({ requested: 9 });
    expect(reads()).toHaveLength(2);
  });

  it('says when the reading began, not when it ended', async () => {
    const at = clock.now();
    await clock.advance(5_000);
    expect((await observe()).atMs).toBe(at);
  });

  it('is read again after a failure, which only those get who asked', async () => {
    view.changed(IDS);
    marathon.next(() => true, { status: 500, body: { message: 'oops' } });
    await expect(observe()).rejects.toThrow('oops');
    expect((await observe()).apps.size).toBe(2);
  });

  it('lets one caller go without stopping the reading for another', async () => {
    view.changed(IDS);
    const impatient = new AbortController();
    const both = [view.observe(IDS, impatient.signal), observe()];
    impatient.abort(new Error('enough'));
    const [gone, stayed] = await Promise.allSettled(both);
    expect(gone).toMatchObject({ status: 'rejected', reason: new Error('enough') });
    expect(stayed).toMatchObject({ status: 'fulfilled' });
  });
});

describe('a list that failed', () => {
  const lists = (): number => reads().filter((path) => path === '/v2/apps').length;

  beforeEach(async () => {
    marathon.scripts.push(() => ({ status: 500, body: { message: 'oops' } }));
    await expect(observe(['/shop/a'])).rejects.toThrow('oops');
    marathon.scripts = [];
    marathon.requests.length = 0;
  });

  it('is the answer for others that come within a quarter of a second', async () => {
    await clock.advance(249);
    await expect(observe(['/shop/b'])).rejects.toThrow('oops');
    expect(lists()).toBe(0);
  });

  it('is not for those who have heard of it', async () => {
    expect((await observe(['/shop/a'])).apps.size).toBe(1);
    expect(lists()).toBe(1);
    expect((await observe(['/shop/b'])).apps.size).toBe(1);
  });

  it('is heard once', async () => {
    await expect(observe(['/shop/b'])).rejects.toThrow('oops');
    expect((await observe(['/shop/b'])).apps.size).toBe(1);
  });

  it('is not for those who come later', async () => {
    await clock.advance(250);
    expect((await observe(['/shop/b'])).apps.size).toBe(1);
  });

  it('is not for apps of which something was heard since', async () => {
    view.changed(['/shop/b']);
    expect((await observe(['/shop/b'])).apps.size).toBe(1);
  });
});

describe('apps at rest that got old', () => {
  beforeEach(async () => {
    view.streamOpened();
    await observe();
    marathon.requests.length = 0;
    marathon.setInstances('/shop/a', 9);
  });
  const requested = async (): Promise<number | undefined> => (await observe()).apps.get('/shop/a')?.requested;

  it('serve on while they are listed anew, once for all who look', async () => {
    await clock.advance(RESYNC_MS);
    expect(await Promise.all([requested(), requested(), requested()])).toEqual([1, 1, 1]);
    expect((await renewed()).apps.get('/shop/a')).toMatchObject({ requested: 9 });
    expect(reads()).toEqual(['/v2/apps']);
  });

  it('serve for five seconds and no longer, however long the list takes', async () => {
    marathon.next(() => true, { status: 0, hang: true });
    await clock.advance(RESYNC_MS + 4_999);
    expect(await requested()).toBe(1);
    await clock.advance(1);
    const waiting = new AbortController();
    const look = view.observe(IDS, waiting.signal);
    const over = new Error('still waiting');
    setImmediate(() => waiting.abort(over));
    await expect(look).rejects.toBe(over);
  });

  it('do not serve once the list has failed, until there is one', async () => {
    marathon.scripts.push(() => ({ status: 500, body: { message: 'oops' } }));
    await clock.advance(RESYNC_MS);
    expect(await requested()).toBe(1);
    const told = await until('a failure that is told', () =>
      observe().then(
        () => false,
        (error: Error) => error.message,
      ),
    );
    expect(told).toContain('oops');
    marathon.scripts = [];
    expect(await requested()).toBe(9);
    await clock.advance(RESYNC_MS);
    marathon.setInstances('/shop/a', 5);
    expect(await requested()).toBe(9);
  });

  it('do not serve where something was heard of one of them', async () => {
    await clock.advance(RESYNC_MS);
    view.changed(['/shop/b']);
    expect(await requested()).toBe(9);
  });

  it('do not serve without the event stream', async () => {
    const end = view.streamOpened();
    await observe();
    marathon.setInstances('/shop/a', 4);
    end();
    expect(await requested()).toBe(4);
  });
});

describe('an app for a write', () => {
  beforeEach(async () => {
    await observe();
    marathon.requests.length = 0;
  });
  const recall = (id: string) => view.recall(id, never);

  it('is taken from the list', async () => {
    expect(await recall('/shop/a')).toMatchObject({ requested: 1 });
    expect(reads()).toEqual([]);
  });

  it('is read alone when it was written or heard of since, others are not', async () => {
    view.changed(['/shop/a']);
    await recall('/shop/a');
    await recall('/shop/b');
    expect(reads()).toEqual(['/v2/apps/shop/a']);
  });

  it('is read alone when the list is old or does not have it', async () => {
    await clock.advance(5_000);
    await recall('/shop/a');
    expect(await recall('/shop/nobody')).toBeUndefined();
    expect(reads()).toEqual(['/v2/apps/shop/a', '/v2/apps/shop/nobody']);
  });
});

describe('the folder that ids share', () => {
  it.each([
    [[], ''],
    [['/a'], ''],
    [['/a/b'], '/a/'],
    [['/a/b', '/a/c'], '/a/'],
    [['/a/b/c', '/a/b/d', '/a/c'], '/a/'],
    [['/a/bb/c', '/a/b/c'], '/a/'],
    [['/a/b', '/c/d'], ''],
    [['/a/b', '/c'], ''],
  ])('%j: %j', (ids, expected) => {
    expect(commonFolder(ids)).toBe(expected);
  });
});
