// A real server with real processes on a free port.

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator, type Emulator, type EmulatorOptions } from '../../../src/emulator/index.ts';

export interface Server {
  readonly emulator: Emulator;
  readonly workDir: string;
  /** In the environment of every task. */
  readonly mark: string;
  call(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  stop(): Promise<{ readonly leftProcesses: number }>;
}

export async function aServer(options: Partial<EmulatorOptions> = {}): Promise<Server> {
  const workDir = mkdtempSync(join(tmpdir(), 'emulator-test-'));
  const mark = `EMULATOR_TEST=${randomUUID()}`;
  const [name = '', value = ''] = mark.split('=');
  const emulator = createEmulator({
    budget: { cpus: 4, mem: 4096 },
    baseEnv: { PATH: process.env['PATH'] ?? '' },
    taskEnv: { [name]: value },
    workDir,
    ...options,
  });
  try {
    await emulator.start();
  } catch (error) {
    rmSync(workDir, { recursive: true, force: true });
    throw error;
  }
  return {
    emulator,
    workDir,
    mark,
    call: async (method, path, body) => {
      const response = await fetch(`${emulator.url}${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    stop: async () => {
      const result = await emulator.close();
      rmSync(workDir, { recursive: true, force: true });
      return result;
    },
  };
}
