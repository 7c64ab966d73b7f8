import { describe, expect, it } from 'vitest';
import { initialConditions } from '../../../src/api/conditions.ts';
import type { LoadResult } from '../../../src/api/load.ts';
import { resourceKey } from '../../../src/api/policy.ts';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import { StoredInterventions } from '../../../src/controller/interventions/stored-interventions.ts';
import type { OperatorState, OperatorView, PolicyView } from '../../../src/controller/status/view.ts';
import { AppliedObjects } from '../../../src/policy-sources/applied/index.ts';
import { createMemoryDocumentStore, type DocumentStore } from '../../../src/runtime/document-store.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { operatorApi } from '../../../src/server/kube/operator-api.ts';
import { QueueDemo } from '../../support/queue-demo.ts';
import { ALL_POLICIES, type Answer, POLICIES, told, WatchReader } from './world.ts';

const MERGE = 'application/merge-patch+json';

function shop(more: object = {}): object {
  const apps = [
    { name: 'web', priority: 1, instances: { min: 1 }, remainder: { weight: 1 }, app: { cmd: 'true' } },
  ];
  return {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop', annotations: { note: 'mine' } },
    spec: { capacity: { slots: 3 }, apps },
    ...more,
  };
}

interface Setting {
  readonly documents?: DocumentStore;
  readonly load?: (text: string, source: string) => LoadResult;
  readonly isReadOnly?: boolean;
}

async function start({
  documents = createMemoryDocumentStore(),
  load = loadPolicies,
  isReadOnly = false,
}: Setting = {}) {
  const demo = await QueueDemo.start({ startMs: Date.UTC(2026, 10, 21, 12) - 1_000 });
  const { clock } = demo;
  const stop = new AbortController();
  let change: (view: OperatorView) => OperatorView = (view) => view;
  const state: OperatorState = {
    view: () => change(demo.view()),
    subscribe: (onChange) => demo.state.subscribe(onChange),
    standstill: () => undefined,
    actions: demo.state.actions,
  };
  const applied = new AppliedObjects({ documents, load, log: silentLogger });
  const kept = isReadOnly ? {} : { documents, applied };
  const app = operatorApi({
    state,
    clock,
    log: silentLogger,
    version: '1.2.3',
    signal: stop.signal,
    ...kept,
  });
  const request = async (method: string, path: string, body?: unknown, type = 'application/json') =>
    app.fetch(
      new Request(`http://127.0.0.1${path}`, {
        method,
        headers: { 'content-type': type },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  const ask = async (...asked: Parameters<typeof request>): Promise<Answer> => {
    const response = await request(...asked);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  /** Lets the operator see other things. */
  const see = async (next: typeof change): Promise<void> => {
    change = next;
    await clock.advance(2_000);
  };
  return { ask, request, see, clock, applied, documents, stop };
}

/** The operator has taken up an applied policy and looks at it. */
function running(view: OperatorView, policy: Partial<PolicyView>): OperatorView {
  const [pool] = view.pools;
  const [demo] = pool?.policies ?? [];
  if (pool === undefined || demo === undefined) throw new Error('the operator has no policy');
  const mine: PolicyView = {
    ...demo,
    name: 'shop',
    source: 'api',
    place: 'api default/shop',
    revision: 'sha256:1',
    ...policy,
  };
  return { ...view, pools: [...view.pools, { ...pool, name: 'default/shop', policies: [mine] }] };
}

describe('an applied policy', () => {
  it('shows the defaults of its fields, leaves lists as they were written, and has a finalizer', async () => {
    const { ask } = await start();
    const { status, body } = await ask('POST', POLICIES, shop());
    expect(status).toBe(201);
    expect(body.spec).toEqual({
      ...(shop() as { spec: object }).spec,
      mode: 'Reconcile',
      interval: '500ms',
      onDelete: 'Retain',
      drift: 'Revert',
    });
    expect(body.metadata).toMatchObject({
      finalizers: ['microscaling.io/release'],
      generation: 1,
      annotations: { note: 'mine' },
    });
  });

  it('does not change when the same is applied again', async () => {
    const { ask } = await start();
    const { body: made } = await ask('POST', POLICIES, shop());
    expect((await ask('PATCH', `${POLICIES}/shop`, shop(), MERGE)).body).toEqual(made);
    const { body: replaced } = await ask(
      'PUT',
      `${POLICIES}/shop`,
      shop({
        metadata: {
          name: 'shop',
          annotations: { note: 'mine' },
          resourceVersion: made.metadata.resourceVersion,
        },
      }),
    );
    expect(replaced).toEqual(made);
  });

  it('is there after a restart, under a version that nobody has seen', async () => {
    const first = await start();
    const { body: made } = await first.ask('POST', POLICIES, shop());
    const second = await start({ documents: first.documents });
    const { body: again } = await second.ask('GET', `${POLICIES}/shop`);
    expect(again).toEqual({ ...made, metadata: { ...made.metadata, resourceVersion: expect.any(String) } });
    expect(Number(again.metadata.resourceVersion)).toBeGreaterThan(Number(made.metadata.resourceVersion));
    // Nothing was written since: whoever knows it from before the restart may write.
    expect(
      (await second.ask('PUT', `${POLICIES}/shop`, { ...made, spec: { ...made.spec, mode: 'Paused' } }))
        .status,
    ).toBe(200);
  });

  it('has the status that the operator reports, which gets in nobody’s way', async () => {
    const { ask, see } = await start();
    const { body: made } = await ask('POST', POLICIES, shop());
    await see((view) => running(view, { uid: made.metadata.uid }));
    const { body: seen } = await ask('GET', `${POLICIES}/shop`);
    expect(seen.metadata).toEqual({
      ...made.metadata,
      resourceVersion: expect.any(String),
      annotations: {
        note: 'mine',
        'microscaling.io/source': 'api default/shop',
        'microscaling.io/revision': 'sha256:1',
      },
    });
    expect(seen.status).toMatchObject({ observedGeneration: 1, appCount: 3 });
    const edited = { ...seen, spec: { ...seen.spec, mode: 'Paused' } };
    await see((view) => running(view, { uid: made.metadata.uid, observedGeneration: 7 }));
    const { status, body } = await ask('PUT', `${POLICIES}/shop`, edited);
    expect([status, body.metadata.generation, body.status.observedGeneration]).toEqual([200, 2, 7]);
    expect((await ask('PUT', `${POLICIES}/shop`, edited)).body.reason).toBe('Conflict');
  });

  it('does not inherit the status of one that was deleted', async () => {
    const { ask, see, applied } = await start();
    const { body: made } = await ask('POST', POLICIES, shop());
    await see((view) => running(view, { uid: made.metadata.uid }));
    await ask('DELETE', `${POLICIES}/shop`);
    applied.release('MicroscalingPolicy', 'default/shop');
    expect((await ask('GET', `${POLICIES}/shop`)).status).toBe(404);
    const { body: anew } = await ask('POST', POLICIES, shop());
    expect(anew.metadata.uid).not.toBe(made.metadata.uid);
    await see((view) => running(view, { uid: made.metadata.uid }));
    expect((await ask('GET', `${POLICIES}/shop`)).body.status).toBeUndefined();
  });

  it('is deleted in two steps, and watches see both', async () => {
    const { ask, request, applied } = await start();
    const { body: made } = await ask('POST', POLICIES, shop());
    const reader = new WatchReader(
      await request('GET', `${POLICIES}?watch=1&resourceVersion=${made.metadata.resourceVersion}`),
    );
    const { body: marked } = await ask('DELETE', `${POLICIES}/shop`);
    expect(marked.metadata.deletionTimestamp).toBe('2026-11-21T12:00:00Z');
    applied.release('MicroscalingPolicy', 'default/shop');
    expect(told(await reader.lines(2))).toEqual(['MODIFIED shop', 'DELETED shop']);
    await reader.close();
  });

  it('can be deleted by force without its finalizer, as in Kubernetes', async () => {
    const { ask } = await start();
    await ask('POST', POLICIES, shop());
    await ask('PATCH', `${POLICIES}/shop`, { metadata: { finalizers: null } }, MERGE);
    expect((await ask('GET', `${POLICIES}/shop`)).body.metadata.finalizers).toHaveLength(1);
    await ask('DELETE', `${POLICIES}/shop`);
    await ask('PATCH', `${POLICIES}/shop`, { metadata: { finalizers: null } }, MERGE);
    expect((await ask('GET', `${POLICIES}/shop`)).status).toBe(404);
  });

  it('is refused with every mistake and where it is', async () => {
    const { ask } = await start();
    const apps = [{ name: 'web', priority: 0, instances: { min: 5, max: 2 }, targets: [] }];
    const { status, body } = await ask(
      'POST',
      POLICIES,
      shop({ spec: { capacity: { slot: 3 }, apps }, extra: 1 }),
    );
    expect([status, body.reason, body.details.kind]).toEqual([422, 'Invalid', 'MicroscalingPolicy']);
    const fields = body.details.causes.map((cause: { field: string }) => cause.field);
    expect(fields).toEqual(expect.arrayContaining(['extra', 'spec.apps[0].priority', 'spec.capacity.slot']));
    expect(body.message).toContain('spec.capacity.slot: is not a field; did you mean slots?');
    expect((await ask('GET', `${POLICIES}/shop`)).status).toBe(404);
  });

  describe('is refused when it asks for more than it may have', () => {
    const refusing =
      (...pointers: readonly string[]) =>
      (text: string, source: string): LoadResult => {
        const problems = pointers.map(
          (pointer) => ({ severity: 'error', source, pointer, message: 'is outside of /shop' }) as const,
        );
        const invalid = {
          kind: 'MicroscalingPolicy',
          key: 'default/shop',
          line: 1,
          message: 'no',
          reason: 'NotAllowed',
        } as const;
        return { ...loadPolicies(text, source), resources: [], problems, invalid: [invalid] };
      };
    const about = 'microscalingpolicies.microscaling.io "shop" is forbidden: ';
    const at = ['/spec/apps/0/id', '/spec/apps/1/id'];

    it.each([
      { name: 'one thing', pointers: at.slice(0, 1), said: 'spec.apps[0].id: is outside of /shop' },
      {
        name: 'two things, a line each',
        pointers: at,
        said: '\n* spec.apps[0].id: is outside of /shop\n* spec.apps[1].id: is outside of /shop',
      },
    ])('$name', async ({ pointers, said }) => {
      const { status, body } = await (await start({ load: refusing(...pointers) })).ask(
        'POST',
        POLICIES,
        shop(),
      );
      expect([status, body.reason]).toEqual([403, 'Forbidden']);
      expect(body.message).toBe(about + said);
    });

    it('names the field of each, for clients that know the line', async () => {
      const { body } = await (await start({ load: refusing(...at) })).ask('POST', POLICIES, shop());
      const reason = 'FieldValueInvalid';
      const message = 'is outside of /shop';
      expect(body.details.causes).toEqual([
        { reason, message, field: 'spec.apps[0].id' },
        { reason, message, field: 'spec.apps[1].id' },
      ]);
    });
  });

  it('is not there when it could not be written down', async () => {
    const documents = createMemoryDocumentStore();
    let isFull = false;
    const store: DocumentStore = {
      ...documents,
      write: (changes) => {
        if (isFull) throw new TransientError('the disk is full');
        documents.write(changes);
      },
    };
    const { ask } = await start({ documents: store });
    await ask('POST', POLICIES, shop());
    isFull = true;
    const { status, headers, body } = await ask(
      'PATCH',
      `${POLICIES}/shop`,
      { spec: { mode: 'Paused' } },
      MERGE,
    );
    expect([status, headers.get('retry-after'), body.reason, body.message]).toEqual([
      503,
      '1',
      'ServiceUnavailable',
      'the disk is full',
    ]);
    expect((await ask('GET', `${POLICIES}/shop`)).body.spec.mode).toBe('Reconcile');
  });

  it('is answered once it is durable, and not when the disk fails', async () => {
    const documents = createMemoryDocumentStore();
    let disk = Promise.withResolvers<void>();
    const { ask } = await start({ documents: { ...documents, durable: () => disk.promise } });
    const answers: number[] = [];
    const create = ask('POST', POLICIES, shop()).then(({ status }) => answers.push(status));
    await expect.poll(async () => (await ask('GET', `${POLICIES}/shop`)).status).toBe(200);
    // An equal one has nothing to write, and waits all the same: what it tells of is not durable.
    const again = ask('PATCH', `${POLICIES}/shop`, {}, MERGE).then(({ status }) => answers.push(status));
    await new Promise((settled) => setImmediate(settled));
    expect(answers).toEqual([]);
    disk.resolve();
    await Promise.all([create, again]);
    expect(answers.toSorted()).toEqual([200, 201]);
    disk = Promise.withResolvers<void>();
    disk.reject(new TransientError('EIO'));
    const remove = await ask('DELETE', `${POLICIES}/shop`);
    expect([remove.status, remove.body.message]).toEqual([503, 'EIO']);
  });

  it('shows why it never ran', async () => {
    const { ask, see } = await start();
    await ask('POST', POLICIES, shop());
    const key = resourceKey({ namespace: 'default', name: 'shop' });
    const conditions = initialConditions(1, 0);
    const refused = [
      {
        kind: 'MicroscalingPolicy',
        key,
        source: 'api',
        place: 'api default/shop',
        generation: 1,
        conditions,
      },
    ] as const;
    await see((view) => ({ ...view, refused }));
    expect((await ask('GET', `${POLICIES}/shop`)).body.status).toEqual({ conditions });
    await see((view) => view);
    expect((await ask('GET', `${POLICIES}/shop`)).body.status).toBeUndefined();
  });
});

describe('an applied policy whose name stands in a file too', () => {
  const key = resourceKey({ namespace: 'default', name: 'shop' });
  const one = { kind: 'MicroscalingPolicy', key, generation: 1 } as const;
  const notTaken = (message: string) =>
    initialConditions(1, 0).map((each) =>
      each.type === 'Accepted'
        ? ({ ...each, status: 'False', reason: 'InvalidSpec', message } as const)
        : each,
    );
  const file = { ...one, source: '/etc/policies', place: 'shop.yaml:1', conditions: notTaken('the file') };

  it('has the status of its own rounds while it runs, whatever is wrong with the file', async () => {
    const { ask, see } = await start();
    const { uid } = (await ask('POST', POLICIES, shop())).body.metadata;
    const run = (view: OperatorView, refused: OperatorView['refused']) => {
      const [pool] = view.pools;
      const [policy] = pool?.policies ?? [];
      if (pool === undefined || policy === undefined) throw new Error('no pool');
      const applied = { ...policy, name: 'shop', source: 'api', place: 'api default/shop', uid };
      return { ...view, refused, pools: [{ ...pool, policies: [applied] }] };
    };
    await see((view) => run(view, [file]));
    const { body } = await ask('GET', `${POLICIES}/shop`);
    expect(body.status.apps).toHaveLength(3);
    expect(JSON.stringify(body)).not.toContain('the file');
    expect(body.metadata.annotations).toMatchObject({ 'microscaling.io/source': 'api default/shop' });
  });

  it('says why it never ran itself, and not what is wrong with the file', async () => {
    const { ask, see } = await start();
    await ask('POST', POLICIES, shop());
    const own = { ...one, source: 'api', place: 'api default/shop', conditions: notTaken('the object') };
    await see((view) => ({ ...view, refused: [file, own] }));
    expect((await ask('GET', `${POLICIES}/shop`)).body.status).toEqual({ conditions: own.conditions });
  });
});

describe('a policy of another source', () => {
  it('that was refused and never ran is listed all the same, with why and where, and changed there', async () => {
    const { ask, see } = await start();
    const message = 'night.yaml:3: spec.apps[0].instances: min 1 is greater than max 0';
    const conditions = initialConditions(0, 0).map((each) =>
      each.type === 'Accepted'
        ? ({ ...each, status: 'False', reason: 'InvalidSpec', message } as const)
        : each,
    );
    const one = { kind: 'MicroscalingPolicy', source: 'files', generation: 0, conditions } as const;
    const night = { ...one, key: resourceKey({ namespace: 'shop', name: 'night' }), place: 'night.yaml:3' };
    const refused = [night, { ...night, source: 'other files', place: 'copy.yaml:3' }];
    await see((view) => ({ ...view, refused }));
    const { body } = await ask('GET', ALL_POLICIES);
    expect(body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual([
      'queue-demo',
      'night',
    ]);
    const path = `${POLICIES.replace('default', 'shop')}/night`;
    const first = (await ask('GET', path)).body;
    expect(first).toMatchObject({ spec: { apps: [] }, status: { conditions } });
    expect(first.metadata.annotations).toMatchObject({ 'microscaling.io/source': 'night.yaml:3' });
    // Nothing is new as long as it stands there so.
    await see((view) => ({ ...view, refused }));
    expect((await ask('GET', path)).body.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const put = await ask('PUT', path, { ...first, ...shop(), metadata: first.metadata });
    expect([put.status, put.body.message]).toEqual([
      403,
      expect.stringContaining('its home is night.yaml:3'),
    ]);
    await see((view) => view);
    expect((await ask('GET', path)).status).toBe(404);
  });

  it('is shown with its place, the same for ever, and is changed where it is kept', async () => {
    const { ask, documents } = await start();
    const { body: demo } = await ask('GET', `${POLICIES}/queue-demo`);
    expect(demo).toMatchObject({
      metadata: {
        annotations: { 'microscaling.io/source': 'specs/policies/queue-demo.yaml:1' },
        uid: expect.stringMatching(/^[\da-f]{8}-/),
      },
      status: { appCount: 3 },
    });
    expect((await (await start({ documents })).ask('GET', `${POLICIES}/queue-demo`)).body.metadata.uid).toBe(
      demo.metadata.uid,
    );
    for (const [method, body, type] of [
      ['PUT', demo],
      ['PATCH', { spec: { mode: 'Paused' } }, MERGE],
      ['DELETE'],
    ] as const) {
      const answer = await ask(method, `${POLICIES}/queue-demo`, body, type);
      expect([method, answer.status]).toEqual([method, 403]);
      expect(answer.body.message).toContain('its home is specs/policies/queue-demo.yaml');
    }
    expect((await ask('POST', POLICIES, { ...demo, metadata: { name: 'queue-demo' } })).body.reason).toBe(
      'AlreadyExists',
    );
  });

  it('tells counts at once, readings of metrics once a second', async () => {
    const { clock, ask } = await start();
    const told: { readonly ms: number; readonly text: string }[] = [];
    for (let ms = 0; ms < 40_000; ms += 100) {
      await clock.advance(100);
      const { status } = (await ask('GET', `${POLICIES}/queue-demo`)).body;
      const text = JSON.stringify(status);
      if (text !== told.at(-1)?.text) told.push({ ms, text });
    }
    const withoutReadings = (text = ''): string =>
      text.replace(/"(?:metric|current|inFlight)":(?:"[^"]*"|[\d.]+)/g, '');
    const mere = told.flatMap(({ ms, text }, i) => {
      const before = told[i - 1];
      return withoutReadings(text) === withoutReadings(before?.text) ? [ms - (before?.ms ?? ms)] : [];
    });
    expect(told.length).toBeGreaterThan(20);
    expect(mere.length).toBeGreaterThan(2);
    expect(Math.min(...mere)).toBeGreaterThanOrEqual(1_000);
  });

  it('is not deleted with all others, nor are they half deleted then', async () => {
    const { ask } = await start();
    await ask('POST', POLICIES, { ...shop(), metadata: { name: 'a-shop' } });
    const all = await ask('DELETE', POLICIES);
    expect([all.status, all.body.message]).toEqual([403, expect.stringContaining('its home is')]);
    const kept = await ask('GET', `${POLICIES}/a-shop`);
    expect([kept.status, kept.body.metadata.deletionTimestamp]).toEqual([200, undefined]);
  });

  it('leaves with its source', async () => {
    const { ask, request, see } = await start();
    const reader = new WatchReader(await request('GET', `${POLICIES}?watch=1`));
    expect(told(await reader.lines(1))).toEqual(['ADDED queue-demo']);
    await see((view) => ({ ...view, pools: [] }));
    expect(told(await reader.lines(1))).toEqual(['DELETED queue-demo']);
    expect((await ask('GET', `${POLICIES}/queue-demo`)).status).toBe(404);
    await reader.close();
  });
});

describe('the rest', () => {
  it('writes no status and nothing without a store', async () => {
    const { ask } = await start();
    await ask('POST', POLICIES, shop());
    const status = await ask('PATCH', `${POLICIES}/shop/status`, { status: {} }, MERGE);
    expect([status.status, status.body.message]).toEqual([
      403,
      expect.stringContaining('nobody else writes it'),
    ]);
    const readOnly = await (await start({ isReadOnly: true })).ask('POST', POLICIES, shop());
    expect([readOnly.status, readOnly.body.message]).toEqual([403, expect.stringContaining('--data DIR')]);
  });

  it('has events and namespaces, to be read', async () => {
    const { ask } = await start();
    await ask('POST', POLICIES.replace('default', 'staging'), shop());
    const events = await ask(
      'GET',
      '/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dqueue-demo',
    );
    expect(events.body.items.length).toBeGreaterThan(2);
    const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'x' } };
    expect((await ask('POST', '/api/v1/namespaces/default/events', event)).status).toBe(405);
    expect((await ask('GET', '/api/v1/namespaces/default')).body.status).toEqual({ phase: 'Active' });
  });

  it('has a namespace as long as something is in it', async () => {
    const { ask, see, applied } = await start();
    const names = async () =>
      (await ask('GET', '/api/v1/namespaces')).body.items.map(
        (item: { metadata: { name: string } }) => item.metadata.name,
      );
    await ask('POST', POLICIES.replace('default', 'staging'), shop());
    await see((view) => view);
    expect(await names()).toEqual(['default', 'staging']);
    await ask('DELETE', `${POLICIES.replace('default', 'staging')}/shop`);
    applied.release('MicroscalingPolicy', 'staging/shop');
    await see((view) => view);
    expect(await names()).toEqual(['default']);
  });
});

describe('a list of policies', () => {
  it('says beside it which documents do not run as written', async () => {
    const { ask, see } = await start();
    const problems = Array.from({ length: 7 }, (_, i) => ({
      source: `p${i}.yaml:3`,
      message: 'spec.apps is missing',
    }));
    await see((view) => ({ ...view, problems }));
    const { headers } = await ask('GET', POLICIES);
    const warnings = headers.get('warning') ?? '';
    expect(warnings).toContain('299 - "p0.yaml:3: spec.apps is missing"');
    expect(warnings).toContain('299 - "and 2 more problems, which the page and the log name"');
    expect(warnings).not.toContain('p5.yaml');
  });

  it('has no warning while all is well', async () => {
    const { ask } = await start();
    expect((await ask('GET', POLICIES)).headers.get('warning')).toBeNull();
  });
});

describe('an intervention', () => {
  const INTERVENTIONS = POLICIES.replace('microscalingpolicies', 'interventions');
  const pause = (spec: object): object => ({
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'Intervention',
    metadata: { name: 'one' },
    spec: { policyRef: { name: 'queue-demo' }, type: 'Pause', for: '1h', ...spec },
  });

  async function served(actor?: string) {
    const demo = await QueueDemo.start({ startMs: Date.UTC(2026, 10, 21, 12) - 1_000 });
    const stored = new StoredInterventions({
      documents: createMemoryDocumentStore(),
      clock: demo.clock,
      log: silentLogger,
    });
    const app = operatorApi({
      ...{ state: demo.state, clock: demo.clock, log: silentLogger, version: '1.2.3' },
      signal: new AbortController().signal,
      interventions: { stored, others: [] },
      actorOf: () => actor,
    });
    return async (
      method: string,
      path: string,
      body?: unknown,
      type = 'application/json',
    ): Promise<Pick<Answer, 'status' | 'body'>> => {
      const init = {
        method,
        headers: { 'content-type': type },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      };
      const response = await app.fetch(new Request(`http://127.0.0.1${INTERVENTIONS}${path}`, init));
      return { status: response.status, body: await response.json() };
    };
  }

  it('says who asked for it by the name of their token, whatever they say themselves', async () => {
    const ask = await served('alice');
    const { status, body } = await ask('POST', '', pause({ requestedBy: 'bob' }));
    expect([status, body.spec.requestedBy]).toEqual([201, 'alice']);
    const patched = await ask('PATCH', '/one', { metadata: { labels: { a: 'b' } } }, MERGE);
    expect([patched.status, patched.body.spec.requestedBy, patched.body.metadata.generation]).toEqual([
      200,
      'alice',
      1,
    ]);
  });

  it('says who asked for it in their own words where nobody has to prove it', async () => {
    const ask = await served();
    const { body } = await ask('POST', '', pause({ requestedBy: 'bob' }));
    expect(body.spec.requestedBy).toBe('bob');
  });

  it.each([
    ['what it is about', { policyRef: { name: 'other' } }, 'spec.policyRef'],
    ['an end that is over', { for: null, until: '2026-11-21T11:00:00Z' }, 'spec.until'],
    ['no end', { for: null }, 'spec'],
    ['an end too far', { for: null, until: '2028-11-21T11:00:00Z' }, 'spec.until'],
  ])('is refused with the field: %s', async (_, spec, field) => {
    const ask = await served();
    await ask('POST', '', pause({}));
    const { status, body } = await ask('PATCH', '/one', { spec }, MERGE);
    expect([status, body.details.causes.map((cause: { field: string }) => cause.field)]).toEqual([
      422,
      [field],
    ]);
  });

  it('takes a policy that does not run yet, with a warning, and none that the status is written to', async () => {
    const ask = await served();
    expect((await ask('POST', '', pause({ policyRef: { name: 'later' } }))).status).toBe(201);
    expect((await ask('PUT', '/one/status', pause({}))).status).toBe(403);
    expect((await ask('DELETE', '/one')).body.status).toBe('Success');
    expect((await ask('GET', '/one')).status).toBe(404);
  });
});
