import { describe, expect, it } from 'vitest';
import { above, deviationsAbove } from '../../../src/core/law/normal.ts';

describe('the chance to be above', () => {
  it.each([
    { z: 0, chance: 0.5 },
    { z: 1, chance: 0.1587 },
    { z: 1.645, chance: 0.05 },
    { z: -1, chance: 0.8413 },
    { z: 6, chance: 0 },
  ])('$z deviations is $chance', ({ z, chance }) => {
    expect(above(z)).toBeCloseTo(chance, 4);
  });
});

describe('the deviations for a chance', () => {
  it.each([0.5, 0.3, 0.05, 0.01, 0.001, 0.9, 0.999])('has %f above them', (chance) => {
    expect(above(deviationsAbove(chance))).toBeCloseTo(chance, 3);
  });

  it('stays finite where something is certain', () => {
    expect(deviationsAbove(0)).toBeCloseTo(4.753, 2);
    expect(deviationsAbove(1)).toBeCloseTo(-4.753, 2);
  });
});
