import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { KubeFailure } from '../../../../src/runtime/kubernetes/failure.ts';
import { Kinds } from '../../../../src/schedulers/kubernetes/follow/kinds.ts';

const never = new AbortController().signal;
const BASKET = { group: 'shop.test', kind: 'Basket' };

function world() {
  const clock = new VirtualClock();
  /** Versions that serve the kind, the preferred one first. */
  let versions: readonly string[] = [];
  let asked = 0;
  const api = {
    discover: async (_: string, version: string | undefined): Promise<unknown> => {
      asked++;
      const [preferred] = versions;
      if (preferred === undefined) throw new KubeFailure('not found', 404);
      if (version === undefined) return { preferredVersion: { version: preferred } };
      const basket = { name: 'baskets', kind: 'Basket', namespaced: true };
      return { resources: [basket, { name: 'baskets/scale', kind: 'Scale' }] };
    },
  };
  return {
    clock,
    kinds: new Kinds(api, clock),
    install: (...each: readonly string[]) => {
      versions = each;
    },
    asked: () => asked,
  };
}

describe('a kind that a cluster does not know', () => {
  it('is certainly not there once it was not there twice', async () => {
    const { clock, kinds, asked } = world();
    const first = await kinds.of(BASKET, never);
    expect(first).toMatchObject({ state: 'missing', isCertain: false });
    expect(first).toMatchObject({
      reason: expect.stringContaining('does not know the kind Basket.shop.test'),
    });
    await clock.advance(2_999);
    expect(kinds.known(BASKET)).toBe(first);
    await clock.advance(1);
    expect(kinds.known(BASKET)).toBeUndefined();
    expect(await kinds.of(BASKET, never)).toMatchObject({ state: 'missing', isCertain: true });
    await clock.advance(9_999);
    expect(await kinds.of(BASKET, never)).toMatchObject({ isCertain: true });
    expect(asked()).toBe(2);
  });

  it('is found ten seconds after it was installed', async () => {
    const { clock, kinds, install } = world();
    await kinds.of(BASKET, never);
    await clock.advance(3_000);
    await kinds.of(BASKET, never);
    install('v1');
    await clock.advance(10_000);
    expect(await kinds.of(BASKET, never)).toEqual({ state: 'known', version: 'v1', resource: 'baskets' });
  });

  it('is asked for again when its objects cannot be had, at most once in ten seconds', async () => {
    const { clock, kinds, install, asked } = world();
    install('v1');
    await kinds.of(BASKET, never);
    await clock.advance(9_999);
    kinds.doubt(BASKET);
    expect(kinds.known(BASKET)).toMatchObject({ version: 'v1' });
    await clock.advance(1);
    install('v2', 'v1');
    kinds.doubt(BASKET);
    expect(kinds.known(BASKET)).toBeUndefined();
    expect(await kinds.of(BASKET, never)).toMatchObject({ state: 'known', version: 'v2' });
    expect(asked()).toBe(4);
  });

  it('is never a kind of Kubernetes itself', async () => {
    const { clock, kinds, asked } = world();
    const deployment = { group: 'apps', kind: 'Deployment' };
    await clock.advance(60_000);
    kinds.doubt(deployment);
    expect(await kinds.of(deployment, never)).toMatchObject({ state: 'known', resource: 'deployments' });
    expect(asked()).toBe(0);
  });
});
