// bench: `microscaling run` as a process of its own, as people start it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageFile } from '../../src/app/package-root.ts';

export interface OperatorProcess {
  /** Of the API. */
  readonly url: string;
  /** For files that go when the operator goes. */
  readonly dir: string;
  /** Most memory that it ever held, MB; undefined where the system does not say (Linux does). */
  peakMb(): number | undefined;
  /** Time of the processors that it has used, ms; undefined where the system does not say. */
  cpuMs(): number | undefined;
  stop(): Promise<void>;
}

/** @param args of the command, made from the directory: what is in there is removed in the end */
export async function startOperatorProcess(
  args: (dir: string) => readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<OperatorProcess> {
  const dir = mkdtempSync(join(tmpdir(), 'microscaling-bench-'));
  const more = ['--api', '127.0.0.1:0', '--log-format', 'json', ...args(dir)];
  // The launcher takes the first node that it finds.
  const PATH = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  const child = spawn(packageFile('src/cli/bin/microscaling'), ['run', ...more], {
    cwd: packageFile('.'),
    env: { PATH, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const url = await pageOf(child);
  return {
    url,
    dir,
    peakMb: () => peakMb(child.pid ?? 0),
    cpuMs: () => cpuMs(child.pid ?? 0),
    stop: async () => {
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** What the launcher gives to node, for those who give it more; its settings for the memory outside of the heap are left out. */
export function nodeArguments(): readonly string[] {
  const launcher = readFileSync(packageFile('src/cli/bin/microscaling'), 'utf8');
  const options = /^exec "\$node" (.*) "\$main" "\$@"$/m.exec(launcher)?.[1];
  if (options === undefined) throw new Error('the launcher does not say how it starts node');
  return [...options.split(' '), packageFile('src/cli/main.ts')];
}

/** Reads on when it has found it, so that the operator is never held up by a full pipe. */
async function pageOf(child: ChildProcess): Promise<string> {
  const lines: string[] = [];
  return await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        const page = /"page":"([^"]+)"/.exec(line)?.[1];
        if (page !== undefined) resolve(page);
        else if (lines.length < 20) lines.push(line);
      });
    }
    child.once('close', () => reject(new Error(`the operator ended:\n${lines.join('\n')}`)));
  });
}

/** Most memory that a process ever held, MB; undefined where the system does not say. */
export function peakMb(pid: number): number | undefined {
  try {
    const kb = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kb === undefined ? undefined : Number(kb) / 1_024;
  } catch {
    return undefined;
  }
}

/** Linux counts in hundredths of a second (USER_HZ). */
function cpuMs(pid: number): number | undefined {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const [user, system] = fields.split(' ').slice(11, 13).map(Number);
    return user === undefined || system === undefined ? undefined : (user + system) * 10;
  } catch {
    return undefined;
  }
}
