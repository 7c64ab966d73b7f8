// test support: a real NATS server with JetStream of one's own on a private port and in a private folder.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../suite/free-port.ts';
import { type Killable, killable, listens } from './killable.ts';

/** Why tests with NATS cannot run here: prints it. Under CI a missing program is a failure. */
export function natsMissing(): boolean {
  if (process.env['CI'] === 'true') return false;
  try {
    execFileSync('nats-server', ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    console.warn('NATS tests skipped: no nats-server (apt-get install nats-server)');
    return true;
  }
}

export interface Nats extends Killable {
  readonly port: number;
  /** Stops it and removes what it kept. */
  remove(): Promise<void>;
}

/** @param settings beyond port and store, in the form of its configuration file */
export async function startNats(settings = ''): Promise<Nats> {
  const dir = mkdtempSync(join(tmpdir(), 'nats-'));
  const port = await freePort();
  const file = join(dir, 'nats.conf');
  const store = settings.includes('jetstream') ? '' : `jetstream { store_dir: "${join(dir, 'data')}" }\n`;
  writeFileSync(file, `listen: "127.0.0.1:${port}"\n${store}${settings}\n`);
  const server = killable({
    name: 'NATS',
    command: ['nats-server', '-c', file],
    // It listens when it is ready for requests.
    isReady: async (said) => said.includes('Server is ready') && (await listens(port)),
  });
  await server.start();
  return {
    ...server,
    port,
    remove: async () => {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
