import { describe, expect, it } from 'vitest';
import { badgedIcon } from '../../../src/server/page/icon.ts';

describe('badgedIcon', () => {
  it.each([
    ['1.svg', '>1</text>'],
    ['42.svg', '>42</text>'],
    ['12345.svg', '>99+</text>'],
  ])('has the number of %s', (name, want) => {
    expect(badgedIcon(name)).toContain(want);
  });

  it.each(['0.svg', '-1.svg', 'x.svg', '1.png', '<script>.svg', '1e9.svg', ''])(
    'has nothing for %j',
    (name) => {
      expect(badgedIcon(name)).toBeUndefined();
    },
  );
});
