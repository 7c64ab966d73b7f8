import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ROOT } from '../programs/command.ts';

const run = promisify(execFile);
/** Of a suite with its own configuration, which takes the same part as ours. */
const CONFIGURATION = `
import { TRIED_AGAIN } from '${join(import.meta.dirname, 'failed-once.ts')}';
export default { test: { include: ['*.test.ts'], ...TRIED_AGAIN } };
`;
const FAILS_ONCE = `
import { expect, it } from 'vitest';
let runs = 0;
it('is right the second time', () => expect(++runs).toBe(2));
it('is right', () => expect(runs).toBe(2));
`;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'failed-once-'));
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  writeFileSync(join(dir, 'vitest.config.ts'), CONFIGURATION);
  writeFileSync(join(dir, 'once.test.ts'), FAILS_ONCE);
});
afterEach(() => rmSync(dir, { recursive: true }));

function suite(env: Readonly<Record<string, string>>): Promise<{ readonly stderr: string }> {
  const { CI: _, ...others } = process.env;
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  return run(process.execPath, [vitest, 'run', '--no-color'], { cwd: dir, env: { ...others, ...env } });
}

it('tries once more in CI, and says what had failed', async () => {
  const { stderr } = await suite({ CI: 'true' });
  expect(stderr).toMatch(
    /tried again, to be mended:\n {2}once\.test\.ts > is right the second time\n {4}expected 1 to be 2/,
  );
  expect(stderr).not.toMatch(/> is right\n/);
});

it('fails at once elsewhere', async () => {
  await expect(suite({})).rejects.toThrow(/is right the second time/);
});
