import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppSpec, MicroscalingPolicy, Resource, ResourceKey } from '../../../src/api/policy.ts';
import { PolicyStore, type StoreDeps } from '../../../src/controller/policies/policy-store.ts';
import type { PolicyRecord } from '../../../src/controller/policies/records.ts';
import type { PolicySnapshot } from '../../../src/policy-sources/source.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import type { ClusterSpec } from '../../../src/schedulers/scheduler.ts';
import { anApp, aPolicy, aPool } from '../../support/fakes.ts';

/** Documents by file name; a string is a file that is there and not valid. */
type Files = Readonly<Record<string, Resource | string>>;

function snapshot(
  files: Files,
  { complete, unsure }: Pick<PolicySnapshot, 'complete' | 'unsure'> = { complete: true },
): PolicySnapshot {
  const entries = Object.entries(files);
  return {
    resources: entries.flatMap(([file, doc]) =>
      typeof doc === 'string' ? [] : [{ resource: doc, place: `${file}:1`, revision: file }],
    ),
    invalid: entries.flatMap(([file, doc]) =>
      typeof doc === 'string'
        ? [{ kind: 'MicroscalingPolicy', key: doc, message: 'not valid', place: `${file}:1` }]
        : [],
    ),
    problems: [],
    complete,
    ...(unsure && { unsure }),
  };
}

function aStore(documents = createMemoryDocumentStore(), more: Partial<StoreDeps> = {}) {
  const store = new PolicyStore({
    ...more,
    clock: new VirtualClock(),
    log: silentLogger,
    documents,
    sources: ['dir', 'git'],
    isTrusted: (source) => source === 'dir',
  });
  return {
    store,
    list: (files: Files, { complete = true, source = 'dir', unsure = [] as readonly string[] } = {}) =>
      store.update([{ source, snapshot: snapshot(files, { complete, unsure }) }]),
    records: (): readonly PolicyRecord[] => store.pools().flatMap(({ members }) => members),
    /** `a 2/1 False/InvalidSpec`: name, newest and running generation, verdict. */
    told: (): readonly string[] =>
      store
        .pools()
        .flatMap(({ members }) => members)
        .map(
          ({ latest, running, accepted }) =>
            `${latest.policy.metadata.name} ${latest.generation}/${running?.generation ?? '-'} ${accepted.reason}`,
        )
        .sort(),
  };
}

const a1 = aPolicy('a', [anApp('one')]);
const a2 = aPolicy('a', [anApp('one', { instances: { min: 2, max: 5 } })]);
const b1 = aPolicy('b', [anApp('two')]);
/** Wants an app of `a`. */
const bGreedy = aPolicy('b', [anApp('two'), anApp('other', { id: '/one' })]);

describe('generations', () => {
  it('count changes of content, not listings or places', () => {
    const { list, told } = aStore();
    list({ 'a.yaml': a1 });
    list({ 'a.yaml': a1 });
    list({ 'moved.yaml': a1 });
    expect(told()).toEqual(['a 1/1 Valid']);
    list({ 'moved.yaml': a2 });
    expect(told()).toEqual(['a 2/2 Valid']);
  });

  it('are those of Kubernetes where there are some', () => {
    const { list, told } = aStore();
    list({ a: { ...a1, metadata: { ...a1.metadata, generation: 7 } } });
    expect(told()).toEqual(['a 7/7 Valid']);
  });
});

describe('one name in two homes', () => {
  const theirs = aPolicy('a', [anApp('one', { instances: { min: 0, max: 1 } })]);
  const mins = (records: readonly PolicyRecord[]): readonly unknown[] =>
    records.map(({ running, accepted }) => [running?.policy.spec.apps[0]?.instances.min, accepted.reason]);

  it.each([
    ['the less trusted one first', ['git', 'dir']],
    ['the more trusted one first', ['dir', 'git']],
  ])('is that of the more trusted home, with %s, also after a restart', (_, order) => {
    const disk = createMemoryDocumentStore();
    for (const sources of [order, order.toReversed()]) {
      const { list, records, store } = aStore(disk);
      for (const source of sources)
        list(source === 'dir' ? { 'a.yaml': a2 } : { 'x.yaml': theirs }, { source });
      expect(mins(records())).toEqual([[2, 'Valid']]);
      expect(store.refused()).toMatchObject([
        {
          source: 'git',
          refused: {
            reason: 'DuplicatePolicy',
            message:
              'policy default/a is in a.yaml:1 (dir) and x.yaml:1 (git); it has one home, and that is dir: remove it here',
          },
        },
      ]);
    }
  });

  it('stays where it is among equals, and moves when it is removed there', () => {
    const equals = new PolicyStore({
      clock: new VirtualClock(),
      log: silentLogger,
      documents: createMemoryDocumentStore(),
      sources: ['dir', 'git'],
    });
    const list = (source: string, files: Files) => equals.update([{ source, snapshot: snapshot(files) }]);
    const records = () => equals.pools().flatMap(({ members }) => members);
    list('git', { 'x.yaml': theirs });
    list('dir', { 'a.yaml': a2 });
    expect(mins(records())).toEqual([[0, 'Valid']]);
    list('git', {});
    expect(mins(records())).toEqual([[2, 'Valid']]);
  });
});

describe('the ids of a policy outside of the namespace default', () => {
  const of = (id: string): MicroscalingPolicy => {
    const policy = aPolicy('shop', [anApp('api', { id })]);
    return { ...policy, metadata: { name: 'shop', namespace: 'team' } };
  };
  const shown = (records: readonly PolicyRecord[]): readonly unknown[] =>
    records.map(({ running, accepted }) => [running?.policy.spec.apps[0]?.id, accepted.message]);

  it('stay what they were before default ids began with the namespace, and it is said', () => {
    const disk = createMemoryDocumentStore();
    aStore(disk).list({ 'a.yaml': of('/shop/api') });
    for (let restarts = 0; restarts < 2; restarts++) {
      const { list, records, store } = aStore(disk);
      list({ 'a.yaml': of('/team/shop/api') });
      expect(shown(records())).toEqual([
        [
          '/shop/api',
          'the policy is valid; /shop/api keeps the id from before default ids began with the namespace: write it as `id` to say that it is meant',
        ],
      ]);
      expect(store.leaving('team/shop')).toEqual([]);
    }
  });

  it('begin with it where the policy is new', () => {
    const { list, records } = aStore();
    list({ 'a.yaml': of('/team/shop/api') });
    list({ 'a.yaml': of('/team/shop/api') });
    expect(shown(records())).toEqual([['/team/shop/api', 'the policy is valid']]);
  });
});

describe('one name in two places', () => {
  const documents: readonly (readonly [string, MicroscalingPolicy])[] = [
    ['dir', aPolicy('a', [anApp('one')])],
    ['git', aPolicy('b', [anApp('x', { id: '/one' }), anApp('two')])],
    ['git', aPolicy('c', [anApp('y', { id: '/two' })])],
    ['git', aPolicy('a', [anApp('three')])],
    ['dir', aPolicy('d', [anApp('z', { id: '/three' })])],
  ];

  it('decides nothing about apps and names that a more trusted home claims, nor does a restart', () => {
    const order = fc.shuffledSubarray(
      documents.map((_, i) => i),
      { minLength: documents.length },
    );
    fc.assert(
      fc.property(order, fc.integer({ min: 0, max: documents.length }), (indexes, restartAfter) => {
        const disk = createMemoryDocumentStore();
        let world = aStore(disk);
        const there = { dir: {}, git: {} } as Record<string, Record<string, MicroscalingPolicy>>;
        const listAll = () => {
          for (const source of ['git', 'dir']) world.list(there[source] ?? {}, { source });
        };
        for (const [step, i] of indexes.entries()) {
          if (step === restartAfter) world = aStore(disk);
          const [source, policy] = documents[i] ?? [];
          if (source === undefined || policy === undefined) continue;
          there[source] = { ...there[source], [`${i}.yaml`]: policy };
          listAll();
        }
        const runs = world
          .records()
          .filter(({ running }) => running !== undefined)
          .map(({ key, running }) => `${key} of ${running?.source}`);
        expect(runs.sort()).toEqual(['default/a of dir', 'default/c of git', 'default/d of dir']);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the last good version', () => {
  it('survives an invalid document and an incomplete listing, not a complete one without it', () => {
    const { list, told } = aStore();
    list({ 'a.yaml': a1 });
    list({ 'a.yaml': 'default/a' });
    expect(told()).toEqual(['a 1/1 InvalidSpec']);
    list({}, { complete: false });
    expect(told()).toEqual(['a 1/1 InvalidSpec']);
    expect(list({}).removed.map(({ key }) => key)).toEqual(['default/a']);
    expect(told()).toEqual([]);
  });

  it('survives while its name stands in a text that cannot be understood; others do not', () => {
    const { store, list, told } = aStore();
    list({ 'a.yaml': a1, 'b.yaml': b1 });
    list({}, { source: 'git' });
    list({}, { unsure: ['a'] });
    expect(told()).toEqual(['a 1/1 Valid']);
    expect([store.isGone('default/a' as ResourceKey), store.isGone('default/b' as ResourceKey)]).toEqual([
      false,
      true,
    ]);
    list({});
    expect(told()).toEqual([]);
  });

  it('may be of any pool until it was seen or everything was listed', () => {
    const { store, list } = aStore();
    const mayBe = (name: string, pool: string): boolean =>
      store.mayBeIn(`default/${name}` as ResourceKey, pool);
    const [own, shared] = ['default/a', 'pool:default/shared'];
    list({ 'a.yaml': a1 });
    expect([mayBe('a', own), mayBe('a', shared), mayBe('b', shared)]).toEqual([true, false, true]);
    list({}, { source: 'git' });
    expect([mayBe('a', own), mayBe('a', shared), mayBe('b', shared)]).toEqual([true, false, false]);
  });

  it('survives a document that never was valid beside it', () => {
    const { list, told } = aStore();
    list({ 'a.yaml': a1, 'b.yaml': 'default/b' });
    expect(told()).toEqual(['a 1/1 Valid']);
  });
});

describe('two policies over one app', () => {
  it('the newcomer does not start and says why, the other one goes on undisturbed', () => {
    const { list, told, records } = aStore();
    list({ 'a.yaml': a1 });
    list({ 'a.yaml': a1, 'b.yaml': bGreedy });
    expect(told()).toEqual(['a 1/1 Valid', 'b 1/- DuplicateApp']);
    expect(records().map(({ accepted }) => accepted.message)).toEqual([
      'the policy is valid',
      'app /one is named by default/a (a.yaml:1) and default/b (b.yaml:1); an app belongs to one policy, and this one to default/a, which has it already: remove it here',
    ]);
    list({ 'a.yaml': a1, 'b.yaml': b1 });
    expect(told()).toEqual(['a 1/1 Valid', 'b 2/2 Valid']);
  });

  it('an edit that reaches for it is refused, and the last good version goes on', () => {
    const { list, told } = aStore();
    list({ 'a.yaml': a1, 'b.yaml': b1 });
    list({ 'a.yaml': a1, 'b.yaml': bGreedy });
    expect(told()).toEqual(['a 1/1 Valid', 'b 2/1 DuplicateApp']);
  });

  it('an edit of the one that has it takes effect all the same', () => {
    const { list, told } = aStore();
    list({ 'a.yaml': a1, 'b.yaml': b1 });
    list({ 'a.yaml': a2, 'b.yaml': bGreedy });
    expect(told()).toEqual(['a 2/2 Valid', 'b 2/1 DuplicateApp']);
    list({ 'a.yaml': a2, 'b.yaml': b1 });
    expect(told()).toEqual(['a 2/2 Valid', 'b 3/3 Valid']);
  });

  it('a version that comes back into play keeps its apps from a third policy', () => {
    const { list, told } = aStore();
    list({ 'a.yaml': a1, 'b.yaml': b1 });
    const c = aPolicy('c', [anApp('two')]);
    list({ 'a.yaml': a1, 'b.yaml': aPolicy('b', [anApp('x', { id: '/one' })]), 'c.yaml': c });
    expect(told()).toEqual(['a 1/1 Valid', 'b 2/1 DuplicateApp', 'c 1/- DuplicateApp']);
  });

  it('the owner of the app before a restart goes on after it, and the other one still does not start', () => {
    const disk = createMemoryDocumentStore();
    aStore(disk).list({ 'a.yaml': a1 });
    const { list, told } = aStore(disk);
    list({ 'a.yaml': a1, 'b.yaml': bGreedy });
    expect(told()).toEqual(['a 1/1 Valid', 'b 1/- DuplicateApp']);
    list({ 'a.yaml': a1, 'b.yaml': bGreedy });
    expect(told()).toEqual(['a 1/1 Valid', 'b 1/- DuplicateApp']);
  });

  it('a restart is no way to an app that was not held before', () => {
    const disk = createMemoryDocumentStore();
    aStore(disk).list({ 'a.yaml': a1, 'b.yaml': b1 });
    const { list, told } = aStore(disk);
    list({ 'a.yaml': a1, 'b.yaml': bGreedy });
    expect(told()).toEqual(['a 1/1 Valid', 'b 1/- DuplicateApp']);
  });

  it('neither starts where nothing tells them apart', () => {
    const { list, told } = aStore();
    list({ 'a.yaml': a1, 'b.yaml': bGreedy });
    expect(told()).toEqual(['a 1/- DuplicateApp', 'b 1/- DuplicateApp']);
  });

  it('neither goes on where two that run turn out to name one app of one cluster', () => {
    let addresses = ['m1', 'm2'];
    const clusterId = (cluster: ClusterSpec | undefined): string =>
      addresses[cluster === undefined ? 0 : 1] ?? 'm1';
    const { list, told, store } = aStore(createMemoryDocumentStore(), { clusterId });
    const b = aPolicy('b', [anApp('one')], { marathon: { urls: ['http://m2:8080'] } });
    const files = { 'a.yaml': a1, 'b.yaml': b };
    list(files);
    expect(told()).toEqual(['a 1/1 Valid', 'b 1/1 Valid']);
    addresses = ['m1', 'm1'];
    list(files);
    expect(told()).toEqual(['a 1/- DuplicateApp', 'b 1/- DuplicateApp']);
    expect([...store.leaving('default/a'), ...store.leaving('default/b')]).toEqual([]);
    list({ 'a.yaml': a1 });
    expect(told()).toEqual(['a 1/1 Valid']);
  });

  it('the older one has it where their home says when they were made', () => {
    const { store, told } = aStore();
    const { resources, ...rest } = snapshot({ 'a.yaml': a1, 'b.yaml': bGreedy });
    const [a, b] = resources.map((each, i) => ({ ...each, createdAt: `2026-01-0${2 - i}T00:00:00Z` }));
    store.update([{ source: 'git', snapshot: { ...rest, resources: [a, b].flatMap((each) => each ?? []) } }]);
    expect(told()).toEqual(['a 1/- DuplicateApp', 'b 1/1 Valid']);
  });

  it('one of a more trusted home takes it, and the other one stops', () => {
    const { list, told, store } = aStore();
    list({ 'b.yaml': bGreedy }, { source: 'git' });
    list({ 'a.yaml': a1 });
    expect(told()).toEqual(['a 1/1 Valid', 'b 1/- DuplicateApp']);
    expect(store.leaving('default/b')).toEqual([]);
    list({ 'b.yaml': b1 }, { source: 'git' });
    expect(told()).toEqual(['a 1/1 Valid', 'b 2/2 Valid']);
  });

  it('one that cannot be read after a restart keeps it from its equals', () => {
    const disk = createMemoryDocumentStore();
    aStore(disk).list({ 'a.yaml': a1 }, { source: 'git' });
    const unreadable = aStore(disk);
    unreadable.list({ 'a.yaml': 'default/a', 'b.yaml': bGreedy }, { source: 'git' });
    expect(unreadable.told()).toEqual(['b 1/- DuplicateApp']);
    const unlisted = aStore(disk);
    unlisted.list({ 'b.yaml': bGreedy }, { source: 'git', complete: false });
    expect(unlisted.told()).toEqual(['b 1/- DuplicateApp']);
    unlisted.list({ 'b.yaml': bGreedy }, { source: 'git' });
    expect(unlisted.told()).toEqual(['b 1/1 Valid']);
  });

  it("a chain of claims ends with whoever is nobody's rival", () => {
    const { list, told } = aStore();
    const c1 = aPolicy('c', [anApp('three')]);
    list({ 'a.yaml': a1, 'c.yaml': c1 });
    // b wants what a has, and is not in the way of d, which wants what b would have had.
    list({ 'a.yaml': a1, 'b.yaml': bGreedy, 'c.yaml': c1 });
    list({
      'a.yaml': a1,
      'b.yaml': bGreedy,
      'c.yaml': c1,
      'd.yaml': aPolicy('d', [anApp('x', { id: '/two' })]),
    });
    expect(told()).toEqual(['a 1/1 Valid', 'b 1/- DuplicateApp', 'c 1/1 Valid', 'd 1/1 Valid']);
  });

  it('an app may change its owner within one listing', () => {
    const { list, told, store } = aStore();
    list({ 'a.yaml': a1, 'b.yaml': b1 });
    list({ 'a.yaml': aPolicy('a', [anApp('new')]), 'b.yaml': bGreedy });
    expect(told()).toEqual(['a 2/2 Valid', 'b 2/2 Valid']);
    expect(store.leaving('default/a')).toEqual([]);
  });

  it('is fine in two Marathons', () => {
    const { list, told } = aStore();
    const elsewhere = aPolicy('b', [anApp('one')], { marathon: { urls: ['http://m2:8080'] } });
    list({ 'a.yaml': a1, 'b.yaml': elsewhere });
    expect(told()).toEqual(['a 1/1 Valid', 'b 1/1 Valid']);
  });
});

describe('shared pools', () => {
  const member = (name: string, min: number, over = {}): MicroscalingPolicy =>
    aPolicy(name, [anApp(name, { instances: { min, max: 9 } })], { pool: 'shared', ...over });

  it('cover the minimums of all members: whoever runs comes first', () => {
    const { list, told, records } = aStore();
    list({ pool: aPool('shared', 5), b: member('b', 3) });
    list({ pool: aPool('shared', 5), b: member('b', 3), a: member('a', 3) });
    expect(told()).toEqual(['a 1/- InvalidSpec', 'b 1/1 Valid']);
    expect(records().find(({ running }) => running === undefined)?.accepted.message).toContain(
      '6 of 5 slots',
    );
  });

  it('cover them in resources too', () => {
    const { list, told } = aStore();
    const pool: Resource = { ...aPool('shared', 1), spec: { capacity: { resources: { cpus: 0.3 } } } };
    const small = (name: string): MicroscalingPolicy =>
      aPolicy(name, [anApp(name, { instances: { min: 1, max: 2 }, app: { cpus: 0.1 } })], { pool: 'shared' });
    list({ pool, a: small('a'), b: small('b'), c: small('c'), d: small('d') });
    expect(told()).toEqual(['a 1/1 Valid', 'b 1/1 Valid', 'c 1/1 Valid', 'd 1/- InvalidSpec']);
  });

  it('may live in several clusters, unless their budget is the room of one', () => {
    const { list, told } = aStore();
    const elsewhere = { marathon: { urls: ['http://m2:8080'] } };
    const two = { a: member('a', 1), b: member('b', 1, elsewhere) };
    list({ pool: aPool('shared', 9), ...two });
    expect(told()).toEqual(['a 1/1 Valid', 'b 1/1 Valid']);
    const room: Resource = {
      ...aPool('shared', 1),
      spec: { capacity: { cluster: { role: '*', headroom: 0 } } },
    };
    const other = aStore();
    other.list({ pool: room, ...two });
    expect(other.told()).toEqual(['a 1/1 Valid', 'b 1/- InvalidSpec']);
  });

  it('report a pool that two places define', () => {
    const { store, list } = aStore();
    list({ 'p.yaml': aPool('shared', 5), 'q.yaml': aPool('shared', 9) });
    expect(store.problems()[0]?.message).toContain('p.yaml:1 and q.yaml:1');
  });
});

describe('apps that are left', () => {
  it('are remembered until somebody has let them go, with what is to happen', () => {
    const { list, store } = aStore();
    list({ 'a.yaml': aPolicy('a', [anApp('one'), anApp('two')], { onDelete: 'Delete' }) });
    list({ 'a.yaml': aPolicy('a', [anApp('one')]) });
    const [leaving] = store.leaving('default/a');
    expect(leaving).toMatchObject({ app: '/two', policy: 'default/a', onDelete: 'Delete' });
    list({ 'a.yaml': a1 });
    expect(store.leaving('default/a')).toHaveLength(1);
    if (leaving !== undefined) store.ownership.collected(leaving);
    expect(store.leaving('default/a')).toEqual([]);
  });

  it('are not collected once they are named again', () => {
    const { list, store } = aStore();
    list({ 'a.yaml': a1 });
    list({});
    expect(store.leaving('default/a')).toHaveLength(1);
    list({ 'a.yaml': a1 });
    expect(store.leaving('default/a')).toEqual([]);
  });
});

describe('pools to look at', () => {
  it('are those that a listing changed', () => {
    const { list } = aStore();
    expect(list({ a: a1, b: b1 }).pools).toEqual(['default/a', 'default/b']);
    expect(list({ a: a1, b: b1 }).pools).toEqual([]);
    expect(list({ a: a2, b: b1 }).pools).toEqual(['default/a']);
    expect(list({ b: b1 }).pools).toEqual(['default/a']);
  });
});

describe('whatever is listed', () => {
  const ids = ['/x', '/y', '/z'];
  const apps = fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1, maxLength: 2 });
  const doc = fc.record({ name: fc.constantFrom('a', 'b', 'c'), apps, pool: fc.boolean(), max: fc.nat(2) });
  const listing = fc.record({
    docs: fc.array(doc, { maxLength: 4 }),
    invalid: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
    pool: fc.boolean(),
    complete: fc.boolean(),
  });

  function filesOf({ docs, invalid, pool }: typeof listing extends fc.Arbitrary<infer T> ? T : never): Files {
    const files: Record<string, Resource | string> = {};
    docs.forEach(({ name, apps: named, pool: joins, max }, i) => {
      const specs: AppSpec[] = named.map((id) => anApp(id.slice(1), { id, instances: { min: 0, max } }));
      files[`${i}.yaml`] = aPolicy(name, specs, joins ? { pool: 'shared' } : {});
    });
    if (invalid !== undefined) files['bad.yaml'] = `default/${invalid}`;
    if (pool) files['pool.yaml'] = aPool('shared', 3);
    return files;
  }

  it('no two running policies name one app; a refused document changes nothing that runs', () => {
    fc.assert(
      fc.property(fc.array(listing, { maxLength: 5 }), (listings) => {
        const { list, records } = aStore();
        for (const each of listings) {
          const before = new Map(records().map((r) => [r.key, r.running]));
          list(filesOf(each), { complete: each.complete });
          const running = records().flatMap((r) => r.running?.policy.spec.apps.map(({ id }) => id) ?? []);
          expect(new Set(running).size).toBe(running.length);
          for (const { key, running: now, accepted, latest } of records()) {
            if (accepted.status === 'True') expect(now).toBe(latest);
            else expect(now).toBe(before.get(key));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('the order of the documents decides nothing', () => {
    fc.assert(
      fc.property(listing, (each) => {
        const files = filesOf(each);
        const forward = aStore();
        const backward = aStore();
        forward.list(files);
        backward.list(Object.fromEntries(Object.entries(files).reverse()));
        const running = (s: typeof forward): readonly string[] =>
          s.records().map((r) => `${r.key} ${r.accepted.reason} ${JSON.stringify(r.running?.policy.spec)}`);
        expect(running(backward)).toEqual(running(forward));
      }),
      { numRuns: 300 },
    );
  });
});
