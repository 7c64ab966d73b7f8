// app: a real Azure Storage queue on this machine. Azurite as a guarded process, in memory, on a port that the kernel gives.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type GuardedProcess, type Guardian, terminate } from '../../../emulator/index.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';

const READY_WITHIN_MS = 30_000;
const PROBE_EVERY_MS = 50;
const GRACE_MS = 2_000;
const MOST_SAID = 1_000;

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

/** Starts Azurite's queue service; resolves when it accepts connections. The kernel chooses its port. */
export async function startStorage(
  queueName: string,
  deps: StorageDeps,
  signal: AbortSignal,
): Promise<Storage> {
  const { host } = deps;
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
      '0',
    ],
    { env: deps.env, stdout: 'pipe', stderr: 'ignore' },
  );
  const port = await portOf(azurite, deps.clock, signal);
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

/** The port that the kernel gave it, which it prints once it listens: one that was looked for before could be taken meanwhile. */
async function portOf(azurite: GuardedProcess, clock: Clock, signal: AbortSignal): Promise<string> {
  let said = '';
  // It is read to the end: who prints into a full pipe stands still.
  azurite.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-MOST_SAID);
  });
  let ended = false;
  void azurite.exited.then(() => {
    ended = true;
  });
  const deadlineMs = clock.monotonic() + READY_WITHIN_MS;
  for (;;) {
    const port = /successfully listens on \S+:(\d+)\n/.exec(said)?.[1];
    if (port !== undefined) return port;
    if (ended) throw new TerminalError('Azurite ended at once; run npx azurite-queue to see why');
    if (clock.monotonic() > deadlineMs) throw new TerminalError('Azurite does not listen within 30 s');
    await clock.sleep(PROBE_EVERY_MS, signal);
  }
}
