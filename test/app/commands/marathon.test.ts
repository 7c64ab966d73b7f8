// Where the embedded Marathon gets its password from.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { httpCredentials, startMarathon } from '../../../src/app/commands/marathon.ts';
import { OPTIONS } from '../../../src/app/options.ts';
import { LOOKS } from '../../../src/emulator/index.ts';
import { createGuardian } from '../../../src/emulator/processes/guardian.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';
import { silentLogger } from '../../../src/runtime/log.ts';

const dir = mkdtempSync(join(tmpdir(), 'credentials-'));
afterAll(() => rmSync(dir, { recursive: true }));

function file(text: string): string {
  const path = join(dir, `${Math.random()}`);
  writeFileSync(path, text);
  return path;
}

describe('httpCredentials', () => {
  it.each([
    ['nothing', undefined, {}, undefined],
    ['an empty variable', undefined, { MESOSPHERE_HTTP_CREDENTIALS: '' }, undefined],
    ['the variable', undefined, { MESOSPHERE_HTTP_CREDENTIALS: 'a:b:c' }, { user: 'a', password: 'b:c' }],
    ['the file first', 'x:y\n', { MESOSPHERE_HTTP_CREDENTIALS: 'a:b' }, { user: 'x', password: 'y' }],
  ])('reads %s', (_name, text, env, expected) => {
    expect(httpCredentials(text === undefined ? undefined : file(text), env)).toEqual(expected);
  });

  it.each(['', 'secret', ':x', 'a:b\nc:d'])('refuses a file that says %j, without repeating it', (text) => {
    const path = file(text);
    expect(() => httpCredentials(path, {})).toThrow(TerminalError);
    expect(() => httpCredentials(path, {})).toThrow(
      `--http-credentials-file ${path}: what is in there is not one line USER:PASSWORD`,
    );
  });

  it('says which file cannot be read', () => {
    expect(() => httpCredentials('/no/such/file', {})).toThrow(/--http-credentials-file \/no\/such\/file: /);
  });
});

it.each(['0.0.0.0', '192.0.2.1', '::'])('does not listen on %s without a password', async (host) => {
  const config = {
    host,
    port: 0,
    anyPort: false,
    cpus: 1,
    mem: 1,
    taskStartDelayMs: 0,
    workDir: dir,
    env: {},
  };
  const guardian = await createGuardian();
  await expect(startMarathon(config, { clock: systemClock, log: silentLogger, guardian })).rejects.toThrow(
    /whoever reaches it can run programs on this machine; give --http-credentials-file/,
  );
  await guardian.close();
});

it('offers every look that there is', () => {
  expect(OPTIONS.look.choices).toEqual(LOOKS);
});
