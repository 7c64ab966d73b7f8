// runtime: who is whose parent, from /proc on Linux and from `ps` elsewhere.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ProcessTable {
  /** `undefined` when there is no such process, or none can be looked up on this system. */
  parentOf(pid: number): Promise<number | undefined>;
  /** The command line as words; empty when it cannot be looked up. */
  commandOf(pid: number): Promise<readonly string[]>;
}

const procFs: ProcessTable = {
  parentOf: async (pid) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // `pid (name) state ppid …`, and the name may hold spaces and parentheses.
    return toPid(
      stat
        .slice(stat.lastIndexOf(')') + 1)
        .trim()
        .split(' ')[1],
    );
  },
  commandOf: async (pid) => words(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
};

const ps: ProcessTable = {
  parentOf: async (pid) => toPid(await psField('ppid=', pid)),
  commandOf: async (pid) => words(await psField('command=', pid)),
};

export const systemProcessTable: ProcessTable = process.platform === 'linux' ? procFs : ps;

async function psField(field: string, pid: number): Promise<string> {
  try {
    return (await run('ps', ['-o', field, '-p', String(pid)])).stdout;
  } catch {
    return '';
  }
}

function toPid(text: string | undefined): number | undefined {
  const pid = Number.parseInt(text ?? '', 10);
  return Number.isNaN(pid) ? undefined : pid;
}

/** A program that renames itself (npm does) leaves one string with spaces where arguments were. */
function words(commandLine: string): readonly string[] {
  return commandLine.split(/[\0\s]+/).filter((word) => word !== '');
}
