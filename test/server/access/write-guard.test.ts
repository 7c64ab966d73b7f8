import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { createAccess } from '../../../src/server/access/access.ts';
import { Sessions } from '../../../src/server/access/sessions.ts';
import { createToken, createTokenBook } from '../../../src/server/access/tokens.ts';
import { createWriteGuard, PAGE_TOKEN_HEADER } from '../../../src/server/access/write-guard.ts';

function post(headers: Record<string, string>): Request {
  return new Request('http://x/ui/scale', { method: 'POST', headers });
}

const documents = createMemoryDocumentStore();
const [reader, writer] = (['read', 'write'] as const).map((role) =>
  createToken(documents, { name: role, role, nowMs: 0, randomBytes: (size) => Buffer.alloc(size, role) }),
);
const tokens = createTokenBook({ documents });
const sessions = new Sessions(new VirtualClock(0));
const cookieOf = (token: string | undefined): string =>
  `a=b; microscaling_session_80=${sessions.open(tokens.holderOf(token ?? '')?.digest ?? '')}`;
const guardOf = (boundTo: string) =>
  createWriteGuard({ access: createAccess(boundTo, tokens, sessions), pageToken: 'page' });

const PAGE = { [PAGE_TOKEN_HEADER]: 'page' };

describe('createWriteGuard', () => {
  it.each([
    ['127.0.0.1', 'the page of this start', PAGE, undefined],
    ['127.0.0.1', 'a page of an earlier start', { [PAGE_TOKEN_HEADER]: 'old' }, 403],
    ['127.0.0.1', 'no token', {}, 403],
    ['0.0.0.0', 'the page token alone', PAGE, 401],
    ['0.0.0.0', 'a wrong bearer', { authorization: 'Bearer wrong' }, 401],
    ['0.0.0.0', 'another scheme', { authorization: `Basic ${writer}` }, 401],
    ['0.0.0.0', 'a bearer that may read', { authorization: `Bearer ${reader}` }, 403],
    ['0.0.0.0', 'a bearer that may write', { authorization: `Bearer ${writer}` }, undefined],
    ['0.0.0.0', 'a session alone, as any site could make a browser send', { cookie: cookieOf(writer) }, 403],
    ['0.0.0.0', 'a session that may read', { ...PAGE, cookie: cookieOf(reader) }, 403],
    ['0.0.0.0', 'a session that nobody opened', { ...PAGE, cookie: 'microscaling_session_80=x' }, 401],
    ['0.0.0.0', 'a session that may write', { ...PAGE, cookie: cookieOf(writer) }, undefined],
    ['0.0.0.0', 'a cookie of another port', { ...PAGE, cookie: cookieOf(writer).replace('_80', '_81') }, 401],
  ])('on %s answers %s with %s', (boundTo, _name, headers, status) => {
    expect(guardOf(boundTo).refusal(post(headers as Record<string, string>))?.status).toBe(status);
  });

  it.each([
    ['127.0.0.1', {}, 'open'],
    ['0.0.0.0', {}, 'off'],
    ['0.0.0.0', { cookie: cookieOf(reader) }, 'off'],
    ['0.0.0.0', { cookie: cookieOf(writer) }, 'open'],
  ])('on %s says to the page how it may write', (boundTo, headers, mode) => {
    expect(guardOf(boundTo).modeFor(post(headers as Record<string, string>))).toBe(mode);
  });

  it('never repeats a token', () => {
    const refusal = guardOf('0.0.0.0').refusal(post({ authorization: 'Bearer guess' }));
    expect(refusal?.message).not.toMatch(/guess|page:/);
  });
});
