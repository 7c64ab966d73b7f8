import { describe, expect, it } from 'vitest';
import { age, GrowingTable, table } from '../../src/cli/output/table.ts';

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

describe('a table that grows', () => {
  it('has its heads once while the columns stand where they stood', () => {
    const grown = new GrowingTable(['NAME', 'READY', 'AGE']);
    expect(grown.add([['orders', 'True', '1m']])).toBe('NAME    READY  AGE\norders  True   1m');
    expect(grown.add([['a', 'True', '2m']])).toBe('a       True   2m');
    expect(grown.add([['a', 'True', '2000000m']])).toBe('a       True   2000000m');
  });

  it('has them once, too, where only a column without a head stands to the right of what got wider', () => {
    const grown = new GrowingTable(['NAME', 'AGE', '']);
    grown.add([['orders', '99s']]);
    expect(grown.add([['orders', '100s']])).toBe('orders  100s');
    expect(grown.add([['orders', '100s', '(deleted)']])).toBe('orders  100s  (deleted)');
  });

  it('says its heads again where a column got wider, and is as wide from then on', () => {
    const grown = new GrowingTable(['NAME', 'READY', 'AGE']);
    grown.add([['orders', 'True', '1m']]);
    expect(grown.add([['orders', 'False (NotRead)', '1m']])).toBe(
      'NAME    READY            AGE\norders  False (NotRead)  1m',
    );
    expect(grown.add([['orders', 'True', '1m']])).toBe('orders  True             1m');
  });

  it('has room from the beginning for what is expected to grow', () => {
    const grown = new GrowingTable(['NAME', 'READY', 'AGE'], { READY: 15 });
    expect(grown.add([['orders', 'True', '1m']])).toBe(
      'NAME    READY            AGE\norders  True             1m',
    );
    expect(grown.add([['orders', 'False (NotRead)', '1m']])).toBe('orders  False (NotRead)  1m');
  });
});
