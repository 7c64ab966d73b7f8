// Two operators with selectors, as real processes, over one cluster and one Marathon: a policy goes from the one to the other
// under load and back, every write is recorded with its writer, and there are never two.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeServer, startKubeServer } from '../../support/kubernetes/kube-server.ts';
import { type KubeconfigFile, kubeconfigFor } from '../../support/kubernetes/source.ts';
import {
  type RecordedWrite,
  type RecordingProxy,
  recordingProxy,
} from '../../support/marathon/recording-proxy.ts';
import { Laptop, type MarathonServer, type Operator, untilCount } from '../../support/programs/laptop.ts';
import { TASK } from '../../support/programs/policies.ts';
import { until } from '../../support/until.ts';

const SLOTS = 8;

interface Shard {
  readonly operator: Operator;
  readonly proxies: readonly RecordingProxy[];
  readonly kubeconfig: KubeconfigFile;
}

const laptop = new Laptop();
const shards: Record<string, Shard> = {};
const marathonWrites: RecordedWrite[] = [];
const clusterWrites: RecordedWrite[] = [];
let cluster: KubeServer;
let marathon: MarathonServer;

const policies = '/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies';

/** Of which `worker` needs what the random metric says, and `rest` takes what is left. */
function policy(name: string, { min, max }: { readonly min: number; readonly max: number }): object {
  const app = { cmd: 'exec sleep 1000', user: 'nobody', cpus: 0.01, mem: 8 };
  expect(TASK).toContain(app.cmd);
  const target = { perInstance: 1, metric: { random: { min, max, period: '500ms', seed: 3 } } };
  const worker = { name: 'worker', priority: 1, instances: { min: 1, max: 6 }, targets: [target], app };
  return {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name, namespace: 'default', labels: { shard: 'a' } },
    spec: {
      interval: '200ms',
      capacity: { slots: SLOTS },
      apps: [
        { ...worker, behavior: { giveBackAfter: '0s' } },
        { name: 'rest', priority: 2, instances: { min: 1 }, remainder: { weight: 1 }, app },
      ],
    },
  };
}

async function ask(method: string, path: string, body: object): Promise<void> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const headers = { 'content-type': type };
  const answer = await fetch(cluster.url + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
}

async function label(name: string, shard: string): Promise<void> {
  await ask('PATCH', `${policies}/${name}`, { metadata: { labels: { shard } } });
}

async function start(shard: string): Promise<void> {
  const proxies = [
    await recordingProxy(marathon.url, shard, marathonWrites),
    await recordingProxy(cluster.url, shard, clusterWrites),
  ] as const;
  const [toMarathon, toCluster] = proxies;
  const kubeconfig = kubeconfigFor(toCluster.url);
  const more = ['--kubernetes', '--kubeconfig', kubeconfig.path, '--selector', `shard=${shard}`];
  const operator = await laptop.operator({
    marathon: toMarathon.url,
    more: [...more, '--lease-duration', '5s', '--lease-retry-period', '500ms'],
  });
  shards[shard] = { operator, proxies, kubeconfig };
}

const writesTo = (name: string): readonly RecordedWrite[] =>
  marathonWrites.filter(({ path, body }) => path.includes(`/${name}/`) || body.includes(`/${name}/`));
const writersOf = (writes: readonly RecordedWrite[]): readonly string[] =>
  writes.map(({ writer }) => writer).filter((writer, i, all) => writer !== all[i - 1]);
const statusesOf = (name: string): readonly RecordedWrite[] =>
  clusterWrites.filter(({ path }) => path.startsWith(`${policies}/${name}/status`));

/** Pairs of writes by different operators that were under way at the same time. */
function collisions(writes: readonly RecordedWrite[]): readonly string[] {
  const sorted = writes.toSorted((a, b) => a.beganAtMs - b.beganAtMs);
  return sorted.flatMap((first, i) =>
    sorted
      .slice(i + 1)
      .filter((then) => then.writer !== first.writer && then.beganAtMs < first.endedAtMs)
      .map((then) => `${first.writer} ${first.path} beside ${then.writer} ${then.path}`),
  );
}

/** A busy machine may take its time. */
const PATIENCE_MS = 60_000;

/** Waits until the operator has scaled the app often, after the writes that there were. */
async function untilScaledBy(shard: string, name: string): Promise<void> {
  const before = writesTo(name).length;
  const since = (): readonly RecordedWrite[] => writesTo(name).slice(before);
  await until(
    `operator ${shard} to scale ${name}`,
    () => since().filter(({ writer }) => writer === shard).length >= 4,
    PATIENCE_MS,
  );
}

async function untilStatusBy(shard: string, name: string): Promise<void> {
  await until(
    `operator ${shard} to say how ${name} stands`,
    () => statusesOf(name).at(-1)?.writer === shard,
    PATIENCE_MS,
  );
}

const holderOf = (pool: string): unknown =>
  cluster.objects('leases').find(({ metadata }) => metadata.annotations?.['microscaling.io/pool'] === pool)
    ?.metadata.annotations?.['microscaling.io/operator'];

describe('two operators with selectors', { concurrent: false, timeout: 300_000 }, () => {
  beforeAll(async () => {
    cluster = await startKubeServer();
    marathon = await laptop.marathon();
    await ask('POST', policies, policy('steady', { min: 3, max: 3 }));
    await ask('POST', policies, policy('moving', { min: 1, max: 6 }));
    await Promise.all([start('a'), start('b')]);
  }, 60_000);
  afterAll(async () => {
    await laptop.end();
    for (const { proxies, kubeconfig } of Object.values(shards)) {
      await Promise.all(proxies.map((proxy) => proxy.close()));
      kubeconfig.remove();
    }
    await cluster?.close();
  });

  it('hand a policy over when its label changes, and never write both', async () => {
    await untilCount(marathon, '/steady/worker', 3);
    await untilCount(marathon, '/steady/rest', 5);
    await untilScaledBy('a', 'moving');
    await Promise.all([untilStatusBy('a', 'moving'), untilStatusBy('a', 'steady')]);
    expect(holderOf('default/moving')).toBe('microscaling-shard.a');
    const steadyWrites = writesTo('steady').length;

    await Promise.all([label('moving', 'b'), label('steady', 'b')]);
    await untilScaledBy('b', 'moving');
    expect(holderOf('default/moving')).toBe('microscaling-shard.b');
    await shards['b']?.operator.reason('steady', 'Applied', 'UpToDate');
    await shards['a']?.operator.says(
      'moving',
      'Applied',
      /^Standby: stands by: its labels are not those of --selector shard=a; operator microscaling-shard\.b \(.+\) has it$/,
    );

    await shards['a']?.operator.says('steady', 'Applied', /operator microscaling-shard\.b \(.+\) has it$/);
    await Promise.all([untilStatusBy('b', 'moving'), untilStatusBy('b', 'steady')]);

    await label('moving', 'a');
    await untilScaledBy('a', 'moving');
    await untilStatusBy('a', 'moving');

    expect(writersOf(writesTo('moving'))).toEqual(['a', 'b', 'a']);
    expect(collisions(writesTo('moving'))).toEqual([]);
    // Nothing moved that a new owner had no reason to move.
    expect(writesTo('steady').length).toBe(steadyWrites);
    expect(await marathon.counts()).toMatchObject({ '/steady/worker': 3, '/steady/rest': 5 });
  });

  it('have one of them write the status at a time', () => {
    expect(writersOf(statusesOf('moving'))).toEqual(['a', 'b', 'a']);
    expect(writersOf(statusesOf('steady'))).toEqual(['a', 'b']);
    expect(collisions(statusesOf('moving'))).toEqual([]);
  });
});
