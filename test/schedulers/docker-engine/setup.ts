// Engines of our own in the place of a real one, for faults.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../src/runtime/clock.ts';
import { EngineClient, type EngineClientOptions } from '../../../src/schedulers/docker-engine/client.ts';

export const never = new AbortController().signal;

/** Its answers to `GET /version`; everything else is `listener`'s. */
const VERSION = JSON.stringify({ ApiVersion: '1.41', MinAPIVersion: '1.12', Version: '20.10.24' });

/** Listens on a socket of its own; `unix://…`. */
export async function engineThat(listener: RequestListener): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'fake-engine-'));
  const server = createServer((request, response) => {
    if (request.url === '/version') response.end(VERSION);
    else listener(request, response);
  }).listen(join(dir, 's'));
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return `unix://${dir}/s`;
}

/** Listens on a port; `tcp://…`. */
export async function engineOnPort(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function clientOf(host: string, options: Partial<EngineClientOptions> = {}): EngineClient {
  const client = new EngineClient(
    { block: 'docker', host },
    { deadlineMs: 30_000, clock: systemClock, ...options },
  );
  onTestFinished(() => client.close());
  return client;
}

/** The message that the work fails with. */
export async function failureOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'did not fail',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
