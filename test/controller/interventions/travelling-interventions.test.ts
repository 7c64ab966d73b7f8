// Interventions go along with a pool: to the operator that has it next, and to nobody else.

import { describe, expect, it } from 'vitest';
import { type ResourceKey, resourceKey } from '../../../src/api/policy.ts';
import { StoredInterventions } from '../../../src/controller/interventions/stored-interventions.ts';
import { TravellingInterventions } from '../../../src/controller/interventions/travelling-interventions.ts';
import type { CarriedInterventions } from '../../../src/policy-sources/pools-to-run.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { createMemoryDocumentStore, type DocumentStore } from '../../../src/runtime/document-store.ts';
import { silentLogger } from '../../../src/runtime/log.ts';

const POOL = 'pool:default/shared';
const UNTIL = '2026-11-30T04:00:00.000Z';
const NOW_MS = Date.UTC(2026, 10, 30, 2);
const WHO = { reason: 'incident 77', requestedBy: 'maya' };

function anOperator(documents: DocumentStore = createMemoryDocumentStore()) {
  const warned: string[] = [];
  const log = { ...silentLogger, warn: (message: string) => void warned.push(message) };
  const clock = new VirtualClock(NOW_MS);
  const stored = new StoredInterventions({ documents, clock, log });
  const unlisted = new Set<string>();
  const policiesOf = (pool: string): readonly ResourceKey[] =>
    ['shop', 'mail']
      .filter((name) => pool === POOL && !unlisted.has(name))
      .map((name) => resourceKey({ namespace: 'default', name }));
  const mayBeIn = (policy: ResourceKey, pool: string): boolean =>
    policiesOf(pool).includes(policy) || unlisted.has(policy.replace('default/', ''));
  const interventions = new TravellingInterventions({
    stored,
    policiesOf,
    mayBeIn,
    log,
    now: () => clock.now(),
  });
  return {
    ...{ stored, interventions, warned, unlisted, clock },
    pause: (policy: string, until = UNTIL) =>
      stored.put(
        { namespace: 'default', name: `${policy}-pause` },
        { policyRef: { name: policy }, type: 'Pause', until, ...WHO },
      ),
    held: () => stored.all().map(({ name, spec }) => `${name} ${spec?.until} ${spec?.requestedBy}`),
  };
}

describe('an intervention on a policy of a pool', () => {
  it('is, with who, why and until, in force at the operator that takes it over', async () => {
    const [a, b] = [anOperator(), anOperator()];
    expect(a.interventions.of(POOL)).toBeUndefined();
    await a.pause('shop');
    await a.pause('other');
    b.interventions.taken(POOL, a.interventions.of(POOL), true);
    expect(b.held()).toEqual([`shop-pause ${UNTIL} maya`]);
    expect(b.stored.all()[0]?.spec).toMatchObject(WHO);
    expect(b.interventions.of(POOL)).toEqual(a.interventions.of(POOL));
  });

  it('is over where it was when another operator has taken the pool, and says so', async () => {
    const a = anOperator();
    await a.pause('shop');
    await a.pause('other');
    const [kept] = a.stored.all().filter(({ name }) => name === 'shop-pause');
    let why: string | undefined;
    if (kept !== undefined) a.stored.subscribe(() => (why ??= a.stored.whyGone(kept)));
    a.interventions.left(POOL, '/ops/b');
    expect(a.held()).toEqual([`other-pause ${UNTIL} maya`]);
    expect(why).toBe('operator /ops/b has the policy, and goes on with it');
  });

  it('waits for its policy where that cannot be listed yet, and goes along with the pool meanwhile', async () => {
    const [a, b, c] = [anOperator(), anOperator(), anOperator()];
    await a.pause('shop');
    await a.pause('mail');
    const text = a.interventions.of(POOL);
    b.unlisted.add('shop');
    b.interventions.taken(POOL, text, true);
    expect(b.held()).toEqual(a.held());
    expect([b.interventions.of(POOL), b.warned]).toEqual([text, []]);
    c.unlisted.add('shop').add('mail');
    c.interventions.taken(POOL, b.interventions.of(POOL), true);
    expect(c.interventions.of(POOL)).toEqual(text);
    c.unlisted.clear();
    expect(c.interventions.of(POOL)).toEqual(text);
    c.unlisted.add('shop');
    c.interventions.left(POOL, '/ops/a');
    expect([c.held(), c.interventions.of(POOL)?.text]).toEqual([[], undefined]);
  });

  it('is not written for the pool any more once its policy is known to be of none, or of another one', async () => {
    const [a, b] = [anOperator(), anOperator()];
    await a.pause('shop');
    await a.pause('mail');
    const text = a.interventions.of(POOL)?.text?.replaceAll('shop', 'other') ?? '';
    b.unlisted.add('other');
    b.interventions.taken(POOL, { text, generation: 1 }, true);
    expect(b.interventions.of(POOL)?.text).toContain('other');
    b.unlisted.clear();
    expect(b.interventions.of(POOL)?.text).not.toContain('other');
  });

  it('that was ended by the last operator is not in force again here', async () => {
    const a = anOperator();
    await a.pause('shop');
    a.interventions.taken(POOL, undefined, true);
    expect(a.held()).toEqual([]);
  });

  it('that the last operator changed has what it says there', async () => {
    const [a, b] = [anOperator(), anOperator()];
    await a.pause('shop');
    b.interventions.taken(POOL, a.interventions.of(POOL), true);
    await b.pause('shop', '2026-11-30T05:00:00.000Z');
    a.interventions.taken(POOL, b.interventions.of(POOL), true);
    expect(a.held()).toEqual(['shop-pause 2026-11-30T05:00:00.000Z maya']);
  });

  it('leaves alone what has its name here, and is about a policy of another pool', async () => {
    const [a, b] = [anOperator(), anOperator()];
    const said = (policy: string, until: string) =>
      [
        { namespace: 'default', name: 'incident' },
        { policyRef: { name: policy }, type: 'Pause', until, ...WHO },
      ] as const;
    await a.stored.put(...said('shop', UNTIL));
    await b.stored.put(...said('other', '2026-11-30T05:00:00.000Z'));
    b.interventions.taken(POOL, a.interventions.of(POOL), true);
    const [uid] = a.stored.all().map((each) => each.uid.slice(0, 8));
    const both = ['incident 2026-11-30T05:00:00.000Z maya', `incident-${uid} ${UNTIL} maya`];
    expect(b.held()).toEqual(both);
    b.interventions.taken(POOL, a.interventions.of(POOL), true);
    b.interventions.taken(POOL, b.interventions.of(POOL), true);
    expect(b.held()).toEqual(both);
  });

  it('is there again after a restart without a disk, and what the disk has is newer', async () => {
    const documents = createMemoryDocumentStore();
    const before = anOperator(documents);
    await before.pause('shop');
    const text = before.interventions.of(POOL);
    const anew = anOperator();
    anew.interventions.taken(POOL, text, false);
    expect(anew.held()).toEqual([`shop-pause ${UNTIL} maya`]);
    await before.pause('shop', '2026-11-30T05:00:00.000Z');
    const again = anOperator(documents);
    again.interventions.taken(POOL, text, false);
    expect(again.held()).toEqual(['shop-pause 2026-11-30T05:00:00.000Z maya']);
  });

  it('ends when it would have ended, though it was said as a span', async () => {
    const [a, b] = [anOperator(), anOperator()];
    const spec = { policyRef: { name: 'shop' }, type: 'Pause', for: '2h' } as const;
    await a.stored.put({ namespace: 'default', name: 'p' }, spec);
    const [kept] = a.stored.all();
    if (kept === undefined) throw new Error('nothing is kept');
    const conditions = [] as const;
    await a.stored.writeStatus(kept, { observedGeneration: 1, conditions, until: UNTIL });
    b.interventions.taken(POOL, a.interventions.of(POOL), true);
    expect(b.stored.all()[0]?.spec).toEqual({ policyRef: { name: 'shop' }, type: 'Pause', until: UNTIL });
  });

  it('is left out once it has ended', async () => {
    const a = anOperator();
    await a.pause('shop');
    const [kept] = a.stored.all();
    if (kept === undefined) throw new Error('nothing is kept');
    await a.stored.writeStatus(kept, { observedGeneration: 1, conditions: [], ended: UNTIL });
    expect(a.interventions.of(POOL)).toBeUndefined();
  });

  it.each([
    ['no JSON', '[{'],
    ['no list', '{}'],
    ['no interventions', '[{"spec":{}},7]'],
    [
      'that of another pool',
      JSON.stringify([
        {
          apiVersion: 'microscaling.io/v1alpha1',
          kind: 'Intervention',
          metadata: { namespace: 'default', name: 'x', uid: 'u', creationTimestamp: UNTIL, generation: 1 },
          spec: { policyRef: { name: 'other' }, type: 'Pause', until: UNTIL },
        },
      ]),
    ],
  ])('takes nothing from what is %s, and says so', (_, text) => {
    const b = anOperator();
    b.interventions.taken(POOL, { text, generation: 1 }, true);
    expect([b.held(), b.warned]).toEqual([
      [],
      ['some interventions of a pool that was taken over cannot be read'],
    ]);
  });

  it('goes along as far as there is room, which is said once', async () => {
    const a = anOperator();
    for (let i = 0; i < 400; i++)
      await a.stored.put(
        { namespace: 'default', name: `o${i}` },
        { policyRef: { name: 'shop' }, type: 'Keep', app: `app-${i}`, until: UNTIL },
      );
    const text = a.interventions.of(POOL)?.text ?? '';
    expect(text.length).toBeGreaterThan(30_000);
    expect(text.length).toBeLessThanOrEqual(32_768);
    expect(JSON.parse(text).length).toBeGreaterThan(100);
    a.interventions.of(POOL);
    expect(a.warned).toHaveLength(1);
  });

  it('is in force though it cannot be written down yet', async () => {
    const a = anOperator();
    await a.pause('shop');
    const documents = createMemoryDocumentStore();
    let isFull = true;
    const b = anOperator({
      ...documents,
      write: (changes) => {
        if (isFull) throw new Error('no space left on the device');
        documents.write(changes);
      },
    });
    b.interventions.taken(POOL, a.interventions.of(POOL), true);
    expect(b.held()).toEqual([`shop-pause ${UNTIL} maya`]);
    isFull = false;
    await b.pause('mail');
    expect(anOperator(documents).held()).toEqual([`mail-pause ${UNTIL} maya`, `shop-pause ${UNTIL} maya`]);
  });
});

type AnOperator = ReturnType<typeof anOperator>;

/** As an instance that has the pool does after a change: it writes the Lease, with what is carried, which is returned. */
function writes({ interventions }: AnOperator): CarriedInterventions | undefined {
  const carried = interventions.of(POOL);
  interventions.written(POOL, carried);
  return carried;
}

const names = ({ held }: AnOperator): readonly string[] => held().map((each) => each.split(' ')[0] ?? '');
const end = ({ stored }: AnOperator, policy: string): void => stored.drop(`default/${policy}-pause`);

describe('an intervention in a pool that two operators had one after the other', () => {
  it.each([
    { name: 'by another instance of the same operator', others: false },
    { name: 'by another operator', others: true },
  ])(
    'is over once it was ended $name, also where the disk of the first one still has it',
    async ({ others }) => {
      const disk = createMemoryDocumentStore();
      const first = anOperator(disk);
      await first.pause('shop');
      const lease = writes(first);
      const second = anOperator();
      second.interventions.taken(POOL, lease, others);
      end(second, 'shop');
      const again = anOperator(disk);
      expect(names(again)).toEqual(['shop-pause']);
      again.interventions.taken(POOL, writes(second), others);
      expect([names(again), again.interventions.of(POOL)?.text]).toEqual([[], undefined]);
    },
  );

  it('is over also where a third one had the pool between, and the operator of the Lease is the first one’s again', async () => {
    const disk = createMemoryDocumentStore();
    const first = anOperator(disk);
    await first.pause('shop');
    const [other, replica] = [anOperator(), anOperator()];
    other.interventions.taken(POOL, writes(first), true);
    end(other, 'shop');
    replica.interventions.taken(POOL, writes(other), true);
    const again = anOperator(disk);
    again.interventions.taken(POOL, replica.interventions.of(POOL), false);
    expect(names(again)).toEqual([]);
  });

  it('is not in force again where it was ended and the Lease was not written any more', async () => {
    const disk = createMemoryDocumentStore();
    const first = anOperator(disk);
    await first.pause('shop');
    const lease = writes(first);
    end(first, 'shop');
    for (const each of [first, anOperator(disk)]) {
      each.interventions.taken(POOL, lease, false);
      expect([names(each), each.interventions.of(POOL)]).toEqual([[], { generation: 2 }]);
    }
  });

  it('stays where it was said while somebody else had the pool, beside what that one says', async () => {
    const disk = createMemoryDocumentStore();
    const first = anOperator(disk);
    await first.pause('shop');
    const second = anOperator();
    second.interventions.taken(POOL, writes(first), false);
    end(second, 'shop');
    const standingBy = anOperator(disk);
    await standingBy.clock.advance(5_000);
    await standingBy.pause('mail');
    standingBy.interventions.taken(POOL, writes(second), false);
    expect(names(standingBy)).toEqual(['mail-pause']);
    const unheard = anOperator();
    await unheard.pause('shop');
    unheard.interventions.taken(POOL, writes(standingBy), false);
    expect(names(unheard)).toEqual(['mail-pause', 'shop-pause']);
  });

  it('stays where it was said in the second in which the Lease was written, of which only whole ones are kept', async () => {
    const disk = createMemoryDocumentStore();
    const first = anOperator(disk);
    await first.pause('shop');
    await first.clock.advance(700);
    const second = anOperator();
    second.interventions.taken(POOL, writes(first), false);
    end(second, 'shop');
    const again = anOperator(disk);
    await again.clock.advance(800);
    await again.pause('mail');
    again.interventions.taken(POOL, writes(second), false);
    expect(names(again)).toEqual(['mail-pause']);
  });

  it('is not what a Lease says that knows less, but for what was said there since', async () => {
    const first = anOperator();
    await first.pause('shop');
    const older = writes(first);
    await first.pause('mail');
    writes(first);
    end(first, 'shop');
    await first.clock.advance(5_000);
    writes(first);
    first.interventions.taken(POOL, older, true);
    expect(names(first)).toEqual(['mail-pause']);
    const other = anOperator();
    await other.clock.advance(60_000);
    await other.pause('shop');
    first.interventions.taken(POOL, writes(other), true);
    expect(names(first)).toEqual(['mail-pause', 'shop-pause']);
    expect(first.interventions.of(POOL)?.generation).toBeGreaterThan(3);
  });

  it('comes back from an operator that changed nothing of it', async () => {
    const [a, b] = [anOperator(), anOperator()];
    await a.pause('shop');
    b.interventions.taken(POOL, writes(a), true);
    a.interventions.left(POOL, '/ops/b');
    expect(names(a)).toEqual([]);
    a.interventions.taken(POOL, writes(b), true);
    expect(names(a)).toEqual(['shop-pause']);
  });

  it('is believed by the Lease alone where an operator of before had the pool, which does not count', async () => {
    const [a, b] = [anOperator(), anOperator()];
    await a.pause('shop');
    await b.pause('mail');
    const { text } = writes(b) ?? {};
    writes(a);
    a.interventions.taken(POOL, { ...(text !== undefined && { text }), generation: 0 }, true);
    expect(names(a)).toEqual(['mail-pause']);
  });

  it('is remembered of two thousand pools, those of before making room', () => {
    const disk = createMemoryDocumentStore();
    const { interventions, clock } = anOperator(disk);
    for (let i = 0; i < 2_010; i += 1) {
      clock.advance(1);
      interventions.written(`default/${i}`, { generation: 1 });
    }
    expect(disk.all('hands-mark').size).toBe(2_000);
    const { marks } = anOperator(disk).stored;
    expect([marks.of('default/9'), marks.of('default/10')?.generation]).toEqual([undefined, 1]);
  });
});
