import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { watchParent } from '../../../src/emulator/processes/parent-watch.ts';
import { systemProcessTable } from '../../../src/emulator/processes/process-table.ts';

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
    await watchParent((why) => void reasons.push(why), world.deps);
    await world.tick();
    expect(reasons).toEqual([]);
    world.kill(dies);
    await world.tick();
    await world.tick();
    expect(reasons).toEqual([expect.stringMatching(/^npm \(process \d\) is gone$/)]);
  });

  it.each([
    { name: 'the shell of a person ends', lineage: ['bash', SH, NODE], dies: 3 },
    { name: 'npm is further up only', lineage: ['npm test', SH, 'node vitest', NODE], dies: 4 },
    { name: "npm's own parent ends", lineage: ['bash', 'npm run demo', SH, NODE], dies: 2 },
  ])('stays quiet when $name', async ({ lineage, dies }) => {
    const world = new FakeProcesses(lineage);
    const reasons: string[] = [];
    await watchParent((why) => void reasons.push(why), world.deps);
    world.kill(dies);
    await world.tick();
    expect(reasons).toEqual([]);
  });

  it('stays quiet when the shell that put us into the background was gone before the first look', async () => {
    const world = new FakeProcesses(['npm run x', SH, NODE]);
    world.kill(3);
    const reasons: string[] = [];
    await watchParent((why) => void reasons.push(why), world.deps);
    world.kill(2);
    await world.tick();
    expect(reasons).toEqual([]);
  });

  it('stays quiet once stopped', async () => {
    const world = new FakeProcesses(['npm run demo', SH, NODE]);
    const reasons: string[] = [];
    const stop = await watchParent((why) => void reasons.push(why), world.deps);
    stop();
    world.kill(2);
    await world.tick();
    expect(reasons).toEqual([]);
  });
});

describe('parent watch with the real npm', () => {
  it('notices that npm was killed', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'parent-watch-'));
    const module = new URL('../../../src/emulator/processes/parent-watch.ts', import.meta.url).href;
    const script = `
      const { watchParent } = await import(${JSON.stringify(module)});
      await watchParent((why) => {
        writeFileSync('reason', why);
        process.exit(0);
      });
      setTimeout(() => process.exit(1), 60_000);
      writeFileSync('ready', '');`;
    await writeFile(join(dir, 'main.mjs'), `import { writeFileSync } from 'node:fs';\n${script}`);
    await writeFile(
      join(dir, 'package.json'),
      JSON.stringify({ scripts: { demo: `"${process.execPath}" main.mjs` } }),
    );
    const npm = spawn('npm', ['run', '-s', 'demo'], { cwd: dir, stdio: 'ignore' });
    try {
      const patience = { timeout: 30_000, interval: 50 };
      await vi.waitFor(() => access(join(dir, 'ready')), patience);
      npm.kill('SIGKILL');
      const reason = await vi.waitUntil(
        () => readFile(join(dir, 'reason'), 'utf8').catch(() => ''),
        patience,
      );
      expect(reason).toBe(`npm (process ${npm.pid}) is gone`);
    } finally {
      npm.kill('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    }
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
