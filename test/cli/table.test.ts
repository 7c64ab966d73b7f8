import { describe, expect, it } from 'vitest';
import { age, table } from '../../src/cli/output/table.ts';

describe('table', () => {
  it('aligns words to the left and numbers to the right, without trailing blanks', () => {
    expect(
      table(
        ['APP', 'WANTED', 'NOTE'],
        [
          ['consumer', 9, ''],
          ['r', 10, 'full'],
        ],
      ),
    ).toBe('APP       WANTED  NOTE\nconsumer       9\nr             10  full');
  });

  it('shows its heads when there is nothing', () => {
    expect(table(['A', 'B'], [])).toBe('A  B');
  });
});

describe('age', () => {
  it.each([
    [0, '0s'],
    [119_000, '119s'],
    [120_000, '2m'],
    [7_200_000, '2h'],
    [172_800_000, '2d'],
  ])('%i ms is %s', (ms, expected) => {
    expect(age(1000, 1000 + ms)).toBe(expected);
  });

  it('does not show a clock that runs behind as a negative age', () => {
    expect(age(2000, 1000)).toBe('0s');
  });
});
