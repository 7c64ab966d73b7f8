import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/metric-sources/connection/address.ts';

describe('an address', () => {
  it.each([
    ['https://shop.example/api/', ['http', 'https'], 'https://shop.example', '/api', 443],
    ['http://shop.example:80', ['http', 'https'], 'http://shop.example', '', 80],
    ['http://shop.example:8080/a/b', ['http', 'https'], 'http://shop.example:8080', '/a/b', 8080],
    ['redis://Cache', ['redis', 'rediss'], 'redis://cache:6379', '', 6379],
    ['nats://[::1]:4333', ['nats'], 'nats://[::1]:4333', '', 4333],
  ])('%s has its origin, path and port', (text, schemes, origin, path, port) => {
    expect(parseAddress(text, schemes)).toMatchObject({ origin, path, port });
  });

  it.each([
    ['shop', ['http'], 'is not an address such as http://HOST'],
    ['cache:6379', ['redis'], 'does not begin with redis://'],
    ['ftp://shop', ['http', 'https'], 'does not begin with http:// or https://'],
    [
      'redis://:secret@cache',
      ['redis'],
      'holds credentials: remove them from the address and give them by reference',
    ],
    ['http://shop/?token=secret', ['http'], 'has a query or a fragment: give only host, port and path'],
    ['redis:///0', ['redis'], 'names no host; write it like redis://HOST:6379'],
  ])('%s is refused without being repeated', (text, schemes, wrong) => {
    expect(parseAddress(text, schemes)).toEqual({ wrong });
  });
});
