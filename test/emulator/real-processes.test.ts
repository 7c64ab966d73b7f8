// Apps as real operating-system processes.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { groupMembers, hasProc, marked } from './support/processes.ts';
import { aServer, type Server } from './support/server.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function start(...args: Parameters<typeof aServer>): Promise<Server> {
  const server = await aServer(...args);
  servers.push(server);
  return server;
}

interface TaskView {
  readonly id: string;
  readonly state: string;
  readonly ports: readonly number[];
}

async function tasksOf(server: Server, app: string): Promise<TaskView[]> {
  const { body } = await server.call('GET', `/v2/apps${app}/tasks`);
  return (body['tasks'] ?? []) as TaskView[];
}

async function runs(server: Server, app: string, count = 1): Promise<TaskView[]> {
  return until(`${count} running of ${app}`, async () => {
    const tasks = await tasksOf(server, app);
    return tasks.filter(({ state }) => state === 'TASK_RUNNING').length === count ? tasks : undefined;
  });
}

function sandboxes(server: Server): string[] {
  return readdirSync(server.workDir).flatMap((root) =>
    readdirSync(join(server.workDir, root)).map((task) => join(server.workDir, root, task)),
  );
}

function outputs(server: Server): string[] {
  return sandboxes(server).map((sandbox) => {
    const file = join(sandbox, 'stdout');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  });
}

/** The kernel takes a process away a moment after it was killed, and its environment a moment before. */
const noneOf = (group: number): Promise<boolean> =>
  until(`nobody of group ${group}`, () => groupMembers(group).length === 0);

describe.runIf(hasProc)('a task', () => {
  it('runs cmd through a shell, in its sandbox, with its environment and nothing else', async () => {
    const server = await start({ pathDirs: ['/ours'], baseEnv: { PATH: '/usr/bin:/bin' } });
    const cmd = 'env; pwd; exec sleep 1000';
    await server.call('POST', '/v2/apps', { id: '/shop/api', cmd, cpus: 0.1, mem: 32, env: { MINE: 'x y' } });
    const [task] = await runs(server, '/shop/api');
    const [sandbox] = sandboxes(server);
    const output = await until('the output', () => {
      const [text = ''] = outputs(server);
      return text.endsWith(`${sandbox}\n`) ? text : undefined;
    });
    const lines = output.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        `MESOS_TASK_ID=${task!.id}`,
        'MARATHON_APP_ID=/shop/api',
        'MINE=x y',
        'PATH=/ours:/usr/bin:/bin',
        'HOST=127.0.0.1',
        `PORT0=${task!.ports[0]}`,
        `MESOS_SANDBOX=${sandbox}`,
        server.mark,
      ]),
    );
    expect(lines.filter((line) => line.startsWith('npm_') || line.startsWith('VITEST'))).toEqual([]);
  });

  it('runs args without a shell', async () => {
    const server = await start();
    const args = ['/bin/echo', '$HOME', 'a  b'];
    await server.call('POST', '/v2/apps', { id: '/a', args, backoffSeconds: 600 });
    await until('the output', () => (outputs(server)[0] === '$HOME a  b\n' ? true : undefined));
  });

  it('has a process group of its own, which goes with it, grandchildren included', async () => {
    const server = await start();
    const cmd = 'sleep 1000 & sleep 1000 & trap "exit 0" TERM; while :; do sleep 0.05; done';
    await server.call('POST', '/v2/apps', { id: '/a', cmd });
    await runs(server, '/a');
    const rows = await until('three processes', () => {
      const found = marked(server.mark);
      return found.length >= 3 ? found : undefined;
    });
    expect(new Set(rows.map(({ group }) => group)).size).toBe(1);
    await server.call('DELETE', '/v2/apps/a');
    await until('nobody left', () => (marked(server.mark).length === 0 ? true : undefined));
    await noneOf(rows[0]!.group);
  });

  it('takes grandchildren along when it crashes', async () => {
    const server = await start();
    const cmd = '(trap "" TERM; while :; do sleep 0.05; done) & sleep 0.3; exit 3';
    await server.call('POST', '/v2/apps', { id: '/a', cmd, backoffSeconds: 600 });
    await until('the crash', async () => {
      const [task] = await tasksOf(server, '/a');
      return task?.state === 'TASK_FAILED' ? true : undefined;
    });
    await until('nobody left', () => (marked(server.mark).length === 0 ? true : undefined));
  });

  it.each([
    ['in a session of its own', `setsid sh -c 'echo $$ > pid; sleep 1000' & sleep 1000`],
    [
      'with an empty environment',
      `env -i PATH="$PATH" setsid sh -c 'echo $$ > pid; sleep 1000' & sleep 1000`,
    ],
    ['that nobody is the parent of', `(setsid sh -c 'echo $$ > pid; sleep 1000' &) ; sleep 1000`],
  ])('takes a child with it %s', async (_name, cmd) => {
    const server = await start();
    await server.call('POST', '/v2/apps', { id: '/a', cmd });
    await runs(server, '/a');
    const [sandbox = ''] = sandboxes(server);
    const child = await until('the child', () => {
      const file = join(sandbox, 'pid');
      return existsSync(file) ? Number(readFileSync(file, 'utf8')) || undefined : undefined;
    });
    expect(groupMembers(child)).not.toEqual([]);
    await server.call('PUT', '/v2/apps/a', { instances: 0 });
    await until('the end', async () => ((await tasksOf(server, '/a')).length === 0 ? true : undefined));
    await noneOf(child);
  });

  it('takes its child processes along when it ends by itself', async () => {
    const server = await start();
    const cmd = `(setsid sh -c 'echo $$ > pid; sleep 1000' &) ; while [ ! -s pid ]; do sleep 0.01; done; exit 1`;
    await server.call('POST', '/v2/apps', { id: '/a', cmd, backoffSeconds: 600 });
    await until('a failure', async () => {
      const { body } = await server.call('GET', '/v2/apps/a');
      return (body['app'] as { lastTaskFailure?: unknown }).lastTaskFailure;
    });
    await until('nobody left', () => marked(server.mark).length === 0);
  });

  it('never has more output on the disk than it may when it prints without end', async () => {
    const server = await start({ maxOutputBytes: 100_000 });
    await server.call('POST', '/v2/apps', { id: '/a', cmd: 'yes' });
    await runs(server, '/a');
    const [sandbox = ''] = sandboxes(server);
    const size = (name: string): number =>
      statSync(join(sandbox, name), { throwIfNoEntry: false })?.size ?? 0;
    const sizes: number[] = [];
    await until('many beginnings', () => {
      sizes.push(size('stdout'), size('stdout.1'));
      return sizes.length > 100 && sizes.some((each, i) => i % 2 === 1 && each > 0) ? true : undefined;
    });
    expect(Math.max(...sizes)).toBe(100_000);
  });

  it('is killed after its grace period when it ignores SIGTERM', async () => {
    const server = await start();
    const cmd = 'trap "" TERM; while :; do sleep 0.05; done';
    await server.call('POST', '/v2/apps', { id: '/a', cmd, taskKillGracePeriodSeconds: 1 });
    await runs(server, '/a');
    await server.call('PUT', '/v2/apps/a', { instances: 0 });
    await until('the end', async () => ((await tasksOf(server, '/a')).length === 0 ? true : undefined));
    await until('nobody left', () => (marked(server.mark).length === 0 ? true : undefined));
  });

  it('leaves no sandbox behind', async () => {
    const server = await start();
    await server.call('POST', '/v2/apps', { id: '/a', cmd: 'sleep 1000', instances: 2 });
    await runs(server, '/a', 2);
    expect(sandboxes(server)).toHaveLength(2);
    await server.call('PUT', '/v2/apps/a', { instances: 1 });
    await until('one sandbox', () => (sandboxes(server).length === 1 ? true : undefined));
  });

  it('may print as much as it likes: the file begins anew, the last of it is kept', async () => {
    const server = await start({ maxOutputBytes: 10_000 });
    const padding = 'x'.repeat(90);
    const cmd = `i=0; while :; do i=$((i+1)); echo "${padding} $i"; echo "${padding} $i" >&2; sleep 0.001; done`;
    await server.call('POST', '/v2/apps', { id: '/a', cmd });
    await runs(server, '/a');
    const [sandbox = ''] = sandboxes(server);
    // While the full file is renamed there is none of its name.
    const read = (name: string): string[] => {
      try {
        return readFileSync(join(sandbox, name), 'utf8').split('\n');
      } catch {
        return [];
      }
    };
    for (const name of ['stdout', 'stderr']) {
      const kept = await until(`${name}.1`, () => {
        const lines = read(`${name}.1`);
        return lines.join('\n').length === 10_000 ? lines : undefined;
      });
      expect(kept.at(-2)).toMatch(/^x+ \d+$/);
      const last = Number(kept.at(-2)?.split(' ')[1]);
      await until('the lines after it', () => {
        const [first = ''] = read(name).filter((line) => /^x+ \d+$/.test(line));
        return Number(first.split(' ')[1]) > last ? true : undefined;
      });
    }
  });

  it('says why it cannot be started', async () => {
    const server = await start();
    await server.call('POST', '/v2/apps', { id: '/a', args: ['/no/such/program'], backoffSeconds: 600 });
    const failure = await until('a failure', async () => {
      const { body } = await server.call('GET', '/v2/apps/a');
      return (body['app'] as { lastTaskFailure?: { message: string } }).lastTaskFailure;
    });
    expect(failure.message).toBe('Command exited with status 127');
  });
});

describe.runIf(hasProc)('closing', () => {
  it('ends everything, even what ignores SIGTERM, and removes every sandbox', async () => {
    const server = await aServer();
    await server.call('POST', '/v2/apps', { id: '/kind', cmd: 'sleep 1000', instances: 3 });
    const cmd = 'trap "" TERM; while :; do sleep 0.05; done';
    await server.call('POST', '/v2/apps', { id: '/stubborn', cmd, taskKillGracePeriodSeconds: 1 });
    await runs(server, '/kind', 3);
    await runs(server, '/stubborn');
    expect(await server.emulator.close()).toEqual({ leftProcesses: 0 });
    await until('nobody left', () => marked(server.mark).length === 0);
    expect(readdirSync(server.workDir)).toEqual([]);
    await expect(fetch(`${server.emulator.url}/ping`)).rejects.toThrow();
    await server.stop();
  });

  it('can be done twice', async () => {
    const server = await aServer();
    expect(await Promise.all([server.stop(), server.stop()])).toEqual([
      { leftProcesses: 0 },
      { leftProcesses: 0 },
    ]);
  });
});

describe('starting', () => {
  it('says who wants a port that is taken, and what to do', async () => {
    const first = await start();
    await expect(aServer({ port: first.emulator.port })).rejects.toThrow(
      /the port is taken by another program/,
    );
  });

  it('takes another port when it may', async () => {
    const first = await start();
    const second = await start({ port: first.emulator.port, anyPortWhenTaken: true });
    expect(second.emulator.port).not.toBe(first.emulator.port);
    expect((await second.call('GET', '/v2/leader')).body).toEqual({
      leader: `127.0.0.1:${second.emulator.port}`,
    });
  });
});

/** A program that runs an emulator with an app and waits to be killed. */
function aParent(workDir: string, mark: string): ReturnType<typeof spawn> {
  const at = (path: string): string => JSON.stringify(join(import.meta.dirname, '../../src', path));
  const cmd = 'trap "" TERM; sleep 1000 & while :; do sleep 0.05; done';
  const code = `
    import { createEmulator } from ${at('emulator/index.ts')};
    const emulator = createEmulator({
      budget: { cpus: 100, mem: 10000 }, baseEnv: { PATH: process.env.PATH },
      taskEnv: { EMULATOR_TEST: ${JSON.stringify(mark.split('=')[1])} },
      workDir: ${JSON.stringify(workDir)},
    });
    await emulator.start();
    await fetch(emulator.url + '/v2/apps', {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: '/a', cmd: ${JSON.stringify(cmd)}, instances: 5, cpus: 0.1, mem: 1 }),
    });
  `;
  return spawn(process.execPath, ['--input-type=module-typescript', '-e', code], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

describe.runIf(hasProc)('a killed parent', () => {
  it('leaves no process and no directory', async () => {
    const workDir = mkdtempSync(join(tmpdir(), 'emulator-test-'));
    const mark = `EMULATOR_TEST=${randomUUID()}`;
    const parent = aParent(workDir, mark);
    const rows = await until('five apps', () => {
      const groups = new Set(marked(mark).map(({ group }) => group));
      return groups.size === 5 && marked(mark).length >= 10 ? groups : undefined;
    });
    expect(readdirSync(workDir)).toHaveLength(1);
    process.kill(-(parent.pid ?? 0), 'SIGKILL');
    await until('nobody left', () => (marked(mark).length === 0 ? true : undefined));
    for (const group of rows) await noneOf(group);
    await until('no sandbox', () => (readdirSync(workDir).length === 0 ? true : undefined));
    rmSync(workDir, { recursive: true });
  });
});
