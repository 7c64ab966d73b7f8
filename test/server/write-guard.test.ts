import { describe, expect, it } from 'vitest';
import { createTokenBook } from '../../src/server/tokens.ts';
import { createWriteGuard, PAGE_TOKEN_HEADER } from '../../src/server/write-guard.ts';

function post(headers: Record<string, string>): Request {
  return new Request('http://x/ui/scale', { method: 'POST', headers });
}

const none = createTokenBook({});
const loopback = { boundTo: '127.0.0.1', pageToken: 'page', tokens: none };
const open = { boundTo: '0.0.0.0', pageToken: 'page', tokens: none };
const secured = { ...open, tokens: createTokenBook({ writeToken: 'secret' }) };

describe('createWriteGuard', () => {
  it.each([
    {
      name: 'the page of this start',
      options: loopback,
      headers: { [PAGE_TOKEN_HEADER]: 'page' },
      status: undefined,
    },
    {
      name: 'a page of an earlier start',
      options: loopback,
      headers: { [PAGE_TOKEN_HEADER]: 'old' },
      status: 403,
    },
    { name: 'no token', options: loopback, headers: {}, status: 403 },
    {
      name: 'the page token beyond loopback',
      options: open,
      headers: { [PAGE_TOKEN_HEADER]: 'page' },
      status: 403,
    },
    {
      name: 'an empty write token',
      options: { ...open, writeToken: '' },
      headers: { authorization: 'Bearer ' },
      status: 403,
    },
    { name: 'no bearer', options: secured, headers: { [PAGE_TOKEN_HEADER]: 'page' }, status: 401 },
    { name: 'a wrong bearer', options: secured, headers: { authorization: 'Bearer wrong' }, status: 401 },
    { name: 'another scheme', options: secured, headers: { authorization: 'Basic secret' }, status: 401 },
    { name: 'the bearer', options: secured, headers: { authorization: 'Bearer secret' }, status: undefined },
  ])('answers $name with $status', ({ options, headers, status }) => {
    expect(createWriteGuard(options).refusal(post(headers as Record<string, string>))?.status).toBe(status);
  });

  it.each([
    [loopback, 'open'],
    [open, 'off'],
    [secured, 'bearer'],
  ])('tells the page how it may write', (options, mode) => {
    expect(createWriteGuard(options).mode).toBe(mode);
  });

  it('never repeats a token', () => {
    const refusal = createWriteGuard(secured).refusal(post({ authorization: 'Bearer guess' }));
    expect(refusal?.message).not.toMatch(/secret|guess|page/);
  });
});
