// test support: shell commands with a network and processes of their own, so that they may take any port and leave nothing.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from '../../support/programs/command.ts';

/** What ends with the shell, whatever it started: nothing reaches beyond, and nothing stays. */
const OWN = ['unshare', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'] as const;

/** Whether tests with it cannot run here: says why. Under CI a missing program is a failure, but not a right that a machine keeps back. */
export function ownNetworkMissing(): boolean {
  const [program, ...options] = OWN;
  const { error, status, stderr } = spawnSync(program, [...options, 'ip', 'link', 'set', 'lo', 'up']);
  if (error === undefined && status === 0) return false;
  const why = error?.message ?? stderr.toString().trim();
  console.warn(`Tests with a network of their own skipped, which root and iproute2 can have: ${why}`);
  return process.env['CI'] !== 'true' || /not permitted/.test(why);
}

/** Runs a script of Bash in the repository's root, with this environment alone; what it printed, errors among it. */
export async function runApart(
  script: string,
  { env, atMostS }: { readonly env: Readonly<Record<string, string>>; readonly atMostS: number },
): Promise<{ readonly code: number | null; readonly output: string }> {
  const whole = `ip link set lo up\n${script}`;
  const child = spawn('timeout', ['-s', 'KILL', `${atMostS}`, ...OWN, 'bash', '-c', whole], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
