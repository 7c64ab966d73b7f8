// test support: every sort of call that the operator makes to a cluster, each of which must succeed.

import type { PolicyStatus } from '../../../src/api/status.ts';
import {
  createLeaseStore,
  createPoolLeaseStore,
  KubeApi,
  type KubernetesSource,
  LeaseElector,
  openCluster,
} from '../../../src/policy-sources/kubernetes/index.ts';
import type { ObjectRef } from '../../../src/policy-sources/source.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { until } from '../until.ts';
import { type Person, sourceOf } from './source.ts';

const APPS = [{ name: 'rest', priority: 1, remainder: {}, app: { cmd: 'sleep 1', user: 'nobody' } }];
const never = new AbortController().signal;

export interface Work {
  /** Of the operator. */
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Somebody in that namespace. */
  readonly person: Person;
  readonly lease: { readonly namespace: string; readonly name: string };
}

export async function doEverything({ kubeconfig, namespace, person, lease }: Work): Promise<void> {
  await elect(kubeconfig, lease);
  await person.putSecret('marathon', { token: 'x' });
  const marathon = { auth: { token: { fromSecret: { name: 'marathon', key: 'token' } } } };
  await person.put('MicroscalingPolicy', 'shop', { capacity: { slots: 3 }, apps: APPS, marathon });
  await person.put('CapacityPool', 'shared', { capacity: { slots: 3 } });
  const source = sourceOf(kubeconfig);
  const stop = new AbortController();
  const watching = source.watch(() => undefined, stop.signal);
  try {
    await until('both to be followed', async () => {
      const { resources, complete } = await source.list(never);
      return complete && resources.length === 2;
    });
    if (source.secret({ namespace, name: 'marathon', key: 'token' }) !== 'x')
      throw new Error('another secret');
    for (const [kind, name] of [
      ['MicroscalingPolicy', 'shop'],
      ['CapacityPool', 'shared'],
    ] as const) {
      const ref: ObjectRef = { kind, key: `${namespace}/${name}` as ObjectRef['key'] };
      // Another source, which does not watch: what it knows is old, so it has to read the object anew.
      const late = sourceOf(kubeconfig);
      await late.list(never);
      await person.annotate(kind, name, { labels: { changed: 'meanwhile' } });
      const status: PolicyStatus = { observedGeneration: 1, conditions: [], appCount: 1, apps: [] };
      await late.writeStatus?.(ref, status, never);
      const event = { atMs: Date.now(), type: 'Normal', reason: 'Created', message: 'created' } as const;
      await source.eventWriter?.(ref)?.(event, never);
      await source.eventWriter?.(ref)?.(event, never);
      await person.remove(kind, name);
      await until(`the deletion of ${name} to be seen`, async () => {
        const { resources } = await source.list(never);
        return resources.find(({ resource }) => resource.kind === kind)?.deleting;
      });
      await source.removeFinalizer?.(ref, never);
    }
    await intervene(source, sourceOf(kubeconfig), namespace);
  } finally {
    stop.abort();
    await watching;
  }
}

/** @param late does not watch: it learns of the object by the refusal to create it */
async function intervene(source: KubernetesSource, late: KubernetesSource, namespace: string): Promise<void> {
  const ref = { namespace, name: 'shop-pause' };
  const spec = { policyRef: { name: 'shop' }, type: 'Pause', for: '1h' } as const;
  await source.interventions.put(ref, spec);
  await late.interventions.put(ref, { ...spec, for: '2h' });
  await until('the other write to be seen', () => source.interventions.all()[0]?.spec?.for === '2h');
  const [kept] = source.interventions.all();
  if (kept === undefined) throw new Error('it is gone');
  await source.interventions.writeStatus(kept, { observedGeneration: kept.generation, conditions: [] });
  await source.interventions.remove(kept);
}

/** Acquires the Lease, renews it, gives it back, and looks which pools other operators have. */
async function elect(kubeconfig: string, lease: Work['lease']): Promise<void> {
  const api = new KubeApi(openCluster({ kubeconfig, env: {} }), systemClock);
  const store = createLeaseStore(api, lease);
  const elector = new LeaseElector({
    store,
    identity: 'worker',
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
    timing: { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 20 },
  });
  const stop = new AbortController();
  const running = elector.run(stop.signal);
  const timeOf = async (): Promise<string | undefined> => (await store.get(never))?.record.renewTime;
  await until('the lease to be held', () => elector.state().acting);
  const before = await timeOf();
  await until('the lease to be renewed', async () => (await timeOf()) !== before);
  stop.abort();
  await running;
  await createPoolLeaseStore(api, lease.namespace).list(never);
  if ((await store.get(never))?.record.holder !== '') throw new Error('the lease was not given back');
}
