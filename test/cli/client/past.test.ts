import { describe, expect, it } from 'vitest';
import { whenText } from '../../../src/cli/client/past.ts';

describe('of when an answer about the past is', () => {
  const picture = { atMs: 0, detail: 'rounds', notes: [] } as const;

  it('is the time of the picture', () => {
    expect(whenText(picture, 2_000)).toBe('as it was at 1970-01-01 00:00:00Z');
  });

  it('says how much older that is than what was asked for, and not that the record ends there', () => {
    expect(whenText({ ...picture, notes: ['a part is lost'] }, 600_000)).toBe(
      'as it was at 1970-01-01 00:00:00Z, 600 s earlier: nothing was recorded in between\nnote: a part is lost',
    );
  });
});
