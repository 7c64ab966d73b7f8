// The small parts: patches, versions, references, many calls at a time.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../src/api/policy.ts';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import { eachOf } from '../../../src/policy-sources/each.ts';
import { secretsIn, withSecretNamespace } from '../../../src/policy-sources/kubernetes/references.ts';
import { Events } from '../../../src/policy-sources/kubernetes/writes/events.ts';
import { mergePatchOf } from '../../../src/policy-sources/kubernetes/writes/merge-patch.ts';
import type { ObjectRef } from '../../../src/policy-sources/source.ts';
import { ObjectCache } from '../../../src/runtime/kubernetes/cache.ts';
import { isNewer, type KubeObject } from '../../../src/runtime/kubernetes/objects.ts';
import { mergePatch } from '../../../src/server/kube/writes/merge-patch.ts';
import { aPolicyWithApps } from '../../api/documents.ts';

const version = (resourceVersion: string, uid = 'a'): KubeObject => ({
  metadata: { name: 'x', namespace: 'n', uid, resourceVersion },
});

/** JSON without null, which a merge patch cannot say. */
const json = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.string(), fc.integer(), fc.boolean(), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value'), { noNullPrototype: true }),
}));

describe('a merge patch', () => {
  it('makes the one of the other, and is empty where they are the same', () => {
    fc.assert(
      fc.property(json.object, json.object, (before, after) => {
        const patch = mergePatchOf(before as object, after as object);
        expect(mergePatch(before, patch)).toEqual(after);
        expect(mergePatchOf(after as object, after as object)).toEqual({});
      }),
    );
  });
});

describe('events', () => {
  it('have names of their own, however many happen at the same time', async () => {
    const names: string[] = [];
    const create = async (_: unknown, body: object): Promise<KubeObject> => {
      const made = body as KubeObject;
      names.push(made.metadata.name);
      return made;
    };
    const patch = (): Promise<never> => Promise.reject(new Error('each of them is another one'));
    const writer = new Events({ api: { create, patch }, identity: 'me' });
    const ref: ObjectRef = { kind: 'MicroscalingPolicy', key: 'n/x' as ObjectRef['key'] };
    const signal = new AbortController().signal;
    for (let i = 0; i < 1_100; i++) {
      const event = { type: 'Normal', reason: 'Scaled', message: `${i}`, atMs: 1_700_000_000_000.5 } as const;
      await writer.write(ref, version('1'), event, signal);
    }
    expect(new Set(names).size).toBe(1_100);
  });

  it.each([
    ['AtCapacity', { 'microscaling.io/runbook': 'docs/runbooks/reasons/AtCapacity.md' }],
    ['UpToDate', undefined],
  ])('of reason %s name what to do: %j', async (reason, annotations) => {
    const written: KubeObject[] = [];
    const create = async (_: unknown, body: object): Promise<KubeObject> => {
      written.push(body as KubeObject);
      return body as KubeObject;
    };
    const patch = (): Promise<never> => Promise.reject(new Error('there is none yet'));
    const writer = new Events({ api: { create, patch }, identity: 'me' });
    const event = { type: 'Warning', reason, message: '', atMs: 1_700_000_000_000 } as const;
    const ref: ObjectRef = { kind: 'MicroscalingPolicy', key: 'n/x' as ObjectRef['key'] };
    await writer.write(ref, version('1'), event, new AbortController().signal);
    expect(written.map(({ metadata }) => metadata.annotations)).toEqual([annotations]);
  });
});

describe('the cache', () => {
  it.each([
    ['9', '10', false],
    ['10', '9', true],
    ['10', '10', false],
    ['100000000000000000001', '100000000000000000000', true],
    ['abc', 'abd', true],
    ['abc', 'abc', false],
  ])('takes version %s for newer than %s: %s', (a, b, expected) => {
    expect(isNewer(version(a), version(b))).toBe(expected);
  });

  it('keeps the newest version, whatever order they come in', () => {
    const cache = new ObjectCache();
    cache.offer(version('5'));
    cache.offer(version('4'));
    expect(cache.get('n/x')?.metadata.resourceVersion).toBe('5');
    cache.replace([version('3')]);
    expect(cache.get('n/x')?.metadata.resourceVersion).toBe('5');
    cache.refresh(version('6'));
    expect(cache.get('n/x')?.metadata.resourceVersion).toBe('6');
  });

  it('takes an object that was made anew for what it is, and ends only the one that ended', () => {
    const cache = new ObjectCache();
    cache.offer(version('5', 'old'));
    cache.offer(version('4', 'new'));
    expect(cache.get('n/x')?.metadata.uid).toBe('new');
    cache.remove(version('6', 'old'));
    expect(cache.get('n/x')?.metadata.uid).toBe('new');
    cache.remove(version('6', 'new'));
    cache.refresh(version('7', 'new'));
    expect(cache.all()).toEqual([]);
  });
});

describe('references to Secrets', () => {
  const secret = (name: string): string => `{ fromSecret: { name: ${name}, key: k } }`;
  const text = aPolicyWithApps(
    `- name: a\n  priority: 1\n  remainder: {}\n  envFrom: [{ name: E, from: ${secret('env')} }]\n` +
      `  app: { cmd: sleep 1, custom: { F: ${secret('marathons-own')} } }`,
  );
  const resource = loadPolicies(text, 'f').resources[0]?.resource as Resource;

  it('are found wherever they stand, below `app` excepted', () => {
    const namespace = resource.metadata.namespace;
    expect(secretsIn(resource)).toEqual([{ namespace, name: 'env', key: 'k' }]);
    const app = (withSecretNamespace(resource).spec as { apps: readonly object[] }).apps[0];
    expect(app).toMatchObject({
      envFrom: [{ from: { fromSecret: { name: 'env', key: 'k', namespace } } }],
      app: { custom: { F: { fromSecret: { name: 'marathons-own', key: 'k' } } } },
    });
    expect(JSON.stringify(app).split('"namespace"')).toHaveLength(2);
  });
});

describe('many calls', () => {
  it('are made a few at a time, all of them, and fail with the first failure', async () => {
    let [now, most, done] = [0, 0, 0];
    const work = async (i: number): Promise<void> => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      done += 1;
      if (i % 10 === 3) throw new Error(`no ${i}`);
    };
    const items = Array.from({ length: 40 }, (_, i) => i);
    await expect(eachOf(items, work)).rejects.toThrow('no 3');
    expect({ most, done }).toEqual({ most: 8, done: 40 });
    await eachOf([], work);
  });
});
