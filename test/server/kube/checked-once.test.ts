import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import { AppliedObjects, createAppliedSource } from '../../../src/policy-sources/applied/index.ts';
import type { PolicySnapshot } from '../../../src/policy-sources/source.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { operatorApi } from '../../../src/server/kube/operator-api.ts';
import { QueueDemo } from '../../support/queue-demo.ts';

const BASE = '/apis/microscaling.io/v1alpha1/namespaces/default';
const RESOURCES: Readonly<Record<string, string>> = {
  MicroscalingPolicy: 'microscalingpolicies',
  CapacityPool: 'capacitypools',
};
const never = new AbortController().signal;

interface Written {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Of every example there is, those of our kinds that belong into the default namespace. */
function examples(): readonly Written[] {
  return ['metrics', 'policies', 'schedulers'].flatMap((folder) => {
    const dir = join('specs', folder);
    const files = readdirSync(dir).filter((name) => name.endsWith('.yaml'));
    return files
      .flatMap((name) => loadAll(readFileSync(join(dir, name), 'utf8')) as readonly Written[])
      .filter(({ kind, metadata }) => RESOURCES[kind] !== undefined && metadata.namespace === undefined)
      .map((each, n) => ({ ...each, metadata: { ...each.metadata, name: `${folder}-${n}` } }));
  });
}

/** By name: the store gives them back in another order. */
async function listOf(applied: AppliedObjects): Promise<PolicySnapshot> {
  const snapshot = await createAppliedSource(applied).list(never);
  const problems = snapshot.problems.toSorted((a, b) => (a.source < b.source ? -1 : 1));
  return {
    ...snapshot,
    resources: snapshot.resources.toSorted((a, b) => (a.place < b.place ? -1 : 1)),
    problems,
  };
}

async function start() {
  const demo = await QueueDemo.start({ startMs: Date.UTC(2026, 10, 21, 12) });
  const documents = createMemoryDocumentStore();
  let checks = 0;
  const load: typeof loadPolicies = (text, source) => {
    checks += 1;
    return loadPolicies(text, source);
  };
  const applied = new AppliedObjects({ documents, load, log: silentLogger });
  const { state, clock } = demo;
  const app = operatorApi({
    ...{ state, clock, log: silentLogger, version: '1.2.3', documents, applied },
    signal: new AbortController().signal,
  });
  const send = async (method: string, path: string, body?: unknown): Promise<number> => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const request = { method, headers: { 'content-type': type } };
    const sent = body === undefined ? request : { ...request, body: JSON.stringify(body) };
    return (await app.fetch(new Request(`http://127.0.0.1${BASE}/${path}`, sent))).status;
  };
  const listed = () => listOf(applied);
  /** As an operator has it that reads what was stored, and checks it then. */
  const listedAnew = () => listOf(new AppliedObjects({ documents, load: loadPolicies, log: silentLogger }));
  return { send, listed, listedAnew, checks: () => checks };
}

describe('what is applied', () => {
  it('is checked once, and kept as it would be read from the store', async () => {
    const { send, listed, listedAnew, checks } = await start();
    const all = examples();
    expect(all.length).toBeGreaterThan(15);
    for (const each of all) expect(await send('POST', RESOURCES[each.kind] ?? '', each)).toBe(201);
    expect(checks()).toBe(all.length);
    expect(await listed()).toEqual(await listedAnew());

    const path = (each: Written): string => `${RESOURCES[each.kind]}/${each.metadata.name}`;
    const labels = { metadata: { labels: { team: 'a' } } };
    for (const each of all) expect(await send('PATCH', path(each), labels)).toBe(200);
    const capacity = { spec: { capacity: { slots: 99, resources: null, cluster: null } } };
    const pools = all.filter(({ kind }) => kind === 'CapacityPool');
    for (const each of pools) expect(await send('PATCH', path(each), capacity)).toBe(200);
    expect(checks()).toBe(2 * all.length + pools.length);
    expect(await listed()).toEqual(await listedAnew());
  });

  it('is checked anew when it is marked as deleted, whatever was found when it was written', async () => {
    const { send, listed, listedAnew } = await start();
    const [first] = examples();
    if (first === undefined) throw new Error('there are no examples');
    await send('POST', RESOURCES[first.kind] ?? '', first);
    await send('DELETE', `${RESOURCES[first.kind]}/${first.metadata.name}`);
    expect((await listed()).resources).toMatchObject([{ deleting: true }]);
    expect(await listed()).toEqual(await listedAnew());
  });
});
