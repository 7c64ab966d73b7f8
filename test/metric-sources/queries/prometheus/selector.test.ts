import { describe, expect, it } from 'vitest';
import { onlySelectorIn } from '../../../../src/metric-sources/queries/prometheus/selector.ts';

describe('the one series of a query', () => {
  it.each([
    ['orders_ready', 'orders_ready'],
    ['sum(orders_ready)', 'orders_ready'],
    ['sum by (queue) (orders_ready{env="live"})', 'orders_ready{env="live"}'],
    ['max without(pod, node)(orders:ready{q=~"a|b{2}"}) * 2', 'orders:ready{q=~"a|b{2}"}'],
    ['sum({__name__="orders.ready"}) or vector(0)', '{__name__="orders.ready"}'],
    ['ceil(sum(orders_ready) / 1e3)', 'orders_ready'],
    ['orders_ready or orders_ready', 'orders_ready'],
    [`orders_ready{q='it"s [5m]'}`, `orders_ready{q='it"s [5m]'}`],
  ])('of %s is %s', (query, selector) => {
    expect(onlySelectorIn(query)).toBe(selector);
  });

  it.each([
    'sum(a) + sum(b)',
    'rate(orders_total[5m])',
    'orders_ready offset 5m',
    'orders_ready @ 1609746000',
    'vector(5)',
    '5',
    'orders_ready{a="1"} + orders_ready{a="2"}',
  ])('is none in %s', (query) => {
    expect(onlySelectorIn(query)).toBeUndefined();
  });
});
