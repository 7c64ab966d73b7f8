import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFormula } from '../../../../src/api/reading/formula/parse.ts';

const NAMES = ['orders', 'mails', undefined, 'blocked'];

function read(text: string): string {
  const parsed = parseFormula(text, NAMES);
  if ('mistake' in parsed) return `${parsed.mistake.at}: ${parsed.mistake.message}`;
  return parsed.formula.text.map((part) => (typeof part === 'number' ? `<${part}>` : part)).join('');
}

describe('a formula', () => {
  it.each([
    ['orders', '<0>'],
    ['max(orders, mails * 0.5)', 'max(<0>, <1> * 0.5)'],
    ['blocked ? 0 : orders', '<3> ? 0 : <0>'],
    ['( orders ) + 1', '( <0> ) + 1'],
    ['orders + orders', '<0> + <0>'],
    ['!blocked && (orders > 3 || mails == 0) ? 1e1 : 0x10', '!<3> && (<0> > 3 || <1> == 0) ? 1e1 : 0x10'],
    ['ceil(orders / 3) - -floor(2.5)', 'ceil(<0> / 3) - -floor(2.5)'],
    [
      'max( // the larger of\n  orders, // paid\n  mails // not so urgent\n)\n// and no more',
      'max( <0>, <1> )',
    ],
    ['7', '7'],
  ])('%j is read', (text, said) => {
    expect(read(text)).toBe(said);
  });

  it.each([
    ['max(orders, mail)', '12: no target is called mail; did you mean mails?'],
    ['queue', '0: no target is called queue; there is orders, mails, blocked'],
    ['orders > 3', '0: the formula needs a number, and this is true or false'],
    ['max(orders, mails > 3)', '12: max needs a number, and this is true or false'],
    ['true', '0: the formula needs a number, and this is true or false'],
    ['orders / 0', '0: it divides by 0'],
    ['ceil(orders, 2)', '0: ceil takes one number, and this has 2'],
    ['min()', '0: min takes at least one number, and this has 0'],
    ['orders +', '8: unexpected token: the end'],
    ['max(orders', '10: expected ), got the end'],
    ['orders $ mails', '7: unexpected character: $'],
    ['', '0: unexpected token: the end'],
    ['if', '0: reserved identifier: if'],
  ])('%j is none', (text, said) => {
    expect(read(text)).toBe(said);
  });

  it.each([
    ['sqrt(orders)', '0: there is no function sqrt; a formula has'],
    ['has(orders.x)', '0: there is no function has; a formula has'],
    ['orders % 2', '0: % is not one of its operators; a formula has'],
    ['"3"', '0: only numbers, true and false can be written out; a formula has'],
    ['3u', '0: only numbers, true and false can be written out; a formula has'],
    ['orders.max', '7: nothing has fields; a formula has'],
    ['[orders].map(x, x)', '0: nothing has methods; a formula has'],
    ['[1][0]', '0: there are no lists; a formula has'],
    ['[1, 2, 3]', '0: there are no lists; a formula has'],
    ['{"a": 1, "b": 2}', '0: there are no maps; a formula has'],
    ['{}', '0: there are no maps; a formula has'],
    ['cel.bind(x, orders, x)', '0: nothing has methods; a formula has'],
  ])('%j is told what there is', (text, beginning) => {
    expect(read(text)).toContain(beginning);
  });

  it.each([
    ['too many numbers', Array(101).fill('1').join(' + ')],
    ['too deep', `${'('.repeat(30)}1${')'.repeat(30)}`],
    ['too many arguments', `max(${Array(17).fill('1').join(', ')})`],
  ])('has its bounds: %s', (_, text) => {
    expect(read(text)).toMatch(/^\d+: it is too long or too deep; take it apart/);
  });

  it('is refused or read, whatever the text', () => {
    const pieces = ['orders', 'mails', 'x', '1', '0', '.5', '"', '(', ')', ',', 'max', '?', ':', '!', '&&'];
    const more = [
      '||',
      '<',
      '==',
      '+',
      '-',
      '*',
      '/',
      '%',
      '.',
      '[',
      ']',
      '{',
      '//',
      '\n',
      ' ',
      'in',
      '\\',
      'é',
    ];
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 30 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseFormula(text, NAMES);
        if ('formula' in parsed) return parsed.formula.text.length > 0;
        return parsed.mistake.at >= 0 && parsed.mistake.at <= text.length && parsed.mistake.message !== '';
      }),
    );
  });
});
