// A list that is taken out of a document as it comes: the same elements and the same rest, wherever the bytes are cut.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ListedJson } from '../../../../src/schedulers/marathon/http/listed-json.ts';

interface Taken {
  readonly elements: readonly unknown[];
  readonly rest: string;
}

function taken(text: string, cuts: readonly number[] = []): Taken {
  const bytes = Buffer.from(text);
  const elements: unknown[] = [];
  const json = new ListedJson('apps', (element) => void elements.push(element));
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < places.length; i++) json.push(bytes.subarray(places[i - 1], places[i]));
  return { elements, rest: json.rest };
}

it('takes the elements of any list out of any document, and leaves the rest as it is', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const document = fc.record({
    before: fc.dictionary(fc.string(), value, { maxKeys: 3 }),
    apps: fc.array(value, { maxLength: 5 }),
    after: fc.dictionary(fc.string(), value, { maxKeys: 3 }),
    indent: fc.constantFrom(0, 2),
    cuts: fc.array(fc.nat(), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(document, ({ before, apps, after, indent, cuts }) => {
      // Names of the list itself would be given twice.
      const { apps: _, ...first } = before;
      const { apps: __, ...last } = after;
      const whole = (list: readonly unknown[]) =>
        [
          ['first', first],
          ['apps', list],
          ['last', last],
        ] as const;
      const text = JSON.stringify(Object.fromEntries(whole(apps)), null, indent);
      const { elements, rest } = taken(text, cuts);
      expect(elements).toEqual(JSON.parse(JSON.stringify(apps)));
      expect(JSON.parse(rest)).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(whole([])))));
    }),
  );
});

it.each([
  ['of another name', '{"items":[{"id":"/a"}]}'],
  ['deeper down', '{"x":{"apps":[{"id":"/a"}]}}'],
  ['in a list', '[["apps",[1]]]'],
  ['whose name is only a value', '{"a":"apps","b":[1]}'],
  ['that is an object', '{"apps":{"id":"/a"}}'],
])('leaves a list alone %s', (_, text) => {
  expect(taken(text)).toEqual({ elements: [], rest: text });
});

it.each([
  ['a web page', '<html>Sign in, "please"</html>'],
  ['a document that is cut off in an element', '{"apps":[{"id":"/a"},{"id":"/b'],
  ['a document that is cut off between two', '{"apps":[{"id":"/a"},'],
  ['a document that is cut off behind the last one', '{"apps":[{"id":"/a"}'],
  ['an element that is none', '{"apps":[{"id":"/a"},nothing,{"id":"/b"}]}'],
  ['a comma too many', '{"apps":[1,]}'],
  ['a comma without anything', '{"apps":[,]}'],
  ['nothing', ''],
])('leaves of %s a rest that is no document', (_, text) => {
  for (const cuts of [[], [3, 9, 14]]) expect(() => JSON.parse(taken(text, cuts).rest)).toThrow(SyntaxError);
});

it('keeps a text as it is, also what is no letter', () => {
  const text = '{"message":"Größe – \\"apps\\":[1]"}';
  for (const cuts of [[], [14, 15, 16, 17, 18, 19]]) expect(taken(text, cuts).rest).toBe(text);
});
