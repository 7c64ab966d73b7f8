// The Kubernetes source where things go wrong in ways that only a server under control does.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubernetesSource } from '../../../src/policy-sources/kubernetes/index.ts';
import type { PolicySnapshot } from '../../../src/policy-sources/source.ts';
import { type Clock, systemClock, VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { type KubeServer, startKubeServer } from '../../support/kubernetes/kube-server.ts';
import {
  type KubeconfigFile,
  kubeconfigFor,
  Person,
  QUICK,
  type SourceOptions,
  sourceOf,
} from '../../support/kubernetes/source.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;
const POOL = { capacity: { slots: 3 } };

let server: KubeServer;
let kubeconfig: KubeconfigFile;
let person: Person;
const stops: (() => Promise<void>)[] = [];

async function world(options: Parameters<typeof startKubeServer>[0] = {}): Promise<void> {
  server = await startKubeServer(options);
  kubeconfig = kubeconfigFor(server.url, { token: options?.token ?? '' });
  person = new Person(kubeconfig.path);
  stops.push(async () => {
    kubeconfig.remove();
    await server.close();
  });
}

function follow(options: SourceOptions = {}): {
  readonly source: KubernetesSource;
  readonly wakes: () => number;
} {
  const source = sourceOf(kubeconfig.path, options);
  let wakes = 0;
  const stop = new AbortController();
  const ended = source.watch(() => {
    wakes += 1;
  }, stop.signal);
  stops.push(async () => {
    stop.abort();
    await ended;
  });
  return { source, wakes: () => wakes };
}

function names({ resources }: PolicySnapshot): readonly string[] {
  return resources.map(({ resource }) => resource.metadata.name).sort();
}

async function untilSeen(source: KubernetesSource, ...expected: readonly string[]): Promise<PolicySnapshot> {
  return until(`${expected.join(', ')} to be seen`, async () => {
    const snapshot = await source.list(never);
    return snapshot.complete && names(snapshot).join() === expected.join() && snapshot;
  });
}

const listsOf = (resource: string): number =>
  server.requests.filter(
    (request) => request.verb === 'list' && request.resource === resource && request.agent === 'microscaling',
  ).length;

const inform = (): Promise<boolean> => until('both kinds to be watched', () => server.watches >= 2);

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

describe('a server that is not ready for our kinds yet', () => {
  beforeEach(() => world());
  const early = (): Response =>
    Response.json(
      { kind: 'Status', code: 429, reason: 'TooManyRequests', message: 'storage is (re)initializing' },
      { status: 429, headers: { 'retry-after': '1' } },
    );

  it('is asked again without a word', async () => {
    const warned: string[] = [];
    const log = { ...silentLogger, warn: (message: string) => void warned.push(message) };
    let left = 6;
    server.faults.intercept = ({ verb }) => (verb === 'list' && left-- > 0 ? early() : undefined);
    await person.put('CapacityPool', 'one', POOL);
    const { source } = follow({ log });
    const snapshot = await source.list(never);
    expect([snapshot.problems, snapshot.complete, names(snapshot)]).toEqual([[], true, ['one']]);
    expect(warned).toEqual([]);
  });

  it('is a trouble when it goes on', async () => {
    const clock = new VirtualClock();
    server.faults.intercept = ({ verb }) => (verb === 'list' ? early() : undefined);
    const source = sourceOf(kubeconfig.path, { clock });
    const [first] = (await source.list(never)).problems;
    expect(first?.message).toBe('was not listed yet');
    await clock.advance(16_000);
    const [second] = (await source.list(never)).problems;
    expect(second?.message).toMatch(
      /^cannot be followed: .* has too much to do to list .* \(429: storage is \(re\)initializing\)$/,
    );
  });
});

describe('a watch', () => {
  beforeEach(() => world());

  it('goes on where it was when the server ends it, without a new list', async () => {
    const { source } = follow();
    await person.put('CapacityPool', 'one', POOL);
    await untilSeen(source, 'one');
    await inform();
    const before = listsOf('capacitypools');
    server.faults.endWatches();
    await person.put('CapacityPool', 'two', POOL);
    await untilSeen(source, 'one', 'two');
    expect(listsOf('capacitypools')).toBe(before);
  });

  it('begins with a new list when its history is over', async () => {
    const { source } = follow();
    await person.put('CapacityPool', 'one', POOL);
    await untilSeen(source, 'one');
    await inform();
    server.faults.expire();
    server.faults.endWatches();
    await person.put('CapacityPool', 'two', POOL);
    const { problems } = await untilSeen(source, 'one', 'two');
    expect(problems).toEqual([]);
    expect(listsOf('capacitypools')).toBeGreaterThan(1);
  });

  it('is begun anew when its connection breaks, again and again', async () => {
    const { source } = follow();
    const expected: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      server.faults.dropWatches();
      await person.put('CapacityPool', name, POOL);
      expected.push(name);
      await untilSeen(source, ...expected);
    }
  });

  it('is opened again when it falls silent', async () => {
    const { source } = follow({ timing: { ...QUICK, watchSeconds: 1_000, silenceMs: 300 } });
    await person.put('CapacityPool', 'one', POOL);
    await untilSeen(source, 'one');
    await inform();
    server.faults.mute = true;
    await person.put('CapacityPool', 'two', POOL);
    await until('the silence to be noticed', async () => names(await source.list(never)).length === 2);
  });

  it('is replaced by lists at intervals when it is forbidden, and the log says so', async () => {
    const { source } = follow();
    server.faults.intercept = ({ verb }) =>
      verb === 'watch' ? Response.json({ message: 'no watching here' }, { status: 403 }) : undefined;
    server.faults.dropWatches();
    await person.put('CapacityPool', 'one', POOL);
    const snapshot = await until('the trouble to be told', async () => {
      const each = await source.list(never);
      return names(each).length === 1 && !each.complete && each;
    });
    expect(snapshot.problems.map(({ message }) => message).join()).toMatch(
      /may not watch \w+\.microscaling\.io in all namespaces: no watching here; grant it/,
    );
    server.faults.intercept = undefined;
    await untilSeen(source, 'one');
  });

  it.each([
    ['a page of a proxy', () => new Response('<html>log in</html>')],
    ['nothing', () => new Response('')],
    ['half of an event', () => new Response('{"type":"ADDED","obj')],
    ['an event without an object', () => new Response('{"type":"ADDED"}\n')],
    [
      'an error in the stream',
      () => new Response('{"type":"ERROR","object":{"code":500,"message":"etcd"}}\n'),
    ],
  ])('is tried again, at a pace, when it is answered with %s', async (_, answer) => {
    server.faults.intercept = ({ verb }) => (verb === 'watch' ? answer() : undefined);
    let pauses = 0;
    const sleep: Clock['sleep'] = (ms, signal) => {
      pauses += 1;
      return systemClock.sleep(ms, signal);
    };
    const { source } = follow({ clock: { ...systemClock, sleep } });
    await person.put('CapacityPool', 'one', POOL);
    await until('the pool to be seen', async () => names(await source.list(never)).join() === 'one');
    server.faults.intercept = undefined;
    await person.put('CapacityPool', 'two', POOL);
    await untilSeen(source, 'one', 'two');
    // The first one, and one after each pause.
    expect(listsOf('capacitypools')).toBeLessThanOrEqual(1 + pauses);
  });
});

describe('a cluster', () => {
  it('without the CRDs gets an error that says how to install them', async () => {
    await world({ crds: false });
    const { complete, problems, resources } = await sourceOf(kubeconfig.path).list(never);
    expect({ complete, resources }).toEqual({ complete: false, resources: [] });
    expect(problems.map(({ message }) => message)).toEqual([
      `cannot be followed: ${server.url} does not know microscalingpolicies.microscaling.io: install the CRDs with kubectl apply -f crds/`,
      `cannot be followed: ${server.url} does not know capacitypools.microscaling.io: install the CRDs with kubectl apply -f crds/`,
      `interventions cannot be followed: ${server.url} does not know interventions.microscaling.io: install the CRDs with kubectl apply -f crds/`,
    ]);
  });

  it('is followed as soon as it has the CRDs', async () => {
    await world();
    server.faults.intercept = ({ group }) =>
      group === 'microscaling.io' ? new Response('404 page not found', { status: 404 }) : undefined;
    const { source } = follow();
    await until('the trouble to be told', async () => !(await source.list(never)).complete);
    server.faults.intercept = undefined;
    await person.put('CapacityPool', 'one', POOL);
    await untilSeen(source, 'one');
  });

  it('that does not know us gets an error that says what to look at', async () => {
    await world({ token: 'right' });
    const wrong = kubeconfigFor(server.url, { token: 'wrong' });
    const { problems, complete } = await sourceOf(wrong.path).list(never);
    wrong.remove();
    expect(complete).toBe(false);
    expect(problems[0]?.message).toMatch(/does not accept our credentials \(401.*check the kubeconfig/);
    expect(JSON.stringify(problems)).not.toContain('wrong"');
    expect((await sourceOf(kubeconfig.path).list(never)).complete).toBe(true);
  });

  it('that is not there at all is reported as such', async () => {
    await world();
    const { url } = server;
    await server.close();
    const { problems, complete } = await sourceOf(kubeconfig.path).list(never);
    expect(complete).toBe(false);
    expect(problems[0]?.message).toBe(
      `cannot be followed: ${url} cannot be reached to list microscalingpolicies: connection refused; is it running, and are host and port right?`,
    );
  });

  it('answers one question after another with an error, and is followed all the same', async () => {
    await world();
    for (const reason of ['InternalError', 'Conflict', 'Expired', 'BadRequest', 'Forbidden'] as const)
      server.faults.failNext(reason, 2, ({ agent }) => agent === 'microscaling');
    await person.put('CapacityPool', 'one', POOL);
    const { source } = follow();
    await untilSeen(source, 'one');
    const [pool] = server.objects('capacitypools');
    expect(pool?.metadata.finalizers).toEqual(['microscaling.io/release']);
  });

  it('that refuses finalizers has nothing new begun, and what runs goes on', async () => {
    await world();
    await person.put('CapacityPool', 'one', POOL);
    const { source } = follow();
    await untilSeen(source, 'one');
    server.faults.intercept = ({ verb, agent }) =>
      verb === 'patch' && agent === 'microscaling'
        ? Response.json({ message: 'no patching here' }, { status: 403 })
        : undefined;
    await person.put('CapacityPool', 'two', POOL);
    const snapshot = await until('the trouble to be told', async () => {
      const each = await source.list(never);
      return !each.complete && each;
    });
    expect(names(snapshot)).toEqual(['one']);
    expect(snapshot.problems[0]?.message).toMatch(
      /^finalizers cannot be set, so nothing new is begun: may not patch/,
    );
    server.faults.intercept = undefined;
    await untilSeen(source, 'one', 'two');
  });

  it('that keeps more in metadata than we know is read all the same', async () => {
    await world();
    await person.put('CapacityPool', 'one', POOL);
    await person.annotate('CapacityPool', 'one', {
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'y' }],
      managedFields: [{ manager: 'kubectl' }],
    });
    server.faults.intercept = ({ verb, resource }) => {
      if (verb !== 'list' || resource !== 'capacitypools') return undefined;
      const items = server.objects('capacitypools').map((object) => ({
        ...object,
        metadata: { ...object.metadata, generateName: 'o', selfLink: '/x', deletionGracePeriodSeconds: 0 },
      }));
      return Response.json({ metadata: { resourceVersion: '100' }, items });
    };
    const { resources, invalid, problems } = await sourceOf(kubeconfig.path).list(never);
    expect({ invalid, problems }).toEqual({ invalid: [], problems: [] });
    expect(resources).toHaveLength(1);
  });
});
