import { expect, it } from 'vitest';
import { wayIn } from '../../../../src/app/operator/listening/way-in.ts';
import { createMemoryDocumentStore } from '../../../../src/runtime/document-store.ts';
import { createToken } from '../../../../src/server/access/tokens.ts';

const url = 'http://192.0.2.1:8090';
const beyond = { boundTo: '0.0.0.0', url };
const documents = createMemoryDocumentStore();
const token = createToken(documents, {
  name: 'reader',
  role: 'read',
  nowMs: 0,
  randomBytes: (n) => Buffer.alloc(n, 1),
});

it.each([
  ['on loopback', { ...beyond, boundTo: '127.0.0.1' }, undefined, /^$/],
  ['without any token', beyond, 'warn', /nobody gets in.*MICROSCALING_API_TOKEN.*--data DIR/],
  [
    'with an empty store',
    { ...beyond, dataDir: '/data', documents: createMemoryDocumentStore() },
    'warn',
    /nobody gets in.*token create NAME --role read\|write --data \/data makes one/,
  ],
  ['with tokens in the store', { ...beyond, dataDir: '/data', documents }, 'info', /log in at .*8090\/login/],
  ['with the token of its start', { ...beyond, writeToken: 'x'.repeat(20) }, 'info', /started with.*\/login/],
] as const)('says %s how to get in, and no token', (_, options, level, words) => {
  const told = wayIn(options);
  expect(told?.level).toBe(level);
  expect(told?.message ?? '').toMatch(words);
  for (const secret of [token, 'x'.repeat(20)]) expect(told?.message ?? '').not.toContain(secret);
});
