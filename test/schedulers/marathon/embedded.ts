// What tests against the embedded Marathon have in common: the server itself, and what people ask of it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createEmulator, type Emulator } from '../../../src/emulator/index.ts';

export async function startEmulator(
  slots: number,
  agents = 1,
): Promise<{ emulator: Emulator; close(): Promise<void> }> {
  const workDir = await mkdtemp(join(tmpdir(), 'microscaling-contract-'));
  const emulator = createEmulator({
    budget: { cpus: 4, mem: 4096, slots },
    agents,
    baseEnv: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    workDir,
  });
  await emulator.start();
  return {
    emulator,
    close: async () => {
      expect(await emulator.close()).toEqual({ leftProcesses: 0 });
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

export async function call(
  emulator: Emulator,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${emulator.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true);
  return await response.json();
}
