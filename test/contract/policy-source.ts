// Contract of every policy source: what the store and the controller rely on, whatever is behind it.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resourceKey } from '../../src/api/policy.ts';
import type { PolicySnapshot, PolicySource } from '../../src/policy-sources/source.ts';

/** A source with its outside world, which people change. Documents are capacity pools in `default`. */
export interface PolicyWorld {
  readonly source: PolicySource;
  /** Creates or replaces the document `name`. */
  put(name: string, slots: number): Promise<void>;
  /** Leaves the document where it is, but so that it cannot be understood. */
  spoil(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Makes the whole place unreachable, and reachable again. */
  hide(): Promise<void>;
  reveal(): Promise<void>;
  close(): Promise<void>;
}

const never = new AbortController().signal;

export function describePolicySource(name: string, createWorld: () => Promise<PolicyWorld>): void {
  describe(`policy source: ${name}`, () => {
    let world: PolicyWorld;
    beforeEach(async () => {
      world = await createWorld();
    });
    afterEach(() => world.close());

    it('lists what is there, each with its place and revision', async () => {
      await world.put('one', 1);
      await world.put('two', 2);
      const snapshot = await world.source.list(never);
      expect(slots(snapshot)).toEqual({ 'default/one': 1, 'default/two': 2 });
      expect(snapshot).toMatchObject({ invalid: [], complete: true });
      for (const { place, revision } of snapshot.resources) {
        expect(place).not.toBe('');
        expect(revision).toMatch(/^\S+:\S+$/);
      }
    });

    it('lists the same twice while nothing changes', async () => {
      await world.put('one', 1);
      await world.spoil('one');
      await world.put('two', 2);
      const first = await world.source.list(never);
      expect(await world.source.list(never)).toEqual(first);
    });

    it('changes the revision with the content', async () => {
      await world.put('one', 1);
      const before = await world.source.list(never);
      await world.put('one', 2);
      const after = await world.source.list(never);
      expect(slots(after)).toEqual({ 'default/one': 2 });
      expect(after.resources[0]?.revision).not.toBe(before.resources[0]?.revision);
    });

    it('proves a deletion by a complete list without the document', async () => {
      await world.put('one', 1);
      await world.put('two', 2);
      await world.source.list(never);
      await world.remove('one');
      const snapshot = await world.source.list(never);
      expect(slots(snapshot)).toEqual({ 'default/two': 2 });
      expect(snapshot).toMatchObject({ invalid: [], complete: true });
    });

    it('keeps a document that broke, and the good ones beside it', async () => {
      await world.put('one', 1);
      await world.put('two', 2);
      await world.source.list(never);
      await world.spoil('one');
      const broken = await world.source.list(never);
      expect(slots(broken)).toEqual({ 'default/two': 2 });
      expect(broken.invalid.map((i) => i.key)).toEqual(['default/one']);
      // Whoever shows it puts the place before the message.
      for (const { message, place } of broken.invalid) expect(message).not.toContain(place);
      expect(broken.problems.some((p) => p.severity === 'error')).toBe(true);
      await world.put('one', 3);
      const repaired = await world.source.list(never);
      expect(slots(repaired)).toEqual({ 'default/one': 3, 'default/two': 2 });
      expect(repaired).toMatchObject({ invalid: [], problems: [], complete: true });
    });

    it('proves no deletion while its place is unreachable', async () => {
      await world.put('one', 1);
      await world.source.list(never);
      await world.hide();
      const hidden = await world.source.list(never);
      expect(hidden.complete).toBe(false);
      expect(hidden.problems.length).toBeGreaterThan(0);
      await world.reveal();
      const back = await world.source.list(never);
      expect(slots(back)).toEqual({ 'default/one': 1 });
      expect(back).toMatchObject({ invalid: [], problems: [], complete: true });
    });

    it('wakes its watcher when something changed', async () => {
      await world.put('one', 1);
      const watch = watching(world.source);
      try {
        for (const change of [
          () => world.put('one', 2),
          () => world.put('two', 2),
          () => world.spoil('two'),
          () => world.remove('one'),
        ]) {
          await watch.quiet();
          const before = watch.wakes();
          await change();
          await vi.waitFor(() => expect(watch.wakes()).toBeGreaterThan(before), patience);
        }
      } finally {
        await watch.stop();
      }
    });

    it('rejects an aborted list with the reason, and ends an aborted watch', async () => {
      const reason = new Error('enough');
      await expect(world.source.list(AbortSignal.abort(reason))).rejects.toBe(reason);
      const watch = watching(world.source);
      await watch.stop();
      await world.source.watch(() => undefined, AbortSignal.abort(reason));
    });
  });
}

const patience = { timeout: 30_000, interval: 20 };

function slots(snapshot: PolicySnapshot): Record<string, number | undefined> {
  return Object.fromEntries(
    snapshot.resources.map(({ resource }) => [resourceKey(resource.metadata), resource.spec.capacity?.slots]),
  );
}

interface Watching {
  wakes(): number;
  /** Resolves once the first wake has been and the last one is a while ago, so that the next one has a new cause. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

function watching(source: PolicySource): Watching {
  const abort = new AbortController();
  let wakes = 0;
  let lastMs = performance.now();
  const ended = source.watch(() => {
    wakes += 1;
    lastMs = performance.now();
  }, abort.signal);
  return {
    wakes: () => wakes,
    quiet: () =>
      vi.waitFor(() => {
        expect(wakes).toBeGreaterThan(0);
        expect(performance.now() - lastMs).toBeGreaterThan(300);
      }, patience),
    stop: async () => {
      abort.abort(new Error('test over'));
      await ended;
    },
  };
}
