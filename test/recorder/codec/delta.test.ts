// The delta form: whatever sequence of pictures goes in comes out again, and what did not move costs nothing.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DeltaDecoder } from '../../../src/recorder/codec/decoder.ts';
import { DeltaEncoder } from '../../../src/recorder/codec/encoder.ts';
import { createMasking } from '../../../src/recorder/codec/json.ts';
import { EntryReader, headerLine, readEntries, readHeader } from '../../../src/recorder/codec/segment.ts';

const HEADER = headerLine({ tier: 'rounds', operator: '1.2.3', startedAtMs: 1 });

function pictures(lines: readonly string[]): unknown[] {
  return [...readEntries(`${[HEADER, ...lines].join('\n')}\n`)].flatMap((entry) =>
    entry.kind === 'frame' ? [entry.picture] : [],
  );
}

const { picture } = fc.letrec((tie) => ({
  picture: fc.dictionary(
    fc.oneof(
      fc.constantFrom('a', 'b', '__proto__', 'constructor', 'length', '0'),
      fc.string({ maxLength: 3 }),
    ),
    fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.constantFrom(null, true, 0.1, 'text'),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
      fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 6 }),
      fc.array(tie('picture'), { maxLength: 3 }),
      tie('picture'),
    ),
    { maxKeys: 5, noNullPrototype: true },
  ),
}));

const KEEPING = [
  { how: 'as they are', isPacking: false },
  { how: 'packed', isPacking: true },
];

it.each(KEEPING)('gives back any sequence of pictures that it keeps $how', ({ isPacking }) => {
  fc.assert(
    fc.property(fc.array(picture, { minLength: 1, maxLength: 6 }), (all) => {
      const encoder = new DeltaEncoder(undefined, isPacking);
      const kept = all.map((each) => JSON.parse(JSON.stringify(each)) as unknown);
      const lines = kept.map((each) => encoder.frame('pool', each));
      expect(pictures(lines)).toEqual(kept);
    }),
    { examples: [[['{}', '{"__proto__":0}', '{}'].map((text) => JSON.parse(text))]] },
  );
});

it.each(KEEPING)(
  'gives back a hundred apps that come, move and go in any order, kept $how',
  ({ isPacking }) => {
    const some = fc.dictionary(
      fc.integer({ min: 0, max: 99 }).map((n) => `/app-${n}`),
      picture,
      { maxKeys: 100 },
    );
    fc.assert(
      fc.property(fc.array(some, { minLength: 2, maxLength: 5, size: 'max' }), (all) => {
        const encoder = new DeltaEncoder(undefined, isPacking);
        const kept = all.map((apps) => JSON.parse(JSON.stringify({ apps })) as unknown);
        expect(pictures(kept.map((each) => encoder.frame('pool', each)))).toEqual(kept);
      }),
      { numRuns: 30 },
    );
  },
);

it.each(KEEPING)(
  'has the same pictures where each is changed into the next one, also after one is taken back, kept $how',
  ({ isPacking }) => {
    const names = fc.constantFrom('one', 'two');
    const told = fc.array(fc.tuple(names, fc.option(picture, { nil: undefined })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(told, fc.nat(), (all, cut) => {
        const encoder = new DeltaEncoder(undefined, isPacking);
        const lines = all.flatMap(([name, each]) =>
          (each === undefined ? encoder.forget(name, 1) : encoder.frame(name, each)).split('\n'),
        );
        const readers = [new EntryReader(), new EntryReader(true)] as const;
        const last = readers.map(() => new Map<string, unknown>());
        const take = (line: string, isTakenBack: boolean): void => {
          for (const [i, reader] of readers.entries()) {
            const entry = reader.take(line);
            if (isTakenBack) reader.takeBack();
            else if (entry?.kind === 'frame') last[i]?.set(entry.pool, entry.picture);
            else if (entry?.kind === 'gone') last[i]?.delete(entry.pool);
          }
        };
        const end = cut % (lines.length + 1);
        for (const line of lines.slice(0, end)) take(line, false);
        for (const line of lines.slice(end, end + 1)) take(line, !line.startsWith('{'));
        const [copied, changed] = last.map((pictures) => JSON.stringify([...pictures]));
        expect(changed).toBe(copied);
      }),
      { numRuns: 400 },
    );
  },
);

it('has the same pictures in place where a list is now of numbers, now of other things', () => {
  const lists = [
    [1, 2],
    ['x', 2],
    [3, 2],
    [2, 5],
    ['y', 5],
    [6, 5],
    [7, 8],
    ['z', 8],
  ];
  const encoder = new DeltaEncoder();
  const reader = new EntryReader(true);
  for (const list of lists) {
    const [last] = encoder
      .frame('pool', { list })
      .split('\n')
      .flatMap((line) => reader.take(line) ?? []);
    expect(last).toEqual({ kind: 'frame', pool: 'pool', picture: { list } });
  }
});

it('never changes a picture that it has given out', () => {
  const encoder = new DeltaEncoder();
  const lines = [1, 2, 3].map((n) => encoder.frame('pool', { deep: { n, list: [{ n }] }, same: { x: 1 } }));
  const [first, second, third] = pictures(lines);
  expect([first, second, third]).toEqual(
    [1, 2, 3].map((n) => ({ deep: { n, list: [{ n }] }, same: { x: 1 } })),
  );
  const sameOf = (each: unknown): unknown => (each as { readonly same: unknown }).same;
  expect(sameOf(third)).toBe(sameOf(first));
});

it('never changes a picture that it was given', () => {
  const encoder = new DeltaEncoder();
  const all = [1, 2, 3].map((n) => ({ deep: { n, list: [{ n }] }, ...(n === 2 ? {} : { gone: { n } }) }));
  const before = structuredClone(all);
  for (const each of all) encoder.frame('pool', each);
  expect(all).toEqual(before);
});

it.each(KEEPING)(
  'writes a dozen bytes for a picture in which only the time moved, kept $how',
  ({ isPacking }) => {
    const encoder = new DeltaEncoder(undefined, isPacking);
    const at = (atMs: number): object => ({ atMs, much: { text: 'x'.repeat(1_000), counts: [1, 2, 3] } });
    for (const ms of [0, 250]) encoder.frame('pool', at(1_764_410_000_000 + ms));
    expect(encoder.frame('pool', at(1_764_410_000_500)).length).toBeLessThan(20);
  },
);

it('writes of a window that moves on only what is new', () => {
  const encoder = new DeltaEncoder();
  const times = Array.from({ length: 32 }, (_, i) => 1_764_410_000_000 + i * 37);
  for (const from of [0, 1]) encoder.frame('pool', { times: times.slice(from) });
  const line = encoder.frame('pool', { times: [...times.slice(4), 1_764_410_009_999] });
  expect(line.length).toBeLessThan(40);
});

it.each(
  [Number.POSITIVE_INFINITY, Number.NaN].flatMap((odd) => KEEPING.map((keeping) => ({ odd, ...keeping }))),
)('reads the numbers beside $odd as they were, kept $how', ({ odd, isPacking }) => {
  const encoder = new DeltaEncoder(undefined, isPacking);
  const windows = [
    [2, 3],
    [3, odd],
    [3, odd, 4],
    [odd, 4, 5],
    [4, 5],
    [5, 6],
  ];
  const lines = windows.map((list) => encoder.frame('pool', { list }));
  expect(pictures(lines)).toEqual(windows.map((list) => JSON.parse(JSON.stringify({ list })) as unknown));
});

it('masks texts wherever they stand', () => {
  const encoder = new DeltaEncoder(createMasking((text) => text.replaceAll('s3cr3t', '[redacted]')));
  const line = encoder.frame('pool', { a: { b: [{ c: 'key s3cr3t' }] }, d: 's3cr3t' });
  expect(line).not.toContain('s3cr3t');
  expect(encoder.frame('pool', { a: { b: [{ c: 'now s3cr3t' }] } })).not.toContain('s3cr3t');
});

it.each(KEEPING)('keeps apart what looks the same when it is masked, kept $how', ({ isPacking }) => {
  const masking = createMasking((text) => text.replaceAll(/s3cr3t|hunter2/g, '[redacted]'));
  const encoder = new DeltaEncoder(masking, isPacking);
  const lines = [
    encoder.frame('pool', { apps: { s3cr3t: { n: 1 }, hunter2: { n: 5 } } }),
    encoder.frame('pool', { apps: { s3cr3t: { n: 1 }, hunter2: { n: 6 } } }),
    encoder.frame('pool', { apps: { hunter2: { n: 6 } } }),
  ];
  expect(pictures(lines)).toEqual([
    { apps: { '[redacted]': { n: 1 }, '[redacted] (2)': { n: 5 } } },
    { apps: { '[redacted]': { n: 1 }, '[redacted] (2)': { n: 6 } } },
    { apps: { '[redacted] (2)': { n: 6 } } },
  ]);
});

it.each(KEEPING)(
  'masks names of fields and of pictures, and reads them back masked, kept $how',
  ({ isPacking }) => {
    const masking = createMasking((text) => text.replaceAll('s3cr3t', '[redacted]'));
    const encoder = new DeltaEncoder(masking, isPacking);
    const lines = [
      encoder.frame('s3cr3t/pool', { labels: { s3cr3t: 'x' } }),
      encoder.frame('s3cr3t/pool', { labels: { s3cr3t: 'y' }, apps: { '/s3cr3t': { n: 1 } } }),
      encoder.forget('s3cr3t/pool', 7),
    ];
    expect(lines.join()).not.toContain('s3cr3t');
    const name = '[redacted]/pool';
    expect([...readEntries([HEADER, ...lines, ''].join('\n'))]).toEqual([
      { kind: 'frame', pool: name, picture: { labels: { '[redacted]': 'x' } } },
      {
        kind: 'frame',
        pool: name,
        picture: { labels: { '[redacted]': 'y' }, apps: { '/[redacted]': { n: 1 } } },
      },
      { kind: 'gone', pool: name, atMs: 7 },
    ]);
  },
);

it('passes over a line that it does not understand, and one that is torn', () => {
  const encoder = new DeltaEncoder();
  const [first, second] = [encoder.frame('pool', { n: 1 }), encoder.frame('pool', { n: 2 })];
  const text = [HEADER, '{"z":1}', 'null', '[99,[1,2]]', first, '{"d":{"atMs":"x"}}', second].join('\n');
  const read = [...readEntries(`${text}\n${second.slice(0, -1)}`)];
  expect(read.map((entry) => (entry.kind === 'frame' ? entry.picture : entry))).toEqual([{ n: 1 }, { n: 2 }]);
});

it.each([
  { text: '', why: 'it does not begin as a record does' },
  { text: '{"microscaling":"record"}\n', why: 'it does not begin as a record does' },
  {
    text: `${HEADER.replace('"version":1', '"version":2')}\n`,
    why: 'it is of version 2, which this program cannot read (it reads 1)',
  },
])('refuses $text', ({ text, why }) => {
  expect(readHeader(text)).toBe(why);
});

it('knows nothing of a place that was never named', () => {
  const decoder = new DeltaDecoder();
  decoder.names([[7, 'x'], 'y', [0, 3]]);
  expect(decoder.frame([1, [1, 5]])).toBeUndefined();
  expect(decoder.nameOf(12)).toBeUndefined();
});
