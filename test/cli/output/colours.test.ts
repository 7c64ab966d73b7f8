// Colours, on a real terminal that `script` makes.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeMarathon } from '../../support/marathon/fake-marathon.ts';
import { ROOT } from '../../support/programs/command.ts';

const marathon = new FakeMarathon();
const folder = mkdtempSync(join(tmpdir(), 'colours-'));

beforeAll(async () => {
  await marathon.start();
  const policy = {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: {
      capacity: { slots: 2 },
      apps: [
        {
          name: 'front',
          priority: 1,
          instances: { min: 1, max: 2 },
          targets: [
            { queueLength: 9, metric: { http: { url: 'http://127.0.0.1:1/', pointers: { waiting: '/n' } } } },
          ],
          app: { cmd: 'sleep 1', cpus: 0.1, mem: 16 },
        },
      ],
    },
  };
  writeFileSync(join(folder, 'shop.yaml'), JSON.stringify(policy));
});
afterAll(async () => {
  await marathon.stop();
  rmSync(folder, { recursive: true });
});

/** What stands on the terminal, both streams. */
async function shownBy(command: string, env: Readonly<Record<string, string>>): Promise<string> {
  const line = `'${process.execPath}' '${join(ROOT, 'src/cli/main.ts')}' ${command}`;
  const { CI: _ci, FORCE_COLOR: _force, NO_COLOR: _no, ...rest } = process.env;
  const { stdout } = await promisify(execFile)('script', ['-qc', line, '/dev/null'], {
    env: { ...rest, TERM: 'xterm-256color', MARATHON: marathon.url, ...env },
  });
  return stdout;
}

/** What colours begin with. */
const ESCAPE = String.fromCharCode(27);
const COLOUR = new RegExp(`${ESCAPE}\\[\\d+(;\\d+)*m`);

describe('on a terminal', () => {
  it.each([
    ['read', `read -f ${folder}/shop.yaml`, /not read/],
    ['plan', `plan -f ${folder}/shop.yaml --marathon $MARATHON`, /front/],
    ['doctor', 'doctor --marathon http://127.0.0.1:1', /127\.0\.0\.1:1/],
  ])('%s has colours, and none where NO_COLOR says so', async (_, command, words) => {
    const coloured = await shownBy(command, {});
    const plain = await shownBy(command, { NO_COLOR: '1' });
    expect(coloured).toMatch(words);
    expect(plain).toMatch(words);
    expect(coloured).toMatch(COLOUR);
    expect(plain).not.toMatch(COLOUR);
  });
});
