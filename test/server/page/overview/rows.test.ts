import { describe, expect, it } from 'vitest';
import { initialConditions } from '../../../../src/api/conditions.ts';
import { resourceKey } from '../../../../src/api/policy.ts';
import type { PoolView } from '../../../../src/controller/status/view.ts';
import { HealthTracker } from '../../../../src/server/page/health/tracker.ts';
import { countedOf, PAGE_ROWS, pageList } from '../../../../src/server/page/overview/rows.ts';
import { EVERYTHING, type Selection, selectionOf } from '../../../../src/server/page/overview/selection.ts';
import { pageView } from '../../../../src/server/page/view/page-view.ts';
import {
  aPolicyView,
  aPool,
  aViewOf,
  manyPolicies,
  withCondition,
  withQueue,
} from '../../../support/page/operator-views.ts';

const failing = withCondition(aPolicyView('mails'), 'Accepted', { status: 'False', reason: 'InvalidSpec' });
const AWAY = { scheduler: 'Marathon', urls: ['http://m'], url: 'http://m', message: 'no answer' };
const POOLS = [
  aPool([aPolicyView('calm')]),
  aPool([withQueue(aPolicyView('tardy'), 80)]),
  aPool([aPolicyView('night', { paused: { sinceMs: 1 } })]),
  aPool([failing]),
  aPool([aPolicyView('a'), withQueue(aPolicyView('b'), 60)], { name: 'default/shared' }),
];

function list(selection: Partial<Selection>, pools: readonly PoolView[] = POOLS) {
  const view = aViewOf(pools);
  return pageList(view, new HealthTracker().look(view), { ...EVERYTHING, ...selection });
}

const titles = (selection: Partial<Selection>): string =>
  list(selection)
    .rows.map(({ title }) => title)
    .join(' ');

describe('the list of policies', () => {
  it('has trouble first', () => {
    expect(titles({})).toBe('mails b tardy night a calm');
  });

  it('has what lasts longest before what began later', () => {
    const tracker = new HealthTracker();
    const [early, late] = [withQueue(aPolicyView('z-early'), 80), withQueue(aPolicyView('a-late'), 80)];
    tracker.look(aViewOf([aPool([early])], { atMs: 1 }));
    const view = aViewOf([aPool([late]), aPool([early])], { atMs: 2 });
    const { rows } = pageList(view, tracker.look(view), EVERYTHING);
    expect(rows.map(({ title }) => title)).toEqual(['z-early', 'a-late']);
  });

  it('has policies that never ran, with why, counts them, and says it nowhere else', () => {
    const message = 'spec.apps[0].instances: min 1 is greater than max 0';
    const conditions = initialConditions(0, 5_000).map((each) =>
      each.type === 'Accepted'
        ? ({ ...each, reason: 'InvalidSpec', message: `night.yaml:3: ${message}` } as const)
        : each,
    );
    const one = {
      kind: 'MicroscalingPolicy',
      source: 'files',
      place: 'night.yaml:3',
      generation: 0,
      conditions,
    } as const;
    const refused = [
      ['shop', 'night'],
      ['default', 'calm'],
    ].map(([namespace = '', name = '']) => ({ ...one, key: resourceKey({ namespace, name }) }));
    const problems = [{ source: 'night.yaml:3', message }];
    const view = { ...aViewOf(POOLS.slice(0, 1)), refused, problems };
    const healths = new HealthTracker().look(view);
    const page = (selection: Selection) =>
      pageView(view, {
        healths,
        selection,
        tiles: new Map(),
        sample: { atMs: 0, values: {}, wallAheadMs: 0 },
        ratePerS: () => undefined,
      });
    const { list, counted, troubles, pools } = page(EVERYTHING);
    expect(pools).toHaveLength(1);
    expect(list?.rows.map(({ title }) => title)).toEqual(['shop/night', 'calm']);
    expect(list?.rows[0]).not.toHaveProperty('held');
    expect(list?.rows[0]?.health).toEqual({
      ...{ level: 'failing', kind: 'InvalidSpec', what: 'Not valid, not running' },
      ...{ sinceMs: 5_000, why: `night.yaml:3: ${message}` },
    });
    expect(counted).toEqual({ policies: 2, failing: 1, limited: 0 });
    expect(troubles).toEqual([]);
    expect(page({ ...EVERYTHING, policy: 'default/calm' }).troubles).toEqual(problems);
    expect(page({ ...EVERYTHING, search: 'greater than max' }).list?.matching).toBe(1);
  });

  it('says why, but of a cluster that does not answer, which is said once for all', () => {
    const message = 'search gets 9 of the 10 it wants';
    const full = withCondition(withQueue(aPolicyView('search'), 80), 'ScalingLimited', {
      ...{ status: 'True', reason: 'AtCapacity' },
      message,
    });
    expect(list({}, [aPool([full])]).rows[0]?.health).toMatchObject({ limit: 'at capacity', why: message });
    expect(list({ search: 'of the 10' }, [aPool([full]), ...POOLS]).rows).toHaveLength(1);
    const cluster = { ...AWAY, reachable: false };
    expect(list({}, [aPool([full], { cluster })]).rows[0]?.health).not.toHaveProperty('why');
    const long = withCondition(full, 'ScalingLimited', { message: 'x'.repeat(5_000) });
    expect(list({}, [aPool([long])]).rows[0]?.health.why).toHaveLength(300);
  });

  it('has the names of apps for their ids, and no part of an id', () => {
    const search = aPolicyView('search');
    const [first, second, ...rest] = search.apps;
    if (first === undefined || second === undefined) throw new Error('no apps');
    const apps = [
      { ...first, id: '/web', name: 'web' },
      { ...second, id: '/shop/web', name: 'shop' },
      ...rest,
    ];
    const full = withCondition(withQueue({ ...search, apps }, 80), 'ScalingLimited', {
      ...{ status: 'True', reason: 'AtCapacity' },
      message: '/shop/web: gets 9; /web: gets 1',
    });
    expect(list({}, [aPool([full])]).rows[0]?.health.why).toBe('shop: gets 9; web: gets 1');
  });

  it.each([
    ['a name', { search: 'tard' }, 'tardy'],
    ['an app, as people write it', { search: 'mails/consumer' }, 'mails'],
    ['a pool', { search: 'shared' }, 'b a'],
    ['a cause', { search: 'over target' }, 'b tardy'],
    ['two words, both of them', { search: 'shared over' }, 'b'],
    ['what nobody has', { search: 'xyz' }, ''],
    ['a level', { show: 'failing' }, 'mails'],
    ['a condition', { show: 'OverTarget' }, 'b tardy'],
    ['both', { show: 'limited', search: 'tardy' }, 'tardy'],
    ['a pool as address', { pool: 'default/shared' }, 'b a'],
  ])('is filtered by %s', (_name, selection, want) => {
    expect(titles(selection)).toBe(want);
  });

  it('counts each cause, whatever is shown', () => {
    expect(list({ show: 'failing' }).causes).toEqual([
      { level: 'failing', kind: 'InvalidSpec', count: 1 },
      { level: 'limited', kind: 'OverTarget', count: 2 },
      { level: 'paused', kind: 'Paused', count: 1 },
      { level: 'ok', kind: 'Ready', count: 2 },
    ]);
  });

  it('names the pools that several policies share', () => {
    expect(list({}).pools).toMatchObject([{ name: 'default/shared', policies: 2, failing: 0 }]);
  });

  it('goes page by page, and shows the last one for a page that is not there', () => {
    const many = manyPolicies(PAGE_ROWS * 2 + 10);
    const seen = [1, 2, 3].flatMap((page) => list({ page }, many).rows);
    expect(new Set(seen.map(({ key }) => key)).size).toBe(PAGE_ROWS * 2 + 10);
    expect(list({ page: 99 }, many)).toMatchObject({ page: 3, pages: 3, matching: PAGE_ROWS * 2 + 10 });
  });

  it('counts for the tab', () => {
    expect(countedOf(new HealthTracker().look(aViewOf(POOLS)))).toEqual({
      policies: 6,
      failing: 1,
      limited: 2,
    });
  });
});

describe('selectionOf', () => {
  it.each([
    [{}, EVERYTHING],
    [{ policy: 'orders' }, { ...EVERYTHING, policy: 'default/orders' }],
    [
      { policy: 'shop/orders', page: '3' },
      { ...EVERYTHING, policy: 'shop/orders', page: 3 },
    ],
    [
      { pool: 'shared', q: ' Tardy ', show: 'failing' },
      { ...EVERYTHING, pool: 'default/shared', search: 'tardy', show: 'failing' },
    ],
    [{ page: '-1', policy: '' }, EVERYTHING],
    [{ page: '1e99' }, EVERYTHING],
  ])('reads %j', (query, want) => {
    expect(selectionOf(query)).toEqual(want);
  });

  it('bounds what it takes', () => {
    expect(selectionOf({ q: 'x'.repeat(10_000) }).search.length).toBeLessThanOrEqual(300);
  });
});
