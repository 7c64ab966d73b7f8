import { describe, expect, it } from 'vitest';
import { csvRows } from '../../../src/simulator/load/csv.ts';

describe('CSV', () => {
  it.each([
    [
      'plain fields',
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'empty fields',
      'a,,b\n,x,\n',
      [
        ['a', '', 'b'],
        ['', 'x', ''],
      ],
    ],
    ['blank lines, which are no rows', '\na\n \n,\nb', [['a'], ['b']]],
    [
      'quotes around commas and line breaks',
      '"a,b","c\nd"\ne,f',
      [
        ['a,b', 'c\nd'],
        ['e', 'f'],
      ],
    ],
    [
      'doubled quotes',
      '"a ""b""",""\nx,y',
      [
        ['a "b"', ''],
        ['x', 'y'],
      ],
    ],
    ['blanks around quotes', ' "a" ,\t"b"', [['a', 'b']]],
    ['a quote in the middle of a plain field', 'a "b" c', [['a "b" c']]],
    ['a byte order mark', '\uFEFFa,b', [['a', 'b']]],
    ['nothing', '', []],
  ])('reads %s', (_, text, rows) => {
    expect(csvRows(text, 'x.csv').map(({ cells }) => cells)).toEqual(rows);
    expect(csvRows(text.replaceAll('\n', '\r\n'), 'x.csv')).toHaveLength(rows.length);
  });

  it('knows the line in which a row begins', () => {
    expect(csvRows('a\n"b\nc",1\n\nd', 'x.csv').map(({ line }) => line)).toEqual([1, 2, 5]);
  });

  it.each([
    ['is not closed', 'a,b\nc,"d\ne', 'x.csv:2: column 2: a quoted field ends'],
    ['closes in the middle', '"a"b,c', 'x.csv:1: column 1: a quoted field ends'],
  ])('refuses a quote that %s', (_, text, message) => {
    expect(() => csvRows(text, 'x.csv')).toThrow(message);
  });
});
