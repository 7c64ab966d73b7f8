// test support: a real Azurite queue service of one's own, as a child process on a free port, in memory.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { QueueClient, StorageSharedKeyCredential } from '@azure/storage-queue';
import { freePort } from '../suite/free-port.ts';

const MAIN = resolve(import.meta.dirname, '../../../node_modules/azurite/dist/src/queue/main.js');
const READY_WITHIN_MS = 30_000;

/** The emulator's public account. */
export const ACCOUNT_NAME = 'devstoreaccount1';
export const ACCOUNT_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface Azurite {
  readonly port: number;
  /** `http://127.0.0.1:port/devstoreaccount1` */
  readonly endpoint: string;
  readonly connectionString: string;
  /** A client with the account's key; the queue is not created. */
  queue(name: string): QueueClient;
  /** The tutorial's variables for `name`. */
  env(name: string): Record<string, string>;
  stop(): Promise<void>;
}

/** Starts it and waits until it accepts connections. */
export async function startAzurite(options: { readonly port?: number } = {}): Promise<Azurite> {
  const port = options.port ?? (await freePort());
  const child = spawn(
    process.execPath,
    [
      MAIN,
      '--inMemoryPersistence',
      '--disableTelemetry',
      '--silent',
      '--queueHost',
      '127.0.0.1',
      '--queuePort',
      String(port),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  await answering(port, child, () => stderr);
  const endpoint = `http://127.0.0.1:${port}/${ACCOUNT_NAME}`;
  return {
    port,
    endpoint,
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT_NAME};AccountKey=${ACCOUNT_KEY};QueueEndpoint=${endpoint};`,
    queue: (name) =>
      new QueueClient(`${endpoint}/${name}`, new StorageSharedKeyCredential(ACCOUNT_NAME, ACCOUNT_KEY), {
        // A kept connection may be closed by the other side at the moment it is used again.
        retryOptions: { maxTries: 3, retryDelayInMs: 50 },
      }),
    env: (name) => ({
      AZURE_STORAGE_ACCOUNT_NAME: ACCOUNT_NAME,
      AZURE_STORAGE_ACCOUNT_KEY: ACCOUNT_KEY,
      AZURE_STORAGE_QUEUE_NAME: name,
      AZURE_STORAGE_QUEUE_ENDPOINT: endpoint,
    }),
    stop: async () => {
      process.off('exit', kill);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function answering(port: number, child: ChildProcess, stderr: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`azurite ended with ${child.exitCode}: ${stderr()}`);
    // Any answer will do: without credentials it is a refusal.
    if (
      await fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      )
    )
      return;
    if (Date.now() > deadline) throw new Error(`azurite is not ready: ${stderr()}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}
