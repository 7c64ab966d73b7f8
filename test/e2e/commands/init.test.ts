// `microscaling init` as a person answers it, in front of a Marathon, and the operator with what it wrote.

import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, run } from '../../support/programs/command.ts';
import { Laptop, type MarathonServer } from '../../support/programs/laptop.ts';
import { until } from '../../support/until.ts';

const laptop = new Laptop();
let marathon: MarathonServer;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function init(answers: readonly string[], ...args: readonly string[]): Promise<Ended> {
  return answered(answers, args, (stdin) => stdin.end());
}

/** As a terminal, which stays open behind the last answer. */
function initOpen(answers: readonly string[], ...args: readonly string[]): Promise<Ended> {
  return answered(answers, args, () => undefined);
}

function answered(
  answers: readonly string[],
  args: readonly string[],
  then: (stdin: Writable) => void,
): Promise<Ended> {
  return new Promise((done) => {
    const main = join(ROOT, 'src/cli/main.ts');
    const child = execFile(
      process.execPath,
      [main, 'init', ...args],
      { cwd: laptop.dir },
      (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
    if (child.stdin === null) return;
    child.stdin.write(answers.map((answer) => `${answer}\n`).join(''));
    then(child.stdin);
  });
}

beforeAll(async () => {
  marathon = await laptop.marathon();
  for (const [id, instances] of [
    ['shop/worker', 1],
    ['shop/batch', 3],
  ] as const)
    await marathon.put(id, { cmd: 'sleep 1000', user: 'nobody', cpus: 0.01, mem: 16, instances });
  await until('both to run', async () => (await marathon.app('/shop/batch'))?.tasksRunning === 3);
});
afterAll(() => laptop.end());

describe('microscaling init', { concurrent: false }, () => {
  it('asks again for what will not do, and writes a policy that runs', async () => {
    const file = laptop.path('shop.yaml');
    const answers = ['/shop/wroker', '/shop/worker /shop/batch', 'http http://127.0.0.1:1/stats', '30s', ''];
    const { code, stdout, stderr } = await init(answers, file, '--marathon', marathon.url);
    expect(stderr).toMatch(/run: \/shop\/batch \/shop\/worker\./);
    expect(stderr).toMatch(/did you mean \/shop\/worker\?/);
    expect(stderr).toMatch(/They have 4 now/);
    expect(code).toBe(0);
    expect(stdout).toContain(`microscaling run --policies ${file}`);
    const plan = await run(['plan', '-f', file, '--marathon', marathon.url, '-o', 'json']);
    expect(JSON.parse(plan.stdout)).toMatchObject({
      changes: [
        { kind: 'adopt', app: '/shop/worker' },
        { kind: 'adopt', app: '/shop/batch' },
      ],
    });
  });

  it('ends with the last answer, though more could be typed', async () => {
    const file = laptop.path('typed.yaml');
    const { code, stdout } = await initOpen(['/shop/worker', 'http http://127.0.0.1:1/stats', '', ''], file);
    expect([code, existsSync(file)]).toEqual([0, true]);
    expect(stdout).toContain(`${file} is written`);
  });

  it('asks nothing where no file can be written', async () => {
    const { code, stderr } = await initOpen([], laptop.path('nowhere/shop.yaml'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^microscaling: writing .*nowhere\/shop\.yaml: ENOENT[^\n]*\n$/);
  });

  it('writes nothing where a file is already', async () => {
    const file = laptop.path('mine.yaml');
    writeFileSync(file, 'mine');
    const { code, stderr } = await init([], file);
    expect([code, readFileSync(file, 'utf8')]).toEqual([1, 'mine']);
    expect(stderr).toMatch(/is there already; name another one/);
  });

  it('writes nothing when the answers end', async () => {
    const file = laptop.path('unfinished.yaml');
    const { code, stderr } = await init(['/shop/worker'], file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/the answers ended before the questions; nothing was written/);
    expect(existsSync(file)).toBe(false);
  });
});
