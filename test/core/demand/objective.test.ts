import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allowedShare,
  followMisses,
  isAccount,
  type MissAccount,
  objectiveState,
  paced,
} from '../../../src/core/demand/objective.ts';
import { T0 } from '../../support/builders.ts';

const HOUR_MS = 3_600_000;
const objective = { withinTarget: '99%', per: '1h' };

/** Looks once a second for `seconds`; `missed` says what each look finds. */
function looked(
  seconds: number,
  missed: (second: number) => boolean | undefined,
  from?: MissAccount,
  fromS = 0,
): MissAccount {
  let account = from;
  for (let s = fromS; s <= fromS + seconds; s++) {
    account = followMisses(account, { missed: missed(s), nowMs: T0 + 1000 * s, perMs: HOUR_MS });
  }
  return account ?? { spans: [] };
}

const stateAt = (account: MissAccount, second: number) =>
  objectiveState(objective, account, T0 + 1000 * second);

describe('the account of an objective', () => {
  it('counts the time above the target', () => {
    const state = stateAt(
      looked(600, (s) => s >= 100 && s < 118),
      600,
    );
    expect(state).toMatchObject({ allowed: 0.01, perMs: HOUR_MS, knownMs: 600_000, aboveMs: 18_000 });
    expect(state.spent).toBeCloseTo(0.5);
  });

  it('takes what is not known for neither within nor above', () => {
    const state = stateAt(
      looked(600, (s) => (s < 300 ? undefined : s < 310)),
      600,
    );
    expect(state).toMatchObject({ knownMs: 300_000, aboveMs: 10_000 });
  });

  it('lets a look hold for two minutes at most', () => {
    const account = looked(
      0,
      () => true,
      looked(0, () => true),
      1800,
    );
    expect(stateAt(account, 1800).aboveMs).toBe(120_000);
  });

  it('forgets what has left the window, little by little', () => {
    const missed = looked(301, (s) => s < 300);
    const later = (s: number) =>
      stateAt(
        looked(1, () => false, missed, s),
        s,
      ).aboveMs / 1000;
    expect(later(3000)).toBeGreaterThan(290);
    expect(later(3750)).toBeGreaterThan(100);
    expect(later(3750)).toBeLessThan(250);
    expect(later(4300)).toBe(0);
  });

  it('stays small, whatever is looked at', () => {
    const account = looked(9000, (s) => s % 3 === 0);
    expect(account.spans.length).toBeLessThanOrEqual(14);
    expect(isAccount(JSON.parse(JSON.stringify(account)))).toBe(true);
  });

  it('never holds more than its window, with a clock that jumps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -5e6, max: 5e6 }), fc.constantFrom(true, false, undefined))),
        (looks) => {
          let nowMs = T0;
          let account: MissAccount | undefined;
          for (const [byMs, missed] of looks) {
            nowMs += byMs;
            account = followMisses(account, { missed, nowMs, perMs: HOUR_MS });
            const { knownMs, aboveMs } = objectiveState(objective, account, nowMs);
            expect(aboveMs).toBeLessThanOrEqual(knownMs);
            expect(knownMs).toBeLessThanOrEqual(HOUR_MS * 1.1);
          }
        },
      ),
    );
  });
});

describe('what an objective lets the law miss', () => {
  it('is what is allowed at half of the budget, more before and less after', () => {
    expect(paced(0.01, 0.5)).toBeCloseTo(0.01);
    expect(paced(0.01, 0)).toBeCloseTo(0.04);
    expect(paced(0.01, 1)).toBeCloseTo(0.0025);
  });

  it('never grows with what is spent, and is never nothing', () => {
    const share = fc.double({ min: 1e-6, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        share,
        fc.double({ min: 0, max: 10, noNaN: true }),
        fc.double({ min: 0, max: 10, noNaN: true }),
        (allowed, a, b) => {
          const [less, more] = [Math.min(a, b), Math.max(a, b)];
          expect(paced(allowed, more)).toBeLessThanOrEqual(paced(allowed, less));
          expect(paced(allowed, more)).toBeGreaterThan(0);
        },
      ),
    );
  });

  it.each([
    ['99%', 0.01],
    ['99.5%', 0.005],
    ['5%', 0.95],
  ])('reads %s as a share', (text, share) => {
    expect(allowedShare(text)).toBeCloseTo(share);
  });
});

describe('an account from a store', () => {
  it.each([
    [{}, false],
    [{ spans: [[1, 2]] }, false],
    [{ spans: [[1, 2, -1]] }, false],
    [{ spans: [[1, 2, 'x']] }, false],
    [{ spans: [], last: [1] }, false],
    [{ spans: [[1, 2, 0]], last: [1, 1] }, true],
  ])('%j is read: %s', (raw, isOne) => {
    expect(isAccount(raw)).toBe(isOne);
  });
});
