// `doctor` and `export` as a person types them, against the embedded server as a person starts it.

import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../support/programs/command.ts';
import { Laptop, type MarathonServer } from '../../support/programs/laptop.ts';
import { freePort } from '../../support/suite/free-port.ts';
import { until } from '../../support/until.ts';

const laptop = new Laptop();
let marathon: MarathonServer;

const DEFINITION = { cmd: 'exec sleep 600', cpus: 0.01, mem: 16 };

beforeAll(async () => {
  marathon = await laptop.marathon();
  await marathon.put('/shop/api', { ...DEFINITION, instances: 2, env: { API_TOKEN: 'tok-4711' } });
  await marathon.put('/shop/batch', { ...DEFINITION, instances: 3 });
  await until('five instances', async () => {
    const running = await Promise.all(
      ['/shop/api', '/shop/batch'].map(async (id) => (await marathon.app(id))?.tasksRunning),
    );
    return running.join() === '2,3';
  });
});
afterAll(() => laptop.end());

async function tasks(): Promise<readonly string[]> {
  const response = await fetch(`${marathon.url}/v2/tasks`, { headers: { accept: 'application/json' } });
  const body = (await response.json()) as { tasks: readonly { id: string }[] };
  return body.tasks.map(({ id }) => id).sort();
}

describe('microscaling export', { concurrent: false }, () => {
  it.each([{ more: [] }, { more: ['--definitions'] }])(
    'writes a policy that is valid and restarts nothing: $more',
    async ({ more }) => {
      const before = await tasks();
      const found = await run(['export', '--marathon', marathon.url, '/shop/*', ...more]);
      expect(found.code, found.stderr).toBe(0);
      expect(found.stdout + found.stderr).not.toContain('tok-4711');
      const file = laptop.path(`shop${more.length}.yaml`);
      writeFileSync(file, found.stdout);
      expect((await run(['validate', '-f', file])).stdout.trim()).toBe(
        '1 valid resource, 0 errors, 0 warnings',
      );
      const plan = await run(['plan', '-f', file, '--marathon', marathon.url, '-o', 'json']);
      const { changes } = JSON.parse(plan.stdout) as { changes: { kind: string; app: string }[] };
      expect(changes.map(({ kind, app }) => `${kind} ${app}`)).toEqual([
        'adopt /shop/api',
        'adopt /shop/batch',
      ]);
      expect(await tasks()).toEqual(before);
      expect(before).toHaveLength(5);
    },
  );

  it('says in one line which app is not there', async () => {
    const { code, stdout, stderr } = await run(['export', '--marathon', marathon.url, '/shop/apy']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('did you mean /shop/api?')]);
  });
});

describe('microscaling doctor', { concurrent: false }, () => {
  it('finds no trouble in the embedded server', async () => {
    const { code, stdout } = await run(['doctor', '--marathon', marathon.url]);
    expect(code, stdout).toBe(0);
    expect(stdout.trim().split('\n').at(-1)).toMatch(
      /^Marathon 1\.10\.\S+ at http:\S+: 0 errors, 0 warnings, \d notes?$/,
    );
  });

  it('finds the apps of a policy that are somebody else’s, for programs too', async () => {
    const file = laptop.path('mine.yaml');
    const text = (await run(['export', '--marathon', marathon.url, '/shop/*'])).stdout;
    writeFileSync(file, text.replaceAll('adopt: true', 'adopt: false'));
    const { code, stdout } = await run(['doctor', '--marathon', marathon.url, '-f', file, '-o', 'json']);
    expect(code).toBe(1);
    const { trouble, findings } = JSON.parse(stdout) as {
      trouble: boolean;
      findings: Record<string, string>[];
    };
    expect(trouble).toBe(true);
    expect(
      findings.filter(({ severity }) => severity === 'error').map(({ check, app }) => `${check} ${app}`),
    ).toEqual(['adoption /shop/api', 'adoption /shop/batch', 'metrics /shop/api']);
    const people = await run(['doctor', '--marathon', marathon.url, '-f', file]);
    expect(people.stdout.match(/adoption: \S+ of policy default\/shop exists/g)).toHaveLength(2);
    expect(people.stdout.match(/change: set `adopt: true`/g)).toHaveLength(1);
  });

  it('says that Marathon does not answer, and what was not looked at', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, stdout } = await run(['doctor', '--marathon', url]);
    expect(code).toBe(1);
    expect(stdout).toContain('connection refused');
    expect(stdout).toMatch(/not looked at: version, pace,/);
  });

  it('says in one line that no Marathon is named', async () => {
    const { code, stderr } = await run(['doctor']);
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/no Marathon is named: give --marathon URL/),
    ]);
  });
});
