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
    { name: 'ignores values shorter than 3 characters', secrets: ['ab', ''], text: 'ab', shown: 'ab' },
    {
      name: 'masks 8 characters within a word',
      secrets: ['abcdefgh'],
      text: 'xabcdefghx',
      shown: `x${MASK}x`,
    },
    {
      name: 'masks a short one as a word of its own',
      secrets: ['demo'],
      text: 'queue demo, demo. "demo" key=demo; http://u:demo@h/?k=demo',
      shown: `queue ${MASK}, ${MASK}. "${MASK}" key=${MASK}; http://u:${MASK}@h/?k=${MASK}`,
    },
    {
      name: 'leaves a short one in names of policies, files, apps and queues',
      secrets: ['demo'],
      text: 'queue-demo demo.yaml /queue-demo/demo/consumer demo2 mydemo demo_queue démodemo-x',
      shown: 'queue-demo demo.yaml /queue-demo/demo/consumer demo2 mydemo demo_queue démodemo-x',
    },
    { name: 'masks a short one that is no word', secrets: ['p+/w'], text: 'is p+/w!', shown: `is ${MASK}!` },
    {
      name: 'masks the longer of two that overlap',
      secrets: ['password', 'password12'],
      text: 'password12',
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

  it('never lets a secret through, whatever it is made of', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 8, unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (secret, before, after) => {
          fc.pre(secret.trim().length >= 8 && !MASK.includes(secret.trim()));
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
