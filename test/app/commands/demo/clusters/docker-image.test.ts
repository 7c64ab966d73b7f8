import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeDemoImage } from '../../../../../src/app/commands/demo/clusters/docker-image.ts';
import type { EngineClient } from '../../../../../src/schedulers/docker-engine/client.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'demo-image-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

const taken: Pick<EngineClient, 'importImage'> = {
  importImage: async (_, { tar }) => {
    await buffer(tar);
  },
};

/** In place of the machine's. */
function aTar(script: string): void {
  const path = join(dir, 'tar');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  vi.stubEnv('PATH', `${dir}${delimiter}${process.env['PATH']}`);
}

const make = (client: typeof taken): Promise<void> =>
  makeDemoImage(client, dir, new AbortController().signal);

it('is not made of an archive that ended too early', async () => {
  aTar('echo half; exit 2');
  await expect(make(taken)).rejects.toThrow(/making the image .*tar ended with exit code 2/);
  expect(existsSync(join(dir, 'image'))).toBe(false);
});

it("fails with the engine's reason, whatever becomes of the archive", async () => {
  aTar('exit 2');
  const refusing = { importImage: () => Promise.reject(new Error('no space left')) };
  await expect(make(refusing)).rejects.toThrow(/no space left/);
});

it('is made of an archive that is whole', async () => {
  aTar('echo whole');
  await expect(make(taken)).resolves.toBeUndefined();
});
