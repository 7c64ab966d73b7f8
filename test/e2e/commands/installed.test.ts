// The command as people install it: the package is built, packed, and installed for everybody into a folder of its own.

import { type ChildProcessByStdio, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { symlinkSync, unlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../../src/app/tools/build.ts';
import { ROOT } from '../../support/programs/command.ts';
import { Laptop } from '../../support/programs/laptop.ts';
import { until } from '../../support/until.ts';

const laptop = new Laptop();
const { CI: _, ...environment } = process.env;
const env = {
  ...Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(npm_|NODE_OPTIONS|MICROSCALING|MSS_)/.test(name)),
  ),
  // As it is shipped, it starts the node of the machine.
  PATH: [laptop.path('global/bin'), dirname(process.execPath), process.env['PATH']].join(delimiter),
};

/** What npm fetched for this checkout is in its cache: it asks the registry for nothing but what is missing there. */
const FROM_CACHE = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function type(...args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    execFile('microscaling', args, { cwd: laptop.dir, env }, (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

/** What a program says, on whichever stream, as far as the first group goes. */
function said(program: ChildProcessByStdio<null, Readable, Readable>, pattern: RegExp): Promise<string> {
  return new Promise((found, failed) => {
    let all = '';
    const look = (chunk: Buffer): void => {
      all += chunk;
      const [, part] = pattern.exec(all) ?? [];
      if (part !== undefined) found(part);
    };
    program.stdout.on('data', look);
    program.stderr.on('data', look);
    program.once('close', () => failed(new Error(all)));
  });
}

beforeAll(async () => {
  symlinkSync(join(ROOT, 'node_modules'), laptop.path('node_modules'));
  build(laptop.path('dist'));
  // What is installed finds its own dependencies only.
  unlinkSync(laptop.path('node_modules'));
  const npm = (args: readonly string[], options: SpawnOptions): Promise<unknown> =>
    promisify(execFile)('npm', args, { env, ...options });
  await npm(['pack', '--silent', '--pack-destination', laptop.dir], { cwd: laptop.path('dist') });
  const packed = laptop.path('microscaling-0.1.0.tgz');
  await npm(['install', '--global', '--prefix', laptop.path('global'), ...FROM_CACHE, packed], {});
}, 240_000);
afterAll(() => laptop.end());

describe('microscaling, installed', { concurrent: false }, () => {
  it('is a command', async () => {
    const { code, stdout } = await type('version', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version: '0.1.0' });
  });

  it('checks policies, those that it brings along', async () => {
    const policies = laptop.path('global/lib/node_modules/microscaling/specs/policies');
    const { code, stdout } = await type('validate', '-f', join(policies, 'queue-demo.yaml'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/1 valid resource, 0 errors/);
  });

  it('has a completion that finds itself', async () => {
    const script =
      'source <(microscaling completion bash); COMP_LINE="microscaling expl" COMP_POINT=17; _microscaling; echo "$COMPREPLY"';
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { env });
    expect(stdout).toBe('explain\n');
  });

  it('serves a Marathon, and plans against it', async () => {
    const server = spawn('microscaling', ['marathon', '--port', '0'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      const url = await said(server, /Marathon API at (http:\S+)/);
      const policies = laptop.path('global/lib/node_modules/microscaling/specs/policies');
      const { code, stdout } = await type(
        'plan',
        '-f',
        join(policies, 'priority-demo.yaml'),
        '--marathon',
        url,
        '-o',
        'json',
      );
      expect(code).toBe(2);
      expect(JSON.parse(stdout).changes.map(({ kind }: { readonly kind: string }) => kind)).toContain(
        'create',
      );
    } finally {
      server.kill('SIGKILL');
    }
  });

  it('looks back, in the thread that it brings along', async () => {
    const policies = laptop.path('global/lib/node_modules/microscaling/specs/policies');
    const operator = spawn(
      'microscaling',
      [
        'run',
        '--policies',
        join(policies, 'priority-demo.yaml'),
        '--marathon',
        'http://127.0.0.1:1',
        '--api',
        '127.0.0.1:0',
        '--data',
        laptop.path('data'),
      ],
      { cwd: laptop.dir, env, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    try {
      const url = await said(operator, /(http:\/\/127\.0\.0\.1:[1-9]\d*)/);
      await until('a round to be recorded', async () => {
        const { stdout } = await type('get', '--at', '-1s', '-o', 'json', '--server', url);
        return stdout.includes('"priority-demo"');
      });
      const { code, stdout } = await type('events', '--since', '1h', '--server', url);
      expect([code, stdout]).toEqual([0, expect.stringContaining('PolicyAccepted')]);
    } finally {
      operator.kill('SIGKILL');
    }
  });

  it('says what the demo is for', async () => {
    const { code, stderr } = await type('demo', '--for', '1s');
    expect(code).toBe(1);
    expect(stderr).toMatch(/the demo needs Azurite.*npm install --global azurite/);
  });
});
