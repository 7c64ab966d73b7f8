// What is really running on this machine.

import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Who runs is read from /proc; without one these tests are skipped, but not where everything must be tested. */
export const hasProc = existsSync('/proc/self/environ') || process.env['CI'] === 'true';
if (!hasProc) console.warn('skipped: looking for left processes needs /proc');

export interface ProcessRow {
  readonly pid: number;
  readonly group: number;
  readonly state: string;
}

/** Live processes (zombies are none) with this variable in their environment. */
export function marked(variable: string): ProcessRow[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environ = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        return environ.includes(variable) ? [row(Number(pid))] : [];
      } catch {
        return [];
      }
    })
    .filter(({ state }) => state !== 'Z');
}

/** Live processes of a group. */
export function groupMembers(group: number): ProcessRow[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [row(Number(pid))];
      } catch {
        return [];
      }
    })
    .filter((process) => process.group === group && process.state !== 'Z');
}

function row(pid: number): ProcessRow {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [state = '', , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { pid, group: Number(group), state };
}
