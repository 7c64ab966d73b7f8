// test support: a program that writes batches to a store as fast as it can, and says which of them were acknowledged.

import { writeSync } from 'node:fs';
import { openDocumentStore } from '../../../src/runtime/sqlite/documents.ts';

const [dir = '', size = '3', how = 'now'] = process.argv.slice(2);
const store = openDocumentStore(dir, { holder: 'a writer' });
const first = Number(store.get('count', 'last') ?? 0) + 1;
for (let n = first; ; n++) {
  const parts = Array.from({ length: Number(size) }, (_, i) => ({
    do: 'put' as const,
    collection: 'part',
    key: `${i}`,
    value: { n, text: 'x'.repeat(n % 3_000) },
  }));
  const batch = [...parts, { do: 'put' as const, collection: 'count', key: 'last', value: n }];
  if (how === 'now') {
    store.write(batch);
  } else {
    store.writeSoon(batch);
    await store.durable();
  }
  writeSync(1, `${n}\n`);
}
