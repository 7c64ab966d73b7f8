// What a Kubernetes source does with its cluster, whichever API server it is: run against the operator's own engine and,
// where there is one, a real kube-apiserver.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Condition } from '../../src/api/conditions.ts';
import type { PolicyStatus } from '../../src/api/status.ts';
import type { KubernetesSource } from '../../src/policy-sources/kubernetes/index.ts';
import type { ObjectRef } from '../../src/policy-sources/source.ts';
import { TerminalError, WaitError } from '../../src/runtime/errors.ts';
import { type Person, type SourceOptions, sourceOf } from '../support/kubernetes/source.ts';
import { until } from '../support/until.ts';

export interface ClusterWorld {
  /** Of the source. */
  readonly kubeconfig: string;
  /** Of this world alone. */
  readonly namespace: string;
  readonly person: Person;
  hide(): Promise<void>;
  reveal(): Promise<void>;
  close(): Promise<void>;
}

const never = new AbortController().signal;

const POLICY = {
  capacity: { slots: 3 },
  apps: [
    {
      name: 'rest',
      priority: 1,
      instances: { min: 1 },
      remainder: {},
      app: { cmd: 'sleep 1', user: 'nobody' },
    },
  ],
};

const condition = (over: Partial<Condition> = {}): Condition => ({
  type: 'Ready',
  status: 'True',
  reason: 'AllTrue',
  message: 'fine',
  lastTransitionTime: '2026-01-01T00:00:00.000Z',
  observedGeneration: 1,
  ...over,
});

const aStatus = (over: Partial<PolicyStatus> = {}): PolicyStatus => ({
  observedGeneration: 1,
  conditions: [condition()],
  appCount: 1,
  apps: [{ name: 'rest', id: '/shop/rest', granted: 2 }],
  capacity: { total: 3, used: 2 },
  paused: { since: '2026-01-01T00:00:00.000Z', reason: 'lunch' },
  ...over,
});

export function describeKubernetesSource(name: string, createWorld: () => Promise<ClusterWorld>): void {
  describe(`kubernetes source: ${name}`, () => {
    let world: ClusterWorld;
    let person: Person;
    let shop: ObjectRef;
    const running: { readonly stop: AbortController; readonly ended: Promise<void> }[] = [];
    const make = (options: SourceOptions = {}): KubernetesSource =>
      sourceOf(world.kubeconfig, { namespace: world.namespace, ...options });
    const watch = (source: KubernetesSource): { readonly wakes: () => number } => {
      let wakes = 0;
      const stop = new AbortController();
      running.push({ stop, ended: source.watch(() => (wakes += 1), stop.signal) });
      return { wakes: () => wakes };
    };
    beforeEach(async () => {
      world = await createWorld();
      person = world.person;
      shop = { kind: 'MicroscalingPolicy', key: `${world.namespace}/shop` as ObjectRef['key'] };
    });
    afterEach(async () => {
      for (const { stop } of running) stop.abort();
      await Promise.all(running.splice(0).map(({ ended }) => ended));
      await world.close();
    });

    it('holds an object by its finalizer before it tells of it', async () => {
      await person.put('MicroscalingPolicy', 'shop', POLICY);
      const source = make();
      const { resources, complete } = await source.list(never);
      const held = await person.get('MicroscalingPolicy', 'shop');
      expect(held?.metadata.finalizers).toEqual(['microscaling.io/release']);
      expect(complete).toBe(true);
      expect(resources).toMatchObject([
        {
          resource: { metadata: { name: 'shop', namespace: world.namespace, generation: 1 } },
          place: expect.stringMatching(/^kubernetes \S+\/shop \(\w+\)$/),
          uid: held?.metadata.uid,
          revision: 'generation:1',
        },
      ]);
    });

    it('keeps a deleted object until it is released, and leaves finalizers of others alone', async () => {
      await person.put('MicroscalingPolicy', 'shop', POLICY);
      await person.annotate('MicroscalingPolicy', 'shop', { finalizers: ['example.com/other'] });
      const source = make();
      watch(source);
      await source.list(never);
      await person.remove('MicroscalingPolicy', 'shop');
      const [leaving] = await until('the deletion to be seen', async () => {
        const { resources } = await source.list(never);
        return resources[0]?.deleting === true && resources;
      });
      expect(leaving?.resource.metadata.name).toBe('shop');
      await source.removeFinalizer?.(shop, never);
      const left = await person.get('MicroscalingPolicy', 'shop');
      expect(left?.metadata.finalizers).toEqual(['example.com/other']);
      await source.removeFinalizer?.(shop, never);
      await person.annotate('MicroscalingPolicy', 'shop', { finalizers: null });
      await until('it to be gone', async () => (await source.list(never)).resources.length === 0);
      await source.removeFinalizer?.(shop, never);
    });

    it('releases nothing that is not deleted', async () => {
      await person.put('MicroscalingPolicy', 'shop', POLICY);
      const source = make();
      await source.list(never);
      await source.removeFinalizer?.(shop, never);
      const object = await person.get('MicroscalingPolicy', 'shop');
      expect(object?.metadata.finalizers).toEqual(['microscaling.io/release']);
    });

    it('writes a status once, and again only when it says something else', async () => {
      await person.put('MicroscalingPolicy', 'shop', POLICY);
      const source = make();
      watch(source);
      await source.list(never);
      await source.writeStatus?.(shop, aStatus(), never);
      const first = await person.get('MicroscalingPolicy', 'shop');
      expect(first?.status).toEqual(aStatus());
      expect(first?.metadata.generation).toBe(1);
      const later = condition({ lastTransitionTime: '2026-02-02T00:00:00.000Z' });
      await source.writeStatus?.(shop, aStatus({ conditions: [later] }), never);
      const again = await person.get('MicroscalingPolicy', 'shop');
      expect(again?.metadata.resourceVersion).toBe(first?.metadata.resourceVersion);
      const { paused: _, capacity: __, ...less } = aStatus();
      await source.writeStatus?.(shop, less, never);
      expect((await person.get('MicroscalingPolicy', 'shop'))?.status).toEqual(less);
    });

    it('does not take its own status for news', async () => {
      await person.put('MicroscalingPolicy', 'shop', POLICY);
      const source = make();
      const { wakes } = watch(source);
      const before = (await source.list(never)).resources;
      await source.writeStatus?.(shop, aStatus(), never);
      await person.put('MicroscalingPolicy', 'other', POLICY);
      await until('the other to be seen', async () => (await source.list(never)).resources.length === 2);
      const seen = wakes();
      await source.writeStatus?.(shop, aStatus({ appCount: 2 }), never);
      expect((await source.list(never)).resources.filter(({ place }) => place.includes('/shop '))).toEqual(
        before,
      );
      expect(wakes()).toBe(seen);
    });

    it('has the last word about a status, against whoever writes over it', async () => {
      await person.put('MicroscalingPolicy', 'shop', POLICY);
      const source = make();
      watch(source);
      await source.list(never);
      await source.writeStatus?.(shop, aStatus(), never);
      await person.putStatus('MicroscalingPolicy', 'shop', { appCount: 7 });
      await until('our status to be back', async () => {
        const object = await person.get('MicroscalingPolicy', 'shop');
        return object?.status?.['appCount'] === 1;
      });
    });

    it('writes the status of an object that somebody changes at the same time', async () => {
      await person.put('MicroscalingPolicy', 'shop', POLICY);
      const source = make();
      // Nobody watches: what the source knows is old at once.
      await source.list(never);
      await person.put('MicroscalingPolicy', 'shop', { ...POLICY, mode: 'Observe' });
      await source.writeStatus?.(shop, aStatus(), never);
      const object = await person.get('MicroscalingPolicy', 'shop');
      expect(object).toMatchObject({ spec: { mode: 'Observe' }, status: { appCount: 1 } });
    });

    it('has nothing to write about an object that is gone, or is another one now', async () => {
      await person.put('MicroscalingPolicy', 'shop', POLICY);
      const source = make();
      await source.list(never);
      await person.annotate('MicroscalingPolicy', 'shop', { finalizers: null });
      await person.remove('MicroscalingPolicy', 'shop');
      await source.writeStatus?.(shop, aStatus(), never);
      await person.put('MicroscalingPolicy', 'shop', POLICY);
      await source.writeStatus?.(shop, aStatus(), never);
      expect((await person.get('MicroscalingPolicy', 'shop'))?.status).toBeUndefined();
    });

    it('tells events, and counts those that happen again', async () => {
      await person.put('MicroscalingPolicy', 'shop', POLICY);
      const source = make();
      await source.list(never);
      const event = {
        atMs: 1_790_000_000_000,
        type: 'Warning',
        reason: 'NotLaunching',
        message: 'it waits',
      } as const;
      await source.eventWriter?.(shop)?.(event, never);
      await source.eventWriter?.(shop)?.({ ...event, atMs: event.atMs + 60_000 }, never);
      await source.eventWriter?.(shop)?.({ ...event, reason: 'Created', type: 'Normal' }, never);
      const told = (await person.events()).map(({ reason, count, lastTimestamp, involvedObject }) => ({
        reason,
        count,
        lastTimestamp: lastTimestamp?.toISOString(),
        about: involvedObject.name,
      }));
      expect(told.sort((a, b) => ((a.reason ?? '') < (b.reason ?? '') ? -1 : 1))).toEqual([
        { reason: 'Created', count: 1, lastTimestamp: '2026-09-21T14:13:20.000Z', about: 'shop' },
        { reason: 'NotLaunching', count: 2, lastTimestamp: '2026-09-21T14:14:20.000Z', about: 'shop' },
      ]);
    });

    it('keeps what is not valid apart, with its place, its generation and its deletion', async () => {
      const apps = [
        { ...POLICY.apps[0], id: '/elsewhere/../rest/x' },
        { ...POLICY.apps[0], name: 'two', id: '/a/b' },
      ];
      const wrong = {
        ...POLICY,
        apps: [
          { ...apps[1], priority: 1 },
          { ...apps[1], name: 'three' },
        ],
      };
      await person.put('MicroscalingPolicy', 'shop', wrong);
      const source = make();
      watch(source);
      const { invalid, problems, resources } = await source.list(never);
      expect(resources).toEqual([]);
      expect(invalid).toMatchObject([{ key: shop.key, kind: 'MicroscalingPolicy', generation: 1 }]);
      expect(problems[0]?.source).toMatch(/^kubernetes \S+\/shop \(\w+\)$/);
      expect(problems[0]?.line).toBeUndefined();
      await person.remove('MicroscalingPolicy', 'shop');
      await until('the deletion to be seen', async () => {
        const [document] = (await source.list(never)).invalid;
        return document?.deleting === true;
      });
      await source.removeFinalizer?.(shop, never);
      await until('it to be gone', async () => (await source.list(never)).invalid.length === 0);
    });

    it('writes nothing while it stands by', async () => {
      await person.put('MicroscalingPolicy', 'shop', POLICY);
      const source = make({ acting: () => false });
      expect((await source.list(never)).resources).toHaveLength(1);
      await expect(source.writeStatus?.(shop, aStatus(), never)).rejects.toThrow(WaitError);
      await source.eventWriter?.(shop)?.({ atMs: 0, type: 'Normal', reason: 'Any', message: '' }, never);
      const object = await person.get('MicroscalingPolicy', 'shop');
      expect(object?.metadata.finalizers).toBeUndefined();
      expect(object?.status).toBeUndefined();
      expect(await person.events()).toEqual([]);
    });

    it('follows again by itself after the cluster was away, and misses nothing', async () => {
      await person.put('MicroscalingPolicy', 'shop', POLICY);
      const source = make();
      const { wakes } = watch(source);
      await until('the first list', async () => (await source.list(never)).resources.length === 1);
      await world.hide();
      const away = await until('it to be noticed', async () => {
        const snapshot = await source.list(never);
        return !snapshot.complete && snapshot;
      });
      expect(away.resources).toHaveLength(1);
      expect(away.problems[0]?.message).toMatch(/^cannot be followed: /);
      const asleep = wakes();
      await person.put('MicroscalingPolicy', 'meanwhile', POLICY);
      await world.reveal();
      await until('it to be back', async () => {
        const { resources, complete } = await source.list(never);
        return complete && resources.length === 2;
      });
      expect(wakes()).toBeGreaterThan(asleep);
    });

    it("reads Secrets of the policy's own namespace, and sees their rotation", async () => {
      const auth = { token: { fromSecret: { name: 'marathon', key: 'token' } } };
      await person.put('MicroscalingPolicy', 'shop', { ...POLICY, marathon: { auth } });
      const source = make();
      const { resources } = await source.list(never);
      const ref = { namespace: world.namespace, name: 'marathon', key: 'token' };
      expect(resources[0]?.resource.spec.marathon?.auth?.token?.fromSecret).toEqual(ref);
      const read = (): string => source.secret(ref);
      expect(read).toThrow(TerminalError);
      expect(read).toThrow(`secret marathon in namespace ${world.namespace}: there is none; create it there`);
      await person.putSecret('marathon', { other: 'x' });
      await source.refreshSecrets(never);
      expect(read).toThrow(/has no key token; add it/);
      await person.putSecret('marathon', { token: 'first\n' });
      await source.refreshSecrets(never);
      expect(read()).toBe('first');
      await person.putSecret('marathon', { token: 'second' });
      await source.refreshSecrets(never);
      expect(read()).toBe('second');
      await world.hide();
      await source.refreshSecrets(never);
      expect(read()).toBe('second');
      await world.reveal();
    });

    it('goes on with the Secrets of a version that goes on', async () => {
      const auth = { token: { fromSecret: { name: 'marathon', key: 'token' } } };
      await person.putSecret('marathon', { token: 'first' });
      await person.put('MicroscalingPolicy', 'shop', { ...POLICY, marathon: { auth } });
      const source = make();
      await source.list(never);
      const ref = { namespace: world.namespace, name: 'marathon', key: 'token' };
      expect(source.secret(ref)).toBe('first');
      await person.put('MicroscalingPolicy', 'shop', { ...POLICY, marathon: { urls: ['http://theirs:1'] } });
      const { invalid } = await source.list(never);
      expect(invalid).toMatchObject([{ reason: 'NotAllowed', key: shop.key, generation: 2 }]);
      expect(source.secret(ref)).toBe('first');
      // As after a restart in the middle of a deletion: no object names it any more, and somebody asks.
      const another = make();
      await another.list(never);
      expect(() => another.secret(ref)).toThrow('it was not read yet');
      await another.refreshSecrets(never);
      expect(another.secret(ref)).toBe('first');
    });
  });
}
