import { describe, expect, it } from 'vitest';
import { refuseTooLong } from '../../../../src/app/operator/record/replays.ts';

const DAY_MS = 86_400_000;
const spanOf = (toMs: number, apps: number) => ({ fromMs: 0, toMs, apps });

describe('the memory of a replay beside the rounds', () => {
  it.each([
    { what: 'a day of three apps in half a gigabyte', toMs: DAY_MS, apps: 3, mostMb: 512, refused: false },
    { what: 'a day of twenty apps in half a gigabyte', toMs: DAY_MS, apps: 20, mostMb: 512, refused: true },
    { what: 'an hour of ten apps in 48 MB', toMs: DAY_MS / 24, apps: 10, mostMb: 48, refused: false },
    { what: 'an hour of ten apps in 32 MB', toMs: DAY_MS / 24, apps: 10, mostMb: 32, refused: true },
  ])('is kept within bounds: $what', ({ toMs, apps, mostMb, refused }) => {
    const asking = (): void => refuseTooLong(spanOf(toMs, apps), mostMb);
    if (refused) expect(asking).toThrow(/at most \d+ min, or use microscaling replay/);
    else expect(asking).not.toThrow();
  });

  it('names the longest span that fits', () => {
    expect(() => refuseTooLong(spanOf(DAY_MS, 10), 64)).toThrow('at most 99 min');
    expect(() => refuseTooLong(spanOf(99 * 60_000, 10), 64)).not.toThrow();
  });
});
