// The ground rules of HTTP, and what the server says about itself.

import { describe, expect, it } from 'vitest';
import { createApi } from '../../../../src/emulator/http/api.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import { aWorld } from '../../support/world.ts';

describe('every answer', () => {
  it.each(['/ping', '/v2/apps', '/v2/apps/nope', '/v2/nope'])(
    'of %s carries the headers of a leader',
    async (path) => {
      const { headers } = await aWorld().call('GET', path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-cache, no-store, must-revalidate',
        pragma: 'no-cache',
        expires: '0',
        'x-marathon-leader': 'http://127.0.0.1:8080',
        'x-frame-options': 'DENY',
        'x-xss-protection': '1; mode=block',
      });
    },
  );
});

describe('routes', () => {
  it.each([
    ['GET', '/v2/leader', 200, { leader: '127.0.0.1:8080' }],
    ['GET', '/ping', 200, 'pong'],
    ['GET', '/v2/nope', 500, { message: 'URI not found' }],
    ['POST', '/v2/leader', 405, { message: 'Method Not Allowed' }],
    ['GET', '/v2/apps/', 200, { apps: [] }],
    ['GET', '/v2/apps/%zz', 404, { message: "App '/%zz' does not exist", details: [] }],
  ])('%s %s is %i', async (method, path, status, body) => {
    const answer = await aWorld().call(method, path);
    expect([answer.status, answer.body]).toEqual([status, body]);
  });

  it('tells the line that it imitates', async () => {
    const info = await aWorld().get('/v2/info');
    expect(info).toMatchObject({
      name: 'marathon',
      version: expect.stringMatching(/^1\.10\.26-/),
      elected: true,
      leader: '127.0.0.1:8080',
      http_config: { http_port: 8080, https_port: null },
    });
    expect(info.marathon_config).toMatchObject({
      launch_token: 100,
      mesos_leader_ui_url: 'http://127.0.0.1:8080/',
      webui_url: null,
    });
    expect(info.zookeeper_config).toMatchObject({ zk_max_versions: 50 });
  });

  it.each([
    ['*/*', 200, 'pong'],
    ['application/json', 200, '"pong"'],
    ['image/png', 204, ''],
  ])('answers a ping for %s', async (accept, status, body) => {
    const world = aWorld();
    const api = createApi(world.marathon, {
      log: silentLogger,
      address: () => ({ authority: 'h:1', host: 'h', port: 1 }),
    });
    const response = await api(new Request('http://h:1/ping', { headers: { accept } }));
    expect([response.status, await response.text()]).toEqual([status, body]);
  });
});
