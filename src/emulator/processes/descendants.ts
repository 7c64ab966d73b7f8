// runtime: finds what a program has started and what has left its process group since: by a variable in the environment,
// which is inherited, and by its parents as long as they live. Where there is no /proc nothing is found.

import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

interface Row {
  /** Of the process with this number, which may be given again. */
  readonly startedAt: string;
  /** Value of the variable; undefined when it is not there, or not ours to read. */
  readonly mark: string | undefined;
}

/** When each started, by number. */
export type Known = Map<number, string>;

/** Adds the descendants of a process to those that are known: with it goes what tells that they are its own. */
export function rememberChildren(root: number, known: Known): void {
  for (const pid of childrenOf(root)) {
    const startedAt = statOf(read(`/proc/${pid}/stat`))?.startedAt;
    if (startedAt === undefined || known.get(pid) === startedAt) continue;
    known.set(pid, startedAt);
    rememberChildren(pid, known);
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.flatMap((thread) =>
      read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Undefined for what is over, zombies included. */
function statOf(stat: string): { readonly startedAt: string } | undefined {
  // Behind the name, which may hold anything: state, parent, …, and at last when it started.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startedAt = fields[18];
  return startedAt === undefined || state === 'Z' || state === 'X' ? undefined : { startedAt };
}

export class Descendants {
  readonly #variable: string;
  /** Of everything that runs on this machine; what is known of a process is not read again. */
  #rows = new Map<number, Row>();
  /** Whoever asks while a look is under way shares the one after it. */
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(variable: string) {
    this.#variable = variable;
  }

  /**
   * Sends a signal to every process with this mark and to every one that is known, but not to `root`.
   *
   * @returns how many there were
   */
  async signal(
    name: NodeJS.Signals,
    { mark, root, known }: { readonly mark: string; readonly root: number; readonly known: Known },
  ): Promise<number> {
    await this.#look();
    const marked = [...this.#rows].filter(([pid, row]) => pid !== root && row.mark === mark);
    const all = new Map([...known, ...marked.map(([pid, { startedAt }]) => [pid, startedAt] as const)]);
    return signalAll(name, all);
  }

  #look(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#read().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#look();
    });
    return this.#next;
  }

  async #read(): Promise<void> {
    const names = await readdir('/proc').catch(() => []);
    const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
    const rows = await Promise.all(
      pids.map(async (pid) => [pid, this.#rows.get(pid) ?? (await rowOf(pid, this.#variable))] as const),
    );
    this.#rows = new Map(rows.flatMap(([pid, row]) => (row === undefined ? [] : [[pid, row]])));
  }
}

/** Only what is still the same process gets the signal. @returns how many did */
export function signalAll(name: NodeJS.Signals, known: Known): number {
  const alive = [...known].filter(
    ([pid, startedAt]) => statOf(read(`/proc/${pid}/stat`))?.startedAt === startedAt,
  );
  return alive.filter(([pid]) => signalOne(pid, name)).length;
}

async function rowOf(pid: number, variable: string): Promise<Row | undefined> {
  try {
    const stat = statOf(await readFile(`/proc/${pid}/stat`, 'utf8'));
    return stat === undefined ? undefined : { ...stat, mark: await markOf(pid, variable) };
  } catch {
    return undefined;
  }
}

async function markOf(pid: number, variable: string): Promise<string | undefined> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    const entry = environment.split('\0').find((one) => one.startsWith(`${variable}=`));
    return entry?.slice(variable.length + 1);
  } catch {
    return undefined;
  }
}

function signalOne(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
