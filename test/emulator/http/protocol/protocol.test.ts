// What holds for every route: methods, types, bodies; and what Marathon has that this server has nothing for.

import { describe, expect, it } from 'vitest';
import { parseBody } from '../../../../src/emulator/http/protocol/json-body.ts';
import { acceptsJson } from '../../../../src/emulator/http/protocol/media-type.ts';
import { aWorld } from '../../support/world.ts';

describe('methods', () => {
  it.each([
    ['GET', '/v2/apps/web/restart'],
    ['PUT', '/v2/apps/web/restart'],
    ['GET', '/v2/apps/web/tasks/x'],
    ['DELETE', '/v2/apps'],
    ['GET', '/v2/tasks/delete'],
  ])('%s %s is not allowed, whatever the id before it could be', async (method, path) => {
    const { status, body } = await aWorld().call(method, path);
    expect([status, body]).toEqual([405, { message: 'Method Not Allowed' }]);
  });

  it.each([
    ['/v2/apps', 'HEAD,POST,GET,OPTIONS,PUT,PATCH'],
    ['/v2/apps/web', 'HEAD,DELETE,GET,OPTIONS,PUT,PATCH'],
    ['/v2/apps/web/restart', 'DELETE,POST,OPTIONS'],
    ['/v2/deployments', 'HEAD,GET,OPTIONS'],
  ])('OPTIONS %s tells them', async (path, allow) => {
    const { status, headers, body } = await aWorld().call('OPTIONS', path);
    expect([status, headers.get('allow'), body]).toEqual([200, allow, '']);
  });
});

describe('types', () => {
  it.each([
    [null, true],
    ['*/*', true],
    ['text/html, application/json;q=0.5', true],
    ['application/*', true],
    ['text/plain', false],
    ['text/html', false],
    ['application/json;q=0', false],
  ])('Accept: %s takes JSON: %s', (accept, takes) => expect(acceptsJson(accept)).toBe(takes));
});

describe('a body', () => {
  it.each([
    ['{"a":1}{"a":2}', { a: 1 }],
    [' [1, "]"] rest', [1, ']']],
    ['"x"', 'x'],
    ['{"a":"\\"}"}', { a: '"}' }],
  ])('%s is read up to the end of its first value', (text, value) => expect(parseBody(text)).toEqual(value));

  it.each([
    ['', 'Please specify data in JSON format'],
    ['{', 'Invalid JSON'],
    ['['.repeat(20_000), 'Invalid JSON'],
  ])('is refused when it is not JSON', (text, message) => expect(() => parseBody(text)).toThrow(message));

  it.each(['null', '[]', '"x"'])('%s changes nothing of an app', async (text) => {
    const world = aWorld();
    await world.app({ id: '/a' });
    const { version } = (await world.get('/v2/apps/a')).app;
    expect((await world.call('PUT', '/v2/apps/a', text)).status).toBe(200);
    expect((await world.get('/v2/apps/a')).app.version).toBe(version);
  });

  it('is no app when it is a list', async () => {
    const { status, body } = await aWorld().call('POST', '/v2/apps', [{ id: '/a' }]);
    expect([status, body.details]).toEqual([
      422,
      [{ path: '/id', errors: ['[{"id":"/a"}] is not an object'] }],
    ]);
  });
});

describe('pods and plugins', () => {
  it.each([
    ['/v2/pods', 200, []],
    ['/v2/pods/::status', 200, []],
    ['/v2/plugins', 200, { plugins: [] }],
    ['/v2/pods/a::status', 404, { message: "Pod '/a' does not exist", details: [] }],
  ])('GET %s is %i', async (path, status, body) => {
    const answer = await aWorld().call('GET', path);
    expect([answer.status, answer.body]).toEqual([status, body]);
  });

  it('are not created, and the refusal says why', async () => {
    const { status, body } = await aWorld().call('POST', '/v2/pods', { id: '/a', containers: [] });
    expect([status, body.message]).toEqual([
      422,
      'This server runs plain processes and no pods; make it an app at /v2/apps',
    ]);
  });
});
