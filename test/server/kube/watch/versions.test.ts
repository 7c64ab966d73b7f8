import { describe, expect, it } from 'vitest';
import { createMemoryDocumentStore } from '../../../../src/runtime/document-store.ts';
import { TransientError } from '../../../../src/runtime/errors.ts';
import { createVersions } from '../../../../src/server/kube/watch/versions.ts';

describe('resource versions', () => {
  it('rise, over restarts too', () => {
    const documents = createMemoryDocumentStore();
    let last = 0;
    for (const taken of [3, 0, 25_000, 1]) {
      const versions = createVersions(documents);
      expect(versions.current).toBeGreaterThanOrEqual(last);
      for (let i = 0; i < taken; i++) {
        const next = versions.next();
        expect(next).toBeGreaterThan(last);
        last = next;
      }
      expect(versions.current).toBeGreaterThanOrEqual(last);
    }
  });

  it('are written down rarely, and before they are given out', () => {
    const documents = createMemoryDocumentStore();
    let writes = 0;
    const counted = {
      ...documents,
      write: (changes: Parameters<typeof documents.write>[0]) => {
        writes += 1;
        documents.write(changes);
      },
    };
    const versions = createVersions(counted);
    for (let i = 0; i < 10_000; i++) versions.next();
    expect(writes).toBe(1);
  });

  it('go on while they cannot be written down, and are written down as soon as they can be', () => {
    const documents = createMemoryDocumentStore();
    createVersions(documents).next();
    let isFull = true;
    const disk = {
      ...documents,
      write: (changes: Parameters<typeof documents.write>[0]) => {
        if (isFull) throw new TransientError('the disk is full');
        documents.write(changes);
      },
    };
    const versions = createVersions(disk);
    expect([versions.next(), versions.next()]).toEqual([10_001, 10_002]);
    isFull = false;
    for (let i = 0; i < 100; i++) versions.next();
    expect(createVersions(disk).next()).toBeGreaterThan(versions.current);
  });

  it('begin at the given number where a store forgets', () => {
    expect(createVersions(createMemoryDocumentStore(), 1_000).next()).toBe(1_001);
  });
});
