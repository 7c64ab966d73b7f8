// Two operators with selectors, as real processes, over one cluster and one Marathon: a policy goes from the one to the other
// under load and back, every write is recorded with its writer, and there are never two. An operator without a selector was there
// before them, and has what they leave.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeServer, startKubeServer } from '../../support/kubernetes/kube-server.ts';
import { type KubeconfigFile, kubeconfigFor } from '../../support/kubernetes/source.ts';
import {
  collisions,
  PATIENCE_MS,
  restlessPolicy,
  untilScaledBy,
  writersOf,
  writesTo,
} from '../../support/marathon/recorded-writes.ts';
import {
  type RecordedWrite,
  type RecordingProxy,
  recordingProxy,
} from '../../support/marathon/recording-proxy.ts';
import { Laptop, type MarathonServer, type Operator, untilCount } from '../../support/programs/laptop.ts';
import { until } from '../../support/until.ts';

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

async function ask(method: string, path: string, body: object): Promise<void> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const headers = { 'content-type': type };
  const answer = await fetch(cluster.url + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
}

async function label(name: string, shard: string): Promise<void> {
  await ask('PATCH', `${policies}/${name}`, { metadata: { labels: { shard } } });
}

/** @param shard of the selector; `rest`: without one */
async function start(shard: string): Promise<void> {
  const proxies = [
    await recordingProxy(marathon.url, shard, marathonWrites),
    await recordingProxy(cluster.url, shard, clusterWrites),
  ] as const;
  const [toMarathon, toCluster] = proxies;
  const kubeconfig = kubeconfigFor(toCluster.url);
  const selector = shard === 'rest' ? [] : ['--selector', `shard=${shard}`];
  const more = ['--kubernetes', '--kubeconfig', kubeconfig.path, ...selector];
  const operator = await laptop.operator({
    marathon: toMarathon.url,
    more: [...more, '--lease-duration', '5s', '--lease-retry-period', '500ms'],
  });
  shards[shard] = { operator, proxies, kubeconfig };
}

const statusesOf = (name: string): readonly RecordedWrite[] =>
  clusterWrites.filter(({ path }) => path.startsWith(`${policies}/${name}/status`));

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
    await ask('POST', policies, restlessPolicy('steady', 'a', { min: 3, max: 3 }));
    await ask('POST', policies, restlessPolicy('moving', 'a', { min: 1, max: 6 }));
    await ask('POST', policies, restlessPolicy('lone', 'nobody', { min: 1, max: 6 }));
    await start('rest');
    await untilScaledBy('rest', marathonWrites, 'moving');
    await Promise.all([start('a'), start('b')]);
  });
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
    await untilScaledBy('a', marathonWrites, 'moving');
    await Promise.all([untilStatusBy('a', 'moving'), untilStatusBy('a', 'steady')]);
    expect(holderOf('default/moving')).toBe('microscaling-shard.a');
    const steadyWrites = writesTo(marathonWrites, 'steady').length;

    await Promise.all([label('moving', 'b'), label('steady', 'b')]);
    await untilScaledBy('b', marathonWrites, 'moving');
    expect(holderOf('default/moving')).toBe('microscaling-shard.b');
    await shards['b']?.operator.reason('steady', 'Applied', 'UpToDate');
    await shards['a']?.operator.says(
      'moving',
      'Applied',
      /^Standby: stands by: its labels are not those of --selector shard=a; operator microscaling-shard\.b \(.+\) has it$/,
    );

    await shards['a']?.operator.says('steady', 'Applied', /operator microscaling-shard\.b \(.+\) has it$/);
    await Promise.all([untilStatusBy('b', 'moving'), untilStatusBy('b', 'steady')]);

    await untilScaledBy('rest', marathonWrites, 'lone');
    await shards['rest']?.operator.says(
      'moving',
      'Applied',
      /^Standby: .*operator microscaling-shard\.b \(.+\), which has a --selector, has the pool$/,
    );

    await label('moving', 'a');
    await untilScaledBy('a', marathonWrites, 'moving');
    await untilStatusBy('a', 'moving');

    expect(writersOf(writesTo(marathonWrites, 'moving'))).toEqual(['rest', 'a', 'b', 'a']);
    expect(writersOf(writesTo(marathonWrites, 'lone'))).toEqual(['rest']);
    expect(collisions(writesTo(marathonWrites, 'moving'))).toEqual([]);
    // Nothing moved that a new owner had no reason to move.
    expect(writesTo(marathonWrites, 'steady').length).toBe(steadyWrites);
    expect(await marathon.counts()).toMatchObject({ '/steady/worker': 3, '/steady/rest': 5 });
  });

  it('have one of them write the status at a time', () => {
    expect(writersOf(statusesOf('moving'))).toEqual(['rest', 'a', 'b', 'a']);
    expect(writersOf(statusesOf('steady'))).toEqual(['rest', 'a', 'b']);
    expect(writersOf(statusesOf('lone'))).toEqual(['rest']);
    expect(collisions(statusesOf('moving'))).toEqual([]);
  });
});
