import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { watchParent } from '../../src/runtime/parent-watch.ts';
import { systemProcessTable } from '../../src/runtime/process-table.ts';

/** Processes that live and die when told; whose parent dies becomes a child of process 1. */
class FakeProcesses {
  readonly #rows = new Map<number, { parent: number; command: readonly string[] }>();
  #look: () => void = () => undefined;

  constructor(lineage: readonly string[]) {
    for (const [index, command] of lineage.entries()) {
      this.#rows.set(index + 2, { parent: index + 1, command: command.split(' ') });
    }
  }

  get self(): number {
    return Math.max(...this.#rows.keys());
  }

  kill(pid: number): void {
    this.#rows.delete(pid);
    for (const row of this.#rows.values()) if (row.parent === pid) row.parent = 1;
  }

  async tick(): Promise<void> {
    this.#look();
    await new Promise((resolve) => setImmediate(resolve));
  }

  readonly deps = {
    ppid: () => this.#rows.get(this.self)?.parent ?? 1,
    processes: {
      parentOf: async (pid: number) => this.#rows.get(pid)?.parent,
      commandOf: async (pid: number) => this.#rows.get(pid)?.command ?? [],
    },
    every: (_intervalMs: number, look: () => void) => {
      this.#look = look;
      return () => {
        this.#look = () => undefined;
      };
    },
  };
}

const SH = 'sh -c node main.ts';
const NODE = 'node main.ts';

describe('parent watch', () => {
  it.each([
    { name: 'npm behind a shell', lineage: ['bash', 'npm run demo', SH, NODE], dies: 3 },
    { name: 'npm as direct parent', lineage: ['bash', 'npm run demo', NODE], dies: 3 },
    { name: 'npm that has not renamed itself', lineage: ['node /usr/bin/npm run demo', SH, NODE], dies: 2 },
    {
      name: 'npx through its script',
      lineage: ['node /x/npm/bin/npx-cli.js m', '/bin/sh -c m', NODE],
      dies: 2,
    },
    { name: "npm's shell alone", lineage: ['bash', 'npm run demo', SH, NODE], dies: 4 },
  ])('notices the end of $name', async ({ lineage, dies }) => {
    const world = new FakeProcesses(lineage);
    const reasons: string[] = [];
    await watchParent({ startedByNpm: true, onGone: (why) => void reasons.push(why) }, world.deps);
    await world.tick();
    expect(reasons).toEqual([]);
    world.kill(dies);
    await world.tick();
    await world.tick();
    expect(reasons).toEqual([expect.stringMatching(/^npm \(process \d\) is gone$/)]);
  });

  it.each([
    { name: 'without npm, the shell ends', lineage: ['bash', SH, NODE], startedByNpm: false, dies: 3 },
    {
      name: 'without npm, somebody called npm ends',
      lineage: ['npm run x', SH, NODE],
      startedByNpm: false,
      dies: 2,
    },
    {
      name: 'with npm further up only',
      lineage: ['npm test', SH, 'node vitest', NODE],
      startedByNpm: true,
      dies: 4,
    },
    {
      name: 'put into the background, npm elsewhere',
      lineage: ['npm run x', NODE],
      startedByNpm: true,
      dies: 2,
      orphan: true,
    },
    {
      name: "npm's own parent ends",
      lineage: ['bash', 'npm run demo', SH, NODE],
      startedByNpm: true,
      dies: 2,
    },
  ])('stays quiet: $name', async ({ lineage, startedByNpm, dies, orphan }) => {
    const world = new FakeProcesses(lineage);
    if (orphan) world.deps.ppid = () => 1;
    const reasons: string[] = [];
    await watchParent({ startedByNpm, onGone: (why) => void reasons.push(why) }, world.deps);
    world.kill(dies);
    await world.tick();
    expect(reasons).toEqual([]);
  });

  it('stays quiet once stopped', async () => {
    const world = new FakeProcesses(['npm run demo', SH, NODE]);
    const reasons: string[] = [];
    const stop = await watchParent(
      { startedByNpm: true, onGone: (why) => void reasons.push(why) },
      world.deps,
    );
    stop();
    world.kill(2);
    await world.tick();
    expect(reasons).toEqual([]);
  });
});

describe('process table of this system', () => {
  it('knows parent and command line of a process, and nothing of one that is gone', async () => {
    const child: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'a word']);
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    expect(await systemProcessTable.parentOf(pid)).toBe(process.pid);
    expect((await systemProcessTable.commandOf(pid)).slice(-2)).toEqual(['a', 'word']);
    const gone = once(child, 'close');
    child.kill('SIGKILL');
    await gone;
    expect(await systemProcessTable.parentOf(pid)).toBeUndefined();
    expect(await systemProcessTable.commandOf(pid)).toEqual([]);
  });
});
