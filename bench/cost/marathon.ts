// bench: an embedded Marathon that notes what it is asked and when; its tasks exist in memory only.

import { tmpdir } from 'node:os';
import { performance } from 'node:perf_hooks';
import { createEmulator, MemoryProcesses } from '../../src/emulator/index.ts';
import { serve } from '../../src/runtime/network/http.ts';

/** A request as it arrived. */
export interface Seen {
  /** By `preciseNow`. */
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
}

export interface BenchMarathon {
  readonly url: string;
  /** What arrived since the last time this was asked. */
  requests(): Promise<readonly Seen[]>;
  close(): Promise<void>;
}

/** ms since the epoch with fractions, the same in every thread of a process. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

export async function startBenchMarathon(): Promise<BenchMarathon> {
  const emulator = createEmulator({
    budget: { cpus: 1e6, mem: 1e9 },
    baseEnv: {},
    workDir: tmpdir(),
    runner: new MemoryProcesses(),
  });
  await emulator.start();
  let seen: Seen[] = [];
  const tap = await serve(
    (request, bindings) => {
      const { pathname } = new URL(request.url);
      seen.push({ atMs: preciseNow(), method: request.method, path: pathname });
      return emulator.fetch(request, bindings);
    },
    { host: '127.0.0.1', port: 0 },
  );
  return {
    url: tap.url,
    requests: async () => {
      const taken = seen;
      seen = [];
      return taken;
    },
    close: async () => {
      await tap.close();
      await emulator.close();
    },
  };
}
