// Interventions in a cluster, as two instances of the operator see them: the one that acts and the one that stands by.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubernetesSource } from '../../../src/policy-sources/kubernetes/index.ts';
import { type KubeServer, startKubeServer } from '../../support/kubernetes/kube-server.ts';
import { type KubeconfigFile, kubeconfigFor, sourceOf } from '../../support/kubernetes/source.ts';
import { until } from '../../support/until.ts';

const REF = { namespace: 'shops', name: 'shop-pause' };
const SPEC = { policyRef: { name: 'shop' }, type: 'Pause', for: '1h', requestedBy: 'alice' } as const;

let server: KubeServer;
let kubeconfig: KubeconfigFile;
const stop: AbortController[] = [];
const watching: Promise<void>[] = [];

beforeEach(async () => {
  server = await startKubeServer();
  kubeconfig = kubeconfigFor(server.url);
});
afterEach(async () => {
  for (const each of stop.splice(0)) each.abort();
  await Promise.all(watching.splice(0));
  kubeconfig.remove();
  await server.close();
});

function instance(acting: (pool: string | undefined) => boolean): KubernetesSource {
  const source = sourceOf(kubeconfig.path, { acting });
  const over = new AbortController();
  stop.push(over);
  watching.push(source.watch(() => undefined, over.signal));
  return source;
}

describe('interventions in a cluster', () => {
  it('are seen by both, whichever made them, and told by the one that acts', async () => {
    let holder = 'a';
    const a = instance(() => holder === 'a');
    const b = instance(() => holder === 'b');
    for (const each of [a, b]) await until('it to follow', () => each.interventions.reflector.synced);
    await b.interventions.put(REF, SPEC);
    expect(b.interventions.all()).toMatchObject([{ ...REF, spec: SPEC }]);
    await until('the other one to see it', () => a.interventions.all().length === 1);
    const [kept] = b.interventions.all();
    if (kept === undefined) throw new Error('it is gone');
    const status = { observedGeneration: kept.generation, conditions: [], since: '2026-01-01T00:00:00Z' };
    await expect(b.interventions.writeStatus(kept, status)).rejects.toThrow('another instance');
    holder = 'b';
    await b.interventions.writeStatus(kept, status);
    await until('the other one to see that', () => a.interventions.all()[0]?.status?.since !== undefined);
    await a.interventions.remove(kept);
    expect(a.interventions.all()).toEqual([]);
    await until('it to be gone for both', () => b.interventions.all().length === 0);
  });

  it('that are over are swept by the one that acts alone, and never one that has the name now', async () => {
    let holder = 'a';
    const a = instance(() => holder === 'a');
    const b = instance(() => holder === 'b');
    for (const each of [a, b]) await until('it to follow', () => each.interventions.reflector.synced);
    await b.interventions.put(REF, SPEC);
    await until('the other one to see it', () => a.interventions.all().length === 1);
    const [kept] = a.interventions.all();
    if (kept === undefined) throw new Error('it is gone');
    await expect(b.interventions.sweep(kept)).rejects.toThrow('another instance');
    // From now on the first one hears of nothing.
    server.faults.mute = true;
    holder = 'b';
    await b.interventions.sweep(kept);
    await b.interventions.put(REF, SPEC);
    const { uid } = b.interventions.all()[0] ?? {};
    holder = 'a';
    await a.interventions.sweep(kept);
    const path = '/apis/microscaling.io/v1alpha1/namespaces/shops/interventions/shop-pause';
    expect(await (await fetch(server.url + path)).json()).toMatchObject({ metadata: { uid } });
  });

  it('on a policy that is gone are told over once, and swept by an operator that has no pool of it', async () => {
    const [a, b] = [0, 1].map(() => instance((pool) => pool === undefined));
    if (a === undefined || b === undefined) throw new Error('there are two');
    for (const each of [a, b]) {
      await until(
        'the policies to be listed',
        async () => (await each.list(new AbortController().signal)).complete,
      );
      await until('it to follow', () => each.interventions.reflector.synced);
    }
    await a.interventions.put(REF, SPEC);
    const endedBy = async (source: KubernetesSource, ended: string): Promise<void> => {
      await until('it to be seen', () => source.interventions.all().length === 1);
      const [kept] = source.interventions.all();
      if (kept === undefined) throw new Error('it is gone');
      await source.interventions.writeStatus(kept, {
        observedGeneration: kept.generation,
        conditions: [],
        ended,
      });
    };
    await endedBy(a, '2026-01-01T00:00:00Z');
    await until('the other one to see it over', () => b.interventions.all()[0]?.status?.ended !== undefined);
    await endedBy(b, '2026-01-01T00:00:09Z');
    const [kept] = b.interventions.all();
    if (kept === undefined) throw new Error('it is gone');
    expect(kept.status?.ended).toBe('2026-01-01T00:00:00Z');
    await b.interventions.sweep(kept);
    await until('it to be gone for both', () => a.interventions.all().length === 0);
  });

  it('made while a list is under way are there all the same', async () => {
    const source = instance(() => true);
    await until('it to follow', () => source.interventions.reflector.synced);
    await source.interventions.put(REF, SPEC);
    source.interventions.reflector.cache.replace([]);
    expect(source.interventions.all()).toMatchObject([REF]);
  });

  it('are not kept where the cluster does not know them, and its policies go on', async () => {
    server.faults.intercept = ({ resource }) =>
      resource.startsWith('interventions') ? new Response('404 page not found', { status: 404 }) : undefined;
    const source = instance(() => true);
    await until(
      'the policies to be listed',
      async () => (await source.list(new AbortController().signal)).complete,
    );
    const { problems } = await source.list(new AbortController().signal);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^interventions cannot be followed: .* install the CRDs with kubectl apply -f crds\//,
      ),
    ]);
    await expect(source.interventions.put(REF, SPEC)).rejects.toThrow('install the CRDs');
  });
});
