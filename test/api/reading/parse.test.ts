import { describe, expect, it } from 'vitest';
import { MAX_TEXT_BYTES, parseText } from '../../../src/api/reading/parse.ts';

function faultsOf(text: string): readonly string[] {
  const { faults, documents } = parseText(text);
  return [
    ...faults.map(({ severity, line, message }) => `${severity} ${line} ${message}`),
    ...documents.flatMap((d) => d.findings.map((f) => `${f.severity} ${d.lineOf(f.pointer)} ${f.message}`)),
  ];
}

/** `&a [x, x, …]`, then lists of nine aliases of the one before. */
function bomb(levels: number): string {
  const lines = Array.from(
    { length: levels },
    (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`,
  );
  return ['l0: &l0 [x, x, x, x, x, x, x, x, x]', ...lines].join('\n');
}

describe('documents', () => {
  it('reads several, each with its line, and leaves empty ones out', () => {
    const { documents, faults } = parseText('a: 1\n---\n# nothing\n---\n\nb: 2\n...\n---\nnull\n');
    expect(documents.map(({ value, line }) => [value, line])).toEqual([
      [{ a: 1 }, 1],
      [{ b: 2 }, 6],
    ]);
    expect(faults).toEqual([]);
  });

  it.each([
    ['JSON with tabs', '{\n\t"a": [1, true, null]\n}', { a: [1, true, null] }],
    ['a byte order mark', '\ufeffa: 1', { a: 1 }],
    ['carriage returns', 'a: 1\r\nb: 2\r\n', { a: 1, b: 2 }],
    ['merge keys', 'x: &x { a: 1, b: 2 }\ny: { <<: *x, b: 3 }', { x: { a: 1, b: 2 }, y: { a: 1, b: 3 } }],
    ['YAML 1.2, where on and dates are text', 'a: on\nb: 2020-01-01', { a: 'on', b: '2020-01-01' }],
  ])('reads %s', (_, text, value) => {
    expect(parseText(text).documents.map((document) => document.value)).toEqual([value]);
    expect(faultsOf(text)).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['comments', '# a\n\n# b\n'],
    ['a marker', '---\n'],
  ])('warns of a text with %s in it', (_, text) => {
    expect(parseText(text).documents).toEqual([]);
    expect(faultsOf(text)).toEqual(['warning 1 holds no document']);
  });
});

describe('lines', () => {
  const text = [
    '# comment', // 1
    'a:', // 2
    '  - x: 1', // 3
    '    y: [p, q]', // 4
    '  -', // 5
    '    z: |', // 6
    '      text', // 7
    '"b/c~d": &k', // 8
    '  e: 1', // 9
    'f: *k', // 10
    '---', // 11
    'g: 1', // 12
  ].join('\n');

  it.each([
    [0, '', 2],
    [0, '/a', 2],
    [0, '/a/0', 3],
    [0, '/a/0/x', 3],
    [0, '/a/0/y', 4],
    [0, '/a/0/y/1', 4],
    [0, '/a/1/z', 6],
    [0, '/b~1c~0d', 8],
    [0, '/b~1c~0d/e', 9],
    [0, '/f', 10],
    [1, '/g', 12],
    // What does not stand there has the line of what it would stand in.
    [0, '/a/0/missing/deeper', 3],
    [0, '/f/e', 10],
    [1, '/missing', 12],
  ])('document %i, %s is in line %i', (document, pointer, line) => {
    expect(parseText(text).documents[document]?.lineOf(pointer)).toBe(line);
  });
});

describe('bad texts', () => {
  it.each([
    [
      'tabs',
      'a:\n\tb: 1',
      'error 2 is not valid YAML: tab characters must not be used in indentation: indent with spaces',
    ],
    [
      'an open bracket',
      'a: 1\nb: [1',
      'error 2 is not valid YAML: unexpected end of the stream within a flow collection',
    ],
    ['a null byte', 'a: 1\nb: \u0000', 'error 2 is not valid YAML: null byte is not allowed in input'],
    ['an unknown alias', 'a: 1\nb: *c', 'error 1 line 2 is not valid YAML: unidentified alias "c"'],
    [
      'a tag that makes something',
      'a: !!js/function x',
      'error 1 line 1 is not valid YAML: unknown scalar tag !<tag:yaml.org,2002:js/function>',
    ],
    [
      'a key twice',
      'a: 1\nb:\n  c: 1\n  d: 2\n  c: 3',
      'error 3 b.c stands twice, again in line 5: keep one of them',
    ],
    ['an alias within itself', 'a: &x\n  b: *x', 'error 1 the alias in line 2 names what it stands in'],
    [
      'depth',
      '['.repeat(101) + ']'.repeat(101),
      'error 1 is not valid YAML: nesting exceeded maxDepth (100)',
    ],
  ])('says what is wrong with %s', (_, text, problem) => {
    expect(faultsOf(text)).toEqual([problem]);
  });

  it('does not show the text around a mistake, which may be a secret', () => {
    expect(faultsOf('password: [hunter2').join()).not.toContain('hunter2');
  });

  it('keeps the good documents around a broken one', () => {
    const { documents, faults } = parseText('a: 1\n---\nb: [\n---\nc: 3\n---\nd: "x');
    expect(documents.map(({ value, line }) => [value, line])).toEqual([
      [{ a: 1 }, 1],
      [{ c: 3 }, 5],
    ]);
    expect(faults.map(({ line }) => line)).toEqual([4, 7]);
  });

  it('keeps a document beside one that cannot be built', () => {
    const { documents } = parseText('a: *nowhere\n---\nb: 1');
    expect(documents.map(({ value }) => value)).toEqual([undefined, { b: 1 }]);
  });
});

describe('limits', () => {
  it('refuses a text over 1 MiB by its size', () => {
    const text = `a: ${'x'.repeat(MAX_TEXT_BYTES * 2)}`;
    expect(faultsOf(text)).toEqual([
      'error 1 has 2097155 bytes, more than the 1048576 (1 MiB) that are read from one text: split it',
    ]);
  });

  it('counts bytes, not characters', () => {
    expect(faultsOf(`a: ${'é'.repeat(MAX_TEXT_BYTES / 2)}`)).toHaveLength(1);
    expect(faultsOf(`a: ${'e'.repeat(MAX_TEXT_BYTES / 2)}`)).toEqual([]);
  });

  it.each([
    [5, /^error 1 has \d+ values once its aliases are written out; at most 200000 are read$/],
    [12, /^error 1 has over a billion values once its aliases are written out; at most 200000 are read$/],
  ])('refuses a bomb of %i levels before it is built', (levels, message) => {
    const { documents } = parseText(bomb(levels));
    expect(documents.map(({ value }) => value)).toEqual([undefined]);
    expect(faultsOf(bomb(levels))).toEqual([expect.stringMatching(message)]);
  });

  it('reads aliases that stay small', () => {
    expect(faultsOf(bomb(2))).toEqual([]);
  });

  it('refuses depth that comes from aliases', () => {
    const nested = '['.repeat(60);
    const text = `a: &a ${nested}x${']'.repeat(60)}\nb: ${nested}*a${']'.repeat(60)}`;
    expect(faultsOf(text)).toEqual(['error 1 is nested 121 levels deep; at most 100 are read']);
  });

  it('refuses more documents than anybody writes', () => {
    expect(faultsOf('---\na: 1\n'.repeat(2001))).toEqual([
      'error 1 has 2001 documents; at most 2000 are read from one text: split it',
    ]);
    expect(faultsOf('---\na: 1\n'.repeat(1500))).toEqual([]);
  });

  it('refuses a bomb of merge keys', () => {
    const keys = Array.from({ length: 600 }, (_, i) => `k${i}: 1`).join(', ');
    const merges = Array.from({ length: 600 }, (_, i) => `m${i}: { <<: *b }`).join('\n');
    expect(faultsOf(`b: &b { ${keys} }\n${merges}`)).toEqual([expect.stringContaining('written out')]);
  });
});
