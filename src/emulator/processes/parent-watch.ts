// runtime: notices that the npm which started us is gone. SIGKILL of npm reaches neither its shell nor us.

import { basename } from 'node:path';
import { type ProcessTable, systemProcessTable } from './process-table.ts';

const INTERVAL_MS = 500;
const SHELL = /^-?(a|ba|da|k|z)?sh$/;
const NPM = /^(npm|npx|pnpm|pnpx|yarn)(-cli)?(\.c?js)?$/;

export interface ParentWatchDeps {
  /** Our parent as it is now; another one than before means that the former is gone. */
  ppid(): number;
  readonly processes: ProcessTable;
  /** Calls `look` again and again without keeping the process alive; returns its own undo. */
  every(intervalMs: number, look: () => void): () => void;
}

const systemParentWatchDeps: ParentWatchDeps = {
  ppid: () => process.ppid,
  processes: systemProcessTable,
  every: (intervalMs, look) => {
    const timer = setInterval(look, intervalMs);
    timer.unref();
    return () => clearInterval(timer);
  },
};

/** npm and what it started us with: npm itself, or a shell between. */
interface Lineage {
  readonly parent: number;
  readonly npm: number;
}

/**
 * Watches npm as parent, or as grandparent behind a shell; `onGone` is called at most once, with a sentence.
 * Resolves to its own undo after the first look. Who put us into the background (`sh -c 'node main.ts &'`) is left
 * alone: that shell is gone at the first look.
 */
export async function watchParent(
  onGone: (why: string) => void,
  deps: ParentWatchDeps = systemParentWatchDeps,
): Promise<() => void> {
  const lineage = await findNpm(deps);
  if (lineage === undefined) return () => undefined;
  let done = false;
  const look = async (): Promise<void> => {
    if (done || (await isAlive(lineage, deps)) || done) return;
    stop();
    onGone(`npm (process ${lineage.npm}) is gone`);
  };
  const cancel = deps.every(INTERVAL_MS, () => void look());
  const stop = (): void => {
    done = true;
    cancel();
  };
  return stop;
}

async function findNpm({ ppid, processes }: ParentWatchDeps): Promise<Lineage | undefined> {
  const parent = ppid();
  const command = await processes.commandOf(parent);
  if (isNpm(command)) return { parent, npm: parent };
  if (!SHELL.test(basename(command[0] ?? ''))) return undefined;
  const npm = await processes.parentOf(parent);
  if (npm === undefined || !isNpm(await processes.commandOf(npm))) return undefined;
  return { parent, npm };
}

async function isAlive(lineage: Lineage, deps: ParentWatchDeps): Promise<boolean> {
  if (deps.ppid() !== lineage.parent) return false;
  return lineage.parent === lineage.npm || (await deps.processes.parentOf(lineage.parent)) === lineage.npm;
}

/** `npm run demo`, or `node /usr/bin/npm run demo` before npm has renamed itself. */
function isNpm(command: readonly string[]): boolean {
  return command.slice(0, 2).some((word) => NPM.test(basename(word)));
}
