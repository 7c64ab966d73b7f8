// The namespace of a demo goes with it, also when the demo is ended while it is made.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { DemoNamespace } from '../../../../../src/app/commands/demo/clusters/kubernetes-namespace.ts';
import { systemClock } from '../../../../../src/runtime/clock.ts';
import { KubeApi } from '../../../../../src/runtime/kubernetes/api.ts';

/** A cluster that makes a namespace and says `answer` then; undefined: it never says so. */
async function removedAfter(answer: number | undefined): Promise<readonly string[]> {
  const over = new AbortController();
  let isThere = false;
  const deleted: string[] = [];
  const server = createServer(({ method, url = '' }, response) => {
    if (method === 'POST' && answer === undefined) {
      isThere = true;
      over.abort();
      return;
    }
    if (method === 'DELETE') {
      deleted.push(url);
      isThere = false;
    }
    const status = method === 'POST' ? (answer ?? 201) : isThere || method === 'DELETE' ? 200 : 404;
    response.writeHead(status).end('{"metadata":{"name":"x"}}');
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const authorize = async (): Promise<void> => undefined;
  const cluster = { name: 'test', server: `http://127.0.0.1:${port}`, namespace: 'default', authorize };
  const namespace = new DemoNamespace(new KubeApi(cluster, systemClock), systemClock);
  await expect(namespace.make(over.signal)).rejects.toThrow();
  expect(await namespace.remove()).toBe(0);
  return deleted;
}

it('is removed when the demo is ended while the cluster makes it', async () => {
  expect(await removedAfter(undefined)).toEqual(['/api/v1/namespaces/microscaling-demo']);
});

it('is left alone where somebody else made it in the same moment', async () => {
  expect(await removedAfter(409)).toEqual([]);
});
