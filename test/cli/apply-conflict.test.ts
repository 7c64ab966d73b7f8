// What apply does when somebody else was faster: it looks again and sends what is then missing, as kubectl does.

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/commands/objects/apply.ts';
import { aCommandContext, optionsOf } from '../support/command-context.ts';

const dirs: string[] = [];
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const POLICY = {
  apiVersion: 'microscaling.io/v1alpha1',
  kind: 'MicroscalingPolicy',
  metadata: { name: 'shop' },
  spec: {
    capacity: { slots: 2 },
    apps: [{ name: 'api', priority: 1, instances: { min: 1 }, remainder: {} }],
  },
};

/** An operator where somebody else creates the policy just before the first write arrives. */
async function contested(conflicts: number): Promise<{ url: string; writes: string[] }> {
  const writes: string[] = [];
  const theirs = { ...POLICY, metadata: { name: 'shop', namespace: 'default', resourceVersion: '7' } };
  let left = conflicts;
  let exists = false;
  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    const answer = (code: number, body: object): void => {
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    await text(request);
    if (method === 'GET' && !url.endsWith('/shop')) return answer(200, { kind: 'List', items: [] });
    if (method === 'GET' && !exists)
      return answer(404, { kind: 'Status', code: 404, message: 'there is no shop' });
    if (method === 'GET' || url.includes('dryRun')) return answer(200, theirs);
    writes.push(method);
    exists = true;
    if (left-- > 0) return answer(409, { kind: 'Status', code: 409, message: 'somebody was faster' });
    return answer(200, { ...theirs, metadata: { ...theirs.metadata, resourceVersion: '8' } });
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, writes };
}

async function apply(server: string): Promise<readonly string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'apply-'));
  dirs.push(dir);
  writeFileSync(join(dir, 'shop.yaml'), JSON.stringify(POLICY));
  const { context, printed } = aCommandContext();
  await run(optionsOf({ server, file: [join(dir, 'shop.yaml')] }), context);
  return printed;
}

describe('apply beside somebody who is faster', () => {
  it.each([
    { conflicts: 0, writes: ['POST'], does: 'created' },
    { conflicts: 1, writes: ['POST', 'PATCH'], does: 'configured' },
    { conflicts: 5, writes: ['POST', 'PATCH', 'PATCH', 'PATCH', 'PATCH', 'PATCH'], does: 'configured' },
  ])('after $conflicts conflicts: $does', async ({ conflicts, writes, does }) => {
    const operator = await contested(conflicts);
    expect((await apply(operator.url)).join('\n')).toMatch(new RegExp(`shop ${does}$`));
    expect(operator.writes).toEqual(writes);
  });

  it('gives up in the end, and says why', async () => {
    const operator = await contested(1_000);
    await expect(apply(operator.url)).rejects.toThrow('somebody was faster');
    expect(operator.writes).toHaveLength(6);
  });
});
