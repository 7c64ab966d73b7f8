// app: a real Azure Storage queue on this machine. Azurite as a guarded process, in memory, on a free port.

import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { type GuardedProcess, type Guardian, terminate } from '../../../emulator/index.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { messageOf, TerminalError } from '../../../runtime/errors.ts';

const READY_WITHIN_MS = 30_000;
const PROBE_EVERY_MS = 50;
const GRACE_MS = 2_000;

/** The emulator's account, which is public knowledge. */
const ACCOUNT_NAME = 'devstoreaccount1';
const ACCOUNT_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** The tutorial's. */
export const STORAGE_VARIABLES = [
  'AZURE_STORAGE_ACCOUNT_NAME',
  'AZURE_STORAGE_ACCOUNT_KEY',
  'AZURE_STORAGE_QUEUE_NAME',
  'AZURE_STORAGE_QUEUE_ENDPOINT',
] as const;

export interface Storage {
  /** The tutorial's variables for this storage. */
  readonly env: Readonly<Record<(typeof STORAGE_VARIABLES)[number], string>>;
  close(): Promise<void>;
}

export interface StorageDeps {
  readonly guardian: Guardian;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string>>;
  /** Address of this machine that it listens on. */
  readonly host: string;
}

/** Starts Azurite's queue service; resolves when it accepts connections. */
export async function startStorage(
  queueName: string,
  deps: StorageDeps,
  signal: AbortSignal,
): Promise<Storage> {
  const { host } = deps;
  const port = await freePort(host);
  const azurite = await deps.guardian.spawn(
    process.execPath,
    [
      mainFile(),
      '--inMemoryPersistence',
      '--disableTelemetry',
      '--silent',
      '--queueHost',
      host,
      '--queuePort',
      String(port),
    ],
    { env: deps.env, stderr: 'ignore' },
  );
  await untilAnswering({ host, port }, azurite, deps.clock, signal);
  return {
    env: {
      AZURE_STORAGE_ACCOUNT_NAME: ACCOUNT_NAME,
      AZURE_STORAGE_ACCOUNT_KEY: ACCOUNT_KEY,
      AZURE_STORAGE_QUEUE_NAME: queueName,
      AZURE_STORAGE_QUEUE_ENDPOINT: `http://${host}:${port}/${ACCOUNT_NAME}`,
    },
    close: () => terminate(azurite, GRACE_MS, deps.clock),
  };
}

/** @throws TerminalError in the image and in a published package, which have none */
export function requireAzurite(): void {
  mainFile();
}

function mainFile(): string {
  try {
    const root = dirname(createRequire(import.meta.url).resolve('azurite/package.json'));
    return join(root, 'dist/src/queue/main.js');
  } catch (error) {
    throw new TerminalError(
      'the demo needs Azurite, half a gigabyte that neither the image nor the package has: beside an installed microscaling ' +
        '`npm install --global azurite` brings it, and a checkout has it (npm ci, npm run demo)',
      { cause: error },
    );
  }
}

async function untilAnswering(
  at: { readonly host: string; readonly port: number },
  azurite: GuardedProcess,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  let ended = false;
  void azurite.exited.then(() => {
    ended = true;
  });
  const deadlineMs = clock.monotonic() + READY_WITHIN_MS;
  while (!(await answers(at))) {
    if (ended) throw new TerminalError('Azurite ended at once; run npx azurite-queue to see why');
    if (clock.monotonic() > deadlineMs)
      throw new TerminalError(`Azurite does not answer on port ${at.port} within 30 s`);
    await clock.sleep(PROBE_EVERY_MS, signal);
  }
}

function answers(at: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(at);
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) =>
      reject(new TerminalError(`finding a free port of ${host}: ${messageOf(error)}`)),
    );
    server.listen(0, host, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
