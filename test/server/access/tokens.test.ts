import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';
import { createAccess } from '../../../src/server/access/access.ts';
import {
  createToken,
  createTokenBook,
  listTokens,
  type Role,
  revokeToken,
} from '../../../src/server/access/tokens.ts';

function aStore() {
  const documents = createMemoryDocumentStore();
  const create = (name: string, role: Role): string =>
    createToken(documents, { name, role, nowMs: Date.UTC(2026, 0, 1), randomBytes });
  return { documents, create };
}

describe('tokens', () => {
  it('let in whoever has one, as far as it goes, until it is revoked', () => {
    const { documents, create } = aStore();
    const tokens = createTokenBook({ documents, writeToken: 'from-a-file-or-variable' });
    const [reader, writer] = [create('reader', 'read'), create('writer', 'write')];
    expect(
      [reader, writer, 'from-a-file-or-variable', 'guess', ''].map((token) => tokens.roleOf(token)),
    ).toEqual(['read', 'write', 'write', undefined, undefined]);
    expect(listTokens(documents)).toEqual([
      { name: 'reader', role: 'read', createdAt: '2026-01-01T00:00:00.000Z' },
      { name: 'writer', role: 'write', createdAt: '2026-01-01T00:00:00.000Z' },
    ]);
    revokeToken(documents, 'writer');
    expect(tokens.roleOf(writer)).toBeUndefined();
    expect(() => revokeToken(documents, 'writer')).toThrow(/there are: reader$/);
  });

  it('are long, random, and kept as hashes alone', () => {
    const { documents, create } = aStore();
    const [first, second] = [create('a', 'read'), create('b', 'read')];
    expect(first).toMatch(/^microscaling_[\w-]{43}$/);
    expect(first).not.toBe(second);
    const kept = JSON.stringify([...documents.all('token')]);
    for (const token of [first, second]) expect(kept).not.toContain(token.slice('microscaling_'.length));
  });

  it.each(['', 'A', 'a/b', '-a', 'a'.repeat(64), '__proto__'])('are not named %j', (name) => {
    expect(() => aStore().create(name, 'read')).toThrow(TerminalError);
  });

  it('are not replaced by others of their name', () => {
    const { create } = aStore();
    create('ci', 'read');
    expect(() => create('ci', 'write')).toThrow(/already/);
  });

  it('are passed over when the store holds something else', () => {
    const { documents } = aStore();
    const values = [
      null,
      'text',
      { role: 'admin', sha256: 'a'.repeat(64) },
      { role: 'write', sha256: '' },
      { role: 'write' },
    ];
    documents.write(values.map((value, i) => ({ do: 'put', collection: 'token', key: `t${i}`, value })));
    const tokens = createTokenBook({ documents });
    expect([tokens.roleOf(''), tokens.canWrite, listTokens(documents)]).toEqual([undefined, false, []]);
  });
});

describe('access', () => {
  const { documents, create } = aStore();
  const [reader, writer] = [create('reader', 'read'), create('writer', 'write')];
  const tokens = createTokenBook({ documents });
  const ask = (boundTo: string, method: string, authorization?: string) =>
    createAccess(boundTo, tokens).refusal(
      new Request('http://x/apis', { method, headers: authorization === undefined ? {} : { authorization } }),
    )?.status;

  it.each([
    ['127.0.0.1', 'PUT', undefined, undefined],
    ['localhost', 'GET', undefined, undefined],
    ['0.0.0.0', 'GET', undefined, 401],
    ['0.0.0.0', 'GET', 'Bearer guess', 401],
    ['0.0.0.0', 'GET', `Basic ${writer}`, 401],
    ['0.0.0.0', 'GET', `Bearer ${reader}`, undefined],
    ['0.0.0.0', 'HEAD', `bearer ${reader}`, undefined],
    ['0.0.0.0', 'POST', `Bearer ${reader}`, 403],
    ['0.0.0.0', 'DELETE', `Bearer ${reader}`, 403],
    ['0.0.0.0', 'OPTIONS', undefined, 401],
    ['0.0.0.0', 'PATCH', `Bearer ${writer}`, undefined],
    ['10.1.2.3', 'POST', undefined, 401],
  ])('on %s answers %s with %s: %s', (boundTo, method, authorization, status) => {
    expect(ask(boundTo, method, authorization)).toBe(status);
  });

  it('says what to do, and never the token', () => {
    const refusal = (headers: Record<string, string>) =>
      createAccess('0.0.0.0', tokens).refusal(new Request('http://x/apis', { method: 'POST', headers }))
        ?.message;
    expect(refusal({})).toMatch(/microscaling token create/);
    expect(refusal({ authorization: `Bearer ${reader}` })).toMatch(/--role write/);
    expect(refusal({ authorization: 'Bearer guess' })).not.toContain('guess');
  });
});
