import { describe, expect, it } from 'vitest';
import { ageText } from '../../../src/server/kube/age.ts';

const S = 1_000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;
const Y = 365 * D;

describe('ageText', () => {
  it.each([
    [0, '0s'],
    [999, '0s'],
    [-1_999, '0s'],
    [-2_000, '<invalid>'],
    [Number.NaN, '<invalid>'],
    [119 * S, '119s'],
    [2 * M, '2m'],
    [2 * M + 5 * S, '2m5s'],
    [10 * M + 30 * S, '10m'],
    [3 * H - S, '179m'],
    [3 * H, '3h'],
    [7 * H + 59 * M, '7h59m'],
    [8 * H + 30 * M, '8h'],
    [47 * H, '47h'],
    [2 * D, '2d'],
    [2 * D + 3 * H, '2d3h'],
    [8 * D + 5 * H, '8d'],
    [2 * Y - D, '729d'],
    [2 * Y, '2y'],
    [3 * Y + 4 * D, '3y4d'],
    [9 * Y + 4 * D, '9y'],
  ])('says %d ms as kubectl does: %s', (ageMs, text) => {
    expect(ageText(ageMs)).toBe(text);
  });
});
