import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, MASK } from '../../src/runtime/redact.ts';

describe('redactor', () => {
  it.each([
    {
      name: 'masks a secret wherever it stands',
      secrets: ['s3cret'],
      text: 'a s3cret, s3cret',
      shown: `a ${MASK}, ${MASK}`,
    },
    {
      name: 'leaves text without secrets alone',
      secrets: ['s3cret'],
      text: 'nothing here',
      shown: 'nothing here',
    },
    { name: 'ignores values shorter than 4 characters', secrets: ['abc', ''], text: 'abc', shown: 'abc' },
    { name: 'masks a value of 4 characters', secrets: ['abcd'], text: 'abcde', shown: `${MASK}e` },
    {
      name: 'masks the longer of two that overlap',
      secrets: ['pass', 'password'],
      text: 'password',
      shown: MASK,
    },
    { name: 'forgives space around a secret', secrets: [' s3cret\n'], text: '<s3cret>', shown: `<${MASK}>` },
    { name: 'takes secrets literally', secrets: ['a.*(b)'], text: 'a.*(b) aXXb', shown: `${MASK} aXXb` },
    {
      name: 'knows the spelling in JSON',
      secrets: ['a"b\\c\nd'],
      text: '{"x":"a\\"b\\\\c\\nd"}',
      shown: `{"x":"${MASK}"}`,
    },
    {
      name: 'knows the spelling in a URL',
      secrets: ['a/b+c=='],
      text: '?sig=a%2Fb%2Bc%3D%3D',
      shown: `?sig=${MASK}`,
    },
  ])('$name', ({ secrets, text, shown }) => {
    const redactor = createRedactor();
    for (const secret of secrets) redactor.add(secret);
    expect(redactor.redact(text)).toBe(shown);
  });

  it('shows a plain setting, whichever was said first', () => {
    const redactor = createRedactor();
    redactor.add('demo-queue');
    redactor.allow('demo-queue');
    redactor.allow('orders');
    redactor.add('orders');
    expect(redactor.redact('demo-queue orders')).toBe('demo-queue orders');
  });

  it('never lets a secret through, whatever it is made of', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 4, unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (secret, before, after) => {
          fc.pre(secret.trim().length >= 4 && !MASK.includes(secret.trim()));
          const redactor = createRedactor();
          redactor.add(secret);
          const shown = redactor.redact(`${before}${secret}${after}`);
          expect(shown).toContain(MASK);
          expect(shown.split(MASK).some((part) => part.includes(secret.trim()))).toBe(false);
        },
      ),
    );
  });
});
