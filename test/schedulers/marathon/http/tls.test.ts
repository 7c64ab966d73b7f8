import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ValueResolver } from '../../../../src/api/values.ts';
import { createScheduler, never } from '../setup.ts';

const files: ValueResolver = { resolve: ({ fromFile = '' }) => readFileSync(fromFile, 'utf8') };

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    if (process.env['CI'] === 'true') throw new Error('openssl is missing; install it');
    console.warn('skipped: openssl is missing, so there is no certificate to trust');
    return false;
  }
}

describe.skipIf(!hasOpenssl())('caFile', () => {
  const dir = mkdtempSync(join(tmpdir(), 'microscaling-tls-'));
  const [key, cert, junk] = ['key.pem', 'cert.pem', 'junk.pem'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  let server: Server;
  let url: string;

  beforeAll(async () => {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
    execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    writeFileSync(junk, 'hello');
    server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ apps: [], version: '1.10.26' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true });
  });

  it('is trusted', async () => {
    const scheduler = createScheduler({ urls: [url], caFile: cert }, { values: files });
    await scheduler.observe(['/a'], never);
    expect(scheduler.info()).toMatchObject({ reachable: true });
    await scheduler.close();
  });

  it('is needed, and the message says so', async () => {
    const scheduler = createScheduler({ urls: [url] });
    await expect(scheduler.observe(['/a'], never)).rejects.toThrow(/certificate is self-signed/);
    await scheduler.close();
  });

  it('is refused when it holds no certificate', () => {
    const make = () => createScheduler({ urls: [url], caFile: junk }, { values: files });
    expect(make).toThrow(/junk.pem holds no certificate in PEM/);
  });
});
