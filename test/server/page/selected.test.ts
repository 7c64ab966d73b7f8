// What the page asks for with the same query as its own address.

import { describe, expect, it } from 'vitest';
import type { OperatorView } from '../../../src/controller/status/view.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import type { HttpBindings } from '../../../src/runtime/network/http.ts';
import { createServerApp } from '../../../src/server/app.ts';
import { LiveView } from '../../../src/server/page/live-view.ts';
import { EVERYTHING } from '../../../src/server/page/overview/selection.ts';
import { aPolicyView, aPool, aViewOf } from '../../support/page/operator-views.ts';
import { ShownState } from '../../support/shown-state.ts';

const member = (name: string) => aPolicyView(name, { pool: 'default/shared' });
const VIEW = aViewOf([
  aPool([aPolicyView('orders')]),
  aPool([member('mails'), member('images')], { name: 'default/shared' }),
]);

function ask(path: string, view: OperatorView = VIEW, boundTo = '127.0.0.1'): Promise<Response> {
  const app = createServerApp({
    state: new ShownState(view),
    clock: new VirtualClock(1_000_000),
    log: silentLogger,
    boundTo,
    token: 'page-token',
    version: '1.2.3',
  });
  const request = new Request(`http://${boundTo}${path}`, { headers: { host: boundTo } });
  return Promise.resolve(app(request, {} as HttpBindings));
}

function live(): LiveView {
  const deps = { state: new ShownState(VIEW), clock: new VirtualClock(1_000_000), log: silentLogger };
  return new LiveView(deps, new AbortController().signal);
}

const namesIn = (series: Readonly<Record<string, unknown>>): readonly string[] =>
  [...new Set(Object.keys(series).map((key) => key.split(' ')[1] ?? ''))].sort();

describe('what somebody looks at', () => {
  it('is the list where there are several pools, without any series', () => {
    const page = live().page();
    expect([page.pools.length, page.list?.rows.length]).toEqual([0, 3]);
    expect([page.sample.values, live().history().series]).toEqual([{}, {}]);
  });

  it('is one policy, with its own apps and series, and the other members of its pool by name', () => {
    const selection = { ...EVERYTHING, policy: 'default/mails' };
    const page = live().page(selection);
    const [pool] = page.pools;
    expect(page.list).toBeUndefined();
    expect(pool?.apps.map(({ title }) => title)).toEqual([
      'mails/consumer',
      'mails/remainder',
      'mails/producer',
    ]);
    expect(pool?.others.map(({ key }) => key)).toEqual(['default/images']);
    const own = ['/mails/consumer', '/mails/producer', '/mails/remainder', 'default/shared'];
    expect(namesIn(page.sample.values)).toEqual(own);
    expect(namesIn(live().history(selection).series)).toEqual(own);
  });

  it('is a pool with all of its members', () => {
    const page = live().page({ ...EVERYTHING, pool: 'default/shared' });
    expect(page.pools[0]?.policies.map(({ key }) => key)).toEqual(['default/mails', 'default/images']);
  });

  it('is said to be missing where it is not there', () => {
    expect(live().page({ ...EVERYTHING, policy: 'default/gone' })).toMatchObject({
      missing: 'default/gone',
      pools: [],
    });
  });

  it('is drawn once for all who look at the same, and anew for another selection', () => {
    const view = live();
    const orders = { ...EVERYTHING, policy: 'default/orders' };
    expect(view.page(orders)).toBe(view.page({ ...orders }));
    expect(view.page(orders)).not.toBe(view.page(EVERYTHING));
  });

  it('has the history of what stands in the query', async () => {
    const history = (await (await ask('/ui/history?policy=orders')).json()) as {
      readonly series: Record<string, unknown>;
    };
    expect(namesIn(history.series)).toContain('/orders/consumer');
    expect(namesIn(history.series)).not.toContain('/mails/consumer');
  });

  it('survives logging in', async () => {
    const response = await ask('/?policy=orders&from=1&to=2', VIEW, '10.0.0.5');
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/login?policy=orders&from=1&to=2',
    ]);
  });
});

describe('GET /ui/decision', () => {
  const steps = [{ rule: 'law', before: 1, after: 3, reason: '80 waiting' }];
  const decision = {
    atMs: 5,
    pool: 'default/orders',
    app: '/orders/consumer',
    from: 1,
    to: 3,
    wanted: 3,
    granted: 3,
    summary: 'wanted 3',
    steps,
  };
  const view = { ...VIEW, decisions: [decision] };

  it('has the steps that made it, which the stream leaves out', async () => {
    const response = await ask('/ui/decision?app=/orders/consumer&at=5', view);
    expect(await response.json()).toEqual({ steps });
    const page = new LiveView(
      { state: new ShownState(view), clock: new VirtualClock(1_000_000), log: silentLogger },
      new AbortController().signal,
    ).page();
    expect(page.decisions).toMatchObject([{ app: '/orders/consumer', title: 'orders/consumer' }]);
    expect(page.decisions[0]).not.toHaveProperty('steps');
  });

  it.each(['app=/orders/consumer&at=6', 'app=/other&at=5', ''])('says that %j is not kept', async (query) => {
    const response = await ask(`/ui/decision?${query}`, view);
    expect([response.status, ((await response.json()) as { message: string }).message]).toEqual([
      404,
      expect.stringContaining('kept'),
    ]);
  });
});

describe('GET /ui/icon', () => {
  it('is an SVG with the number, and nothing for other names', async () => {
    const icon = await ask('/ui/icon/3.svg');
    expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    expect(await icon.text()).toContain('>3</text>');
    expect((await ask('/ui/icon/x.svg')).status).toBe(404);
  });
});
