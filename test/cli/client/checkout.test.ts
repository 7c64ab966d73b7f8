// `microscaling` of a checkout, typed in a shell whose `node` is an older one.

import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const COMMAND = resolve(import.meta.dirname, '../../../src/cli/bin/microscaling');

it('runs on the Node that came with the checkout, whatever the system has', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'older-node-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const older = join(dir, 'node');
  writeFileSync(older, '#!/bin/sh\necho "I know no TypeScript" >&2\nexit 9\n');
  chmodSync(older, 0o755);
  const env = { PATH: [dir, '/usr/bin', '/bin'].join(delimiter) };
  const { stdout } = await promisify(execFile)(COMMAND, ['version', '-o', 'json'], { env });
  expect(JSON.parse(stdout)).toMatchObject({ version: '0.1.0' });
});
