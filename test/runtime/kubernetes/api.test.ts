// How many calls a server is asked at once.

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { KubeApi } from '../../../src/policy-sources/kubernetes/index.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { until } from '../../support/until.ts';

const AT_ONCE = 16;
const never = new AbortController().signal;
const server = createServer();

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function apiOf(onRequest: (response: ServerResponse) => void): Promise<KubeApi> {
  server.on('request', (_, response) => onRequest(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return new KubeApi(
    {
      name: 'test',
      server: `http://127.0.0.1:${port}`,
      namespace: 'default',
      authorize: async () => undefined,
    },
    systemClock,
  );
}

describe('KubeApi', () => {
  it('asks for no more at once than a server answers side by side, and for the rest in turn', async () => {
    const waiting: ServerResponse[] = [];
    let most = 0;
    let open = 0;
    let isHeld = true;
    const answer = (response: ServerResponse): void => {
      open -= 1;
      response.end(JSON.stringify({ metadata: { name: 'x' } }));
    };
    const api = await apiOf((response) => {
      open += 1;
      most = Math.max(most, open);
      if (isHeld) waiting.push(response);
      else answer(response);
    });
    const path = { group: '', version: 'v1', resource: 'pods', namespace: 'shop', name: 'x' };
    const all = Array.from({ length: 100 }, () => api.get(path, never));
    await until('as many as may be asked at once', () => waiting.length >= AT_ONCE);
    isHeld = false;
    for (const response of waiting) answer(response);
    expect(await Promise.all(all)).toHaveLength(100);
    expect(most).toBe(AT_ONCE);
  });
});
