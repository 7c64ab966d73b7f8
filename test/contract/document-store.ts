// What every DocumentStore does.

import { afterEach, describe, expect, it } from 'vitest';
import type { DocumentStore } from '../../src/runtime/document-store.ts';

export function describeDocumentStore(name: string, open: () => DocumentStore): void {
  describe(`${name} as a document store`, () => {
    const opened: DocumentStore[] = [];
    const store = (): DocumentStore => {
      const made = open();
      opened.push(made);
      return made;
    };
    afterEach(() => {
      for (const each of opened.splice(0)) each.close();
    });

    it('has nothing to begin with', () => {
      const documents = store();
      expect(documents.all('a')).toEqual(new Map());
      expect(documents.get('a', 'x')).toBeUndefined();
    });

    it('keeps documents by collection and key', () => {
      const documents = store();
      documents.write([
        { do: 'put', collection: 'a', key: 'x', value: { n: 1 } },
        { do: 'put', collection: 'b', key: 'x', value: ['other'] },
      ]);
      expect(documents.get('a', 'x')).toEqual({ n: 1 });
      expect(documents.get('b', 'x')).toEqual(['other']);
      expect(documents.get('a', 'y')).toBeUndefined();
      expect(documents.all('a')).toEqual(new Map([['x', { n: 1 }]]));
    });

    it.each([
      ['null', null],
      ['false', false],
      ['a number', 0.1],
      ['text with every kind of character', 'a\u0000b\n"\\ \u2028 ü 漢 🂡 </script>'],
      ['keys that objects have of themselves', JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}')],
      ['nested', { a: [{ b: [[]] }, {}] }],
    ])('gives back %s as it was', (_, value) => {
      const documents = store();
      documents.write([{ do: 'put', collection: 'a', key: 'x', value }]);
      expect(documents.get('a', 'x')).toStrictEqual(value);
    });

    it.each(['', ' ', '/a/b', 'default/x', "'; DROP TABLE document; --", '__proto__', 'ü🂡'])(
      'takes %j as a key and as a collection',
      (text) => {
        const documents = store();
        documents.write([{ do: 'put', collection: text, key: text, value: 1 }]);
        expect([...documents.all(text)]).toEqual([[text, 1]]);
        expect(documents.get(text, text)).toBe(1);
      },
    );

    it('hands out copies', () => {
      const documents = store();
      const value = { list: [1] };
      documents.write([{ do: 'put', collection: 'a', key: 'x', value }]);
      value.list.push(2);
      (documents.get('a', 'x') as { list: number[] }).list.push(3);
      expect(documents.get('a', 'x')).toEqual({ list: [1] });
    });

    it('lists in the order of keys', () => {
      const documents = store();
      const keys = ['b', 'a', '10', '9', 'B', 'a/b', 'a-b', ''];
      documents.write(keys.map((key) => ({ do: 'put', collection: 'a', key, value: key })));
      expect([...documents.all('a').keys()]).toEqual([...keys].sort());
    });

    it('replaces and removes, in the order of the changes', () => {
      const documents = store();
      documents.write([
        { do: 'put', collection: 'a', key: 'x', value: 1 },
        { do: 'put', collection: 'a', key: 'y', value: 1 },
        { do: 'put', collection: 'a', key: 'x', value: 2 },
        { do: 'remove', collection: 'a', key: 'y' },
        { do: 'remove', collection: 'a', key: 'never there' },
        { do: 'remove', collection: 'a', key: 'z' },
        { do: 'put', collection: 'a', key: 'z', value: 3 },
      ]);
      expect([...documents.all('a')]).toEqual([
        ['x', 2],
        ['z', 3],
      ]);
    });

    it('takes an empty batch for nothing', () => {
      const documents = store();
      documents.write([]);
      expect(documents.all('a').size).toBe(0);
    });

    it('writes nothing of a batch in which one value cannot be written', () => {
      const documents = store();
      const loop: Record<string, unknown> = {};
      loop['self'] = loop;
      documents.write([{ do: 'put', collection: 'a', key: 'x', value: 1 }]);
      expect(() =>
        documents.write([
          { do: 'put', collection: 'a', key: 'x', value: 2 },
          { do: 'put', collection: 'a', key: 'y', value: loop },
        ]),
      ).toThrow();
      expect([...documents.all('a')]).toEqual([['x', 1]]);
    });

    it('shows at once what is written soon, among what is written, and says when it is durable', async () => {
      const documents = store();
      documents.writeSoon([{ do: 'put', collection: 'a', key: 'x', value: 1 }]);
      expect([...documents.all('a')]).toEqual([['x', 1]]);
      documents.write([{ do: 'put', collection: 'a', key: 'y', value: 2 }]);
      documents.writeSoon([
        { do: 'remove', collection: 'a', key: 'x' },
        { do: 'put', collection: 'a', key: 'z', value: 3 },
      ]);
      documents.writeSoon([]);
      await Promise.all([documents.durable(), documents.durable()]);
      await documents.durable();
      expect([...documents.all('a')]).toEqual([
        ['y', 2],
        ['z', 3],
      ]);
    });

    it('writes nothing soon of a batch in which one value cannot be written', async () => {
      const documents = store();
      const loop: Record<string, unknown> = {};
      loop['self'] = loop;
      expect(() =>
        documents.writeSoon([
          { do: 'put', collection: 'a', key: 'x', value: 2 },
          { do: 'put', collection: 'a', key: 'y', value: loop },
        ]),
      ).toThrow();
      await documents.durable();
      expect(documents.all('a').size).toBe(0);
    });

    it('closes twice', () => {
      const documents = store();
      documents.close();
      documents.close();
    });
  });
}
