// The real operator whose disk is full, or not its to write, when it starts: what it holds is in effect.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Laptop, type MarathonServer, type Operator, untilCount } from '../../support/programs/laptop.ts';
import { policyText, steadyWorker } from '../../support/programs/policies.ts';
import { until } from '../../support/until.ts';

const WORKER = '/kept/worker';
const AS_ROOT = process.getuid?.() === 0;

let laptop: Laptop;
let marathon: MarathonServer;
let operator: Operator;
let disk: Readonly<Record<'spoil' | 'mend' | 'remove', () => unknown>>;

const begin = (): Promise<Operator> =>
  laptop.operator({
    policies: laptop.path('none'),
    marathon: marathon.url,
    more: ['--data', laptop.path('data')],
  });
const apply = (max: number) => {
  writeFileSync(laptop.path('policy.yaml'), policyText('kept', 6, steadyWorker(max)));
  return operator.ask('apply', '-f', laptop.path('policy.yaml'));
};

const untilTold = (event: string): Promise<unknown> =>
  until(`${event} to be told`, async () => (await operator.ask('events')).stdout.includes(event));

/** As root a small disk of its own; else a directory that nothing may be written to. */
function aDisk(dir: string, trouble: string): typeof disk {
  mkdirSync(dir);
  if (!AS_ROOT) {
    const mode = (bits: number) => () => chmodSync(dir, bits);
    return { spoil: mode(0o500), mend: mode(0o700), remove: mode(0o700) };
  }
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', dir]);
  const remove = (): unknown => execFileSync('umount', ['-l', dir]);
  if (trouble === 'read-only') {
    const remount = (mode: string) => () => execFileSync('mount', ['-o', `remount,${mode}`, dir]);
    return { spoil: remount('ro'), mend: remount('rw'), remove };
  }
  const filling = `${dir}/filling`;
  return {
    spoil: () => {
      try {
        for (;;) writeFileSync(filling, Buffer.alloc(4_096), { flag: 'a' });
      } catch {
        // There is no room any more.
      }
    },
    mend: () => rmSync(filling),
    remove,
  };
}

// Without root one trouble can be made alone.
describe.each(AS_ROOT ? ['full', 'read-only'] : ['not writable'])(
  'an operator whose disk is %s when it starts',
  { concurrent: false },
  (trouble) => {
    beforeAll(async () => {
      laptop = new Laptop();
      mkdirSync(laptop.path('none'));
      disk = aDisk(laptop.path('data'), trouble);
      marathon = await laptop.marathon();
      operator = await begin();
      await until('the policy to be applied', async () => (await apply(3)).code === 0);
      await untilCount(marathon, WORKER, 3);
      await operator.kill();
      disk.spoil();
      await marathon.put(WORKER, { instances: 1 });
      operator = await begin();
    });
    afterAll(async () => {
      await operator?.kill();
      disk?.remove();
      await laptop.end();
    });

    it('goes on with what was applied, and says everywhere that nothing new is kept', async () => {
      await untilCount(marathon, WORKER, 3);
      const words =
        /the store .*microscaling\.db cannot be written \(.*\): what it holds is in effect, and nothing new is kept; free/;
      const ready = await until('it to be ready', async () => {
        const answer = await operator.readyz();
        return answer.status === 200 && answer.text !== 'ok\n' && answer;
      });
      expect(ready.text).toMatch(words);
      await operator.says('kept', 'Accepted', words);
      await untilTold('StoreUnavailable');
    });

    it('refuses writes in a sentence', async () => {
      const { code, stderr } = await apply(2);
      expect([code, stderr.trim().split('\n')]).toEqual([
        1,
        [expect.stringMatching(/cannot be written .*; free some space/)],
      ]);
      expect((await operator.ask('pause', 'kept')).stderr).toMatch(/cannot be written .*; free some space/);
      expect((await marathon.counts())[WORKER]).toBe(3);
    });

    it('writes again as soon as there is room', async () => {
      disk.mend();
      await until('it to say so', async () => (await operator.readyz()).text === 'ok\n');
      await untilTold('StoreRecovered');
      expect((await apply(2)).stderr).toBe('');
      await untilCount(marathon, WORKER, 2);
      await operator.stop();
      operator = await begin();
      expect((await operator.ask('get', 'kept', '-o', 'json')).stdout).toMatch(/"max": ?2/);
    });
  },
);
