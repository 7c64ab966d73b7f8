import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createGuardian,
  type Guardian,
  type GuardianOptions,
  terminate,
} from '../../../src/emulator/processes/guardian.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { until } from '../../support/until.ts';
import { hasProc, marked } from '../support/processes.ts';

const env = { PATH: process.env['PATH'] ?? '' };
const guardians: Guardian[] = [];
const directories: string[] = [];

afterEach(async () => {
  for (const guardian of guardians.splice(0)) await guardian.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

async function aGuardian(options?: GuardianOptions): Promise<Guardian> {
  const guardian = await createGuardian(options);
  guardians.push(guardian);
  return guardian;
}

function aDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'guardian test-'));
  directories.push(directory);
  return directory;
}

const forever = 'while :; do sleep 0.05; done';
const nobody = (mark: string) => until('nobody left', () => (marked(mark).length === 0 ? true : undefined));

describe.runIf(hasProc)('a guarded process', () => {
  it.each([
    ['a status', 'exit 3', { code: 3, signal: null }],
    ['a signal', 'kill -9 $$', { code: null, signal: 'SIGKILL' }],
  ])('ends with %s', async (_name, script, exit) => {
    const guardian = await aGuardian();
    const child = await guardian.spawn('/bin/sh', ['-c', script], { env });
    expect(await child.exited).toEqual(exit);
    expect(child.signal('SIGTERM')).toBe(false);
  });

  it('gets its arguments as they are, an empty input and the given environment', async () => {
    const guardian = await aGuardian();
    const script = 'cat; printf "%s|" "$@"; echo "$A"';
    const child = await guardian.spawn('/bin/sh', ['-c', script, 'sh', 'a b', '$HOME', '*'], {
      env: { ...env, A: 'x' },
      stdout: 'pipe',
    });
    let output = '';
    for await (const chunk of child.stdout!) output += chunk;
    expect(output).toBe('a b|$HOME|*|x\n');
  });

  it('leads its own group, which dies with it', async () => {
    const guardian = await aGuardian();
    const mark = `M=${randomUUID()}`;
    const script = `(trap "" TERM; ${forever}) & sleep 1000`;
    const child = await guardian.spawn('/bin/sh', ['-c', script], { env: { ...env, M: mark.slice(2) } });
    await until('two', () => (marked(mark).length >= 2 ? true : undefined));
    expect(new Set(marked(mark).map(({ group }) => group))).toEqual(new Set([child.pid]));
    process.kill(child.pid, 'SIGKILL');
    await child.exited;
    await nobody(mark);
  });

  it('cannot start in a directory that is not there', async () => {
    const guardian = await aGuardian();
    await expect(guardian.spawn('true', [], { env, cwd: '/no/such' })).rejects.toThrow(/^starting true: /);
  });

  it('is not started any more after close', async () => {
    const guardian = await aGuardian();
    await guardian.close();
    await expect(guardian.spawn('true', [], { env })).rejects.toThrow('starting true: shutting down');
  });
});

describe('terminate', () => {
  it('asks first and kills after the grace', async () => {
    const clock = new VirtualClock();
    const signals: string[] = [];
    const { promise: exited, resolve } = Promise.withResolvers<void>();
    const target = {
      exited,
      signal: (name: string) => {
        signals.push(name);
        if (name === 'SIGKILL') resolve();
        return true;
      },
    };
    const ended = terminate(target, 3000, clock);
    await clock.advance(2999);
    expect(signals).toEqual(['SIGTERM']);
    await clock.advance(1);
    await ended;
    expect(signals).toEqual(['SIGTERM', 'SIGKILL']);
  });

  it('leaves who goes in time alone', async () => {
    const clock = new VirtualClock();
    const signals: string[] = [];
    const { promise: exited, resolve } = Promise.withResolvers<void>();
    const target = { exited, signal: (name: string) => signals.push(name) > 0 };
    const ended = terminate(target, 3000, clock);
    resolve();
    await ended;
    await clock.advance(5000);
    expect(signals).toEqual(['SIGTERM']);
    expect(clock.pending).toBe(0);
  });
});

describe.runIf(hasProc)('closing', () => {
  it('ends what runs, even what ignores SIGTERM or has left its group', async () => {
    const guardian = await aGuardian({ graceSeconds: 0 });
    const mark = `M=${randomUUID()}`;
    const options = { env: { ...env, M: mark.slice(2) } };
    await guardian.spawn('/bin/sh', ['-c', `trap "" TERM; ${forever}`], options);
    await guardian.spawn('/bin/sh', ['-c', `setsid /bin/sh -c '${forever}' & ${forever}`], options);
    await until('three groups', () =>
      new Set(marked(mark).map(({ group }) => group)).size === 3 ? true : undefined,
    );
    await guardian.close();
    await nobody(mark);
  });

  it('removes directories but those that are kept', async () => {
    const guardian = await aGuardian();
    const root = aDirectory();
    for (const name of ['one', 'a b', '-rf', '$HOME', 'kept']) {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'file'), '');
      guardian.removeOnDeath(join(root, name));
    }
    guardian.keep(join(root, 'kept'));
    await guardian.close();
    expect(['one', 'a b', '-rf', '$HOME', 'kept'].filter((name) => existsSync(join(root, name)))).toEqual([
      'kept',
    ]);
  });

  it.each(['relative', '/with\nbreak'])('does not guard %j', async (directory) => {
    const guardian = await aGuardian();
    expect(() => guardian.removeOnDeath(directory)).toThrow(/absolute path without a line break/);
  });
});

/** A parent that starts `script` under a guardian, prints a line and waits to be killed. */
function aParent(
  script: string,
  directory: string,
  mark: string,
  suicideAfterMs?: number,
): ReturnType<typeof spawn> {
  const guardian = JSON.stringify(join(import.meta.dirname, '../../../src/emulator/processes/guardian.ts'));
  const code = `
    import { createGuardian } from ${guardian};
    const guardian = await createGuardian({ graceSeconds: 1 });
    guardian.removeOnDeath(${JSON.stringify(directory)});
    const options = { env: { PATH: process.env.PATH, M: ${JSON.stringify(mark.slice(2))} } };
    ${suicideAfterMs === undefined ? '' : `setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${suicideAfterMs});`}
    await Promise.all(Array.from({ length: 20 }, () =>
      guardian.spawn('/bin/sh', ['-c', ${JSON.stringify(script)}], options)));
    console.log('ready');
    setInterval(() => {}, 1000);
  `;
  return spawn(process.execPath, ['--input-type=module-typescript', '-e', code], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const ended = (child: ReturnType<typeof spawn>) => new Promise((resolve) => child.once('exit', resolve));

describe.runIf(hasProc)('a killed parent', () => {
  it.each([
    ['alone', (pid: number) => process.kill(pid, 'SIGKILL')],
    ['with its whole group', (pid: number) => process.kill(-pid, 'SIGKILL')],
  ])('killed %s leaves no process and no directory', async (_name, kill) => {
    const mark = `M=${randomUUID()}`;
    const directory = aDirectory();
    const parent = aParent(`sleep 1000 & ${forever}`, directory, mark);
    await until('a start', () => (marked(mark).length >= 40 ? true : undefined));
    kill(parent.pid!);
    await nobody(mark);
    await until('no directory', () => (existsSync(directory) ? undefined : true));
  });

  it.each([0, 10, 25, 50])('killed %i ms into starting them leaves nothing either', async (afterMs) => {
    const mark = `M=${randomUUID()}`;
    const directory = aDirectory();
    const parent = aParent(`trap "" TERM; ${forever}`, directory, mark, afterMs);
    await ended(parent);
    await until('no directory', () => (existsSync(directory) ? undefined : true));
    await nobody(mark);
  });
});

it.runIf(hasProc)('says when the guardian itself is lost', async () => {
  let lost = 0;
  await aGuardian({ onLost: () => lost++ });
  const { execFileSync } = await import('node:child_process');
  const helpers = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((line) => line.includes('microscaling-guardian'))
    .map((line) => Number.parseInt(line, 10));
  expect(helpers).toHaveLength(1);
  process.kill(helpers[0]!, 'SIGKILL');
  await until('the news', () => (lost === 1 ? true : undefined));
});
