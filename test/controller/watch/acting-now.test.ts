import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ActingNow } from '../../../src/controller/watch/acting-now.ts';

describe('whether an instance acts now', () => {
  it('is what it was told last, and no more once its standing is lost', () => {
    const now = new ActingNow();
    expect(now.isActing).toBe(false);
    const standing = new AbortController();
    now.told({ acting: true, reason: 'it has the Lease', lost: standing.signal });
    expect(now.isActing).toBe(true);
    standing.abort();
    expect(now.isActing).toBe(false);
    now.told({ acting: true, reason: 'it is the only one' });
    expect(now.isActing).toBe(true);
  });

  it('listens once to a standing, however often it is told of it', () => {
    const now = new ActingNow();
    const standing = new AbortController();
    for (let round = 0; round < 100; round++)
      now.told({ acting: true, reason: 'it has the Lease', lost: standing.signal });
    expect(getEventListeners(standing.signal, 'abort')).toHaveLength(1);
  });
});
