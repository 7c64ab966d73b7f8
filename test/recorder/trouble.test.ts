// A record on a disk that fills up, and has room again.

import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DEFAULT_BOUNDS, FlightRecorder } from '../../src/recorder/recorder.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { type Logger, silentLogger } from '../../src/runtime/log.ts';
import { T0 } from '../support/builders.ts';
import { QueueDemo } from '../support/queue-demo.ts';
import { scratchFolder } from './recorded.ts';

const HOUR_MS = 3_600_000;
const EVENT = { atMs: T0, type: 'Normal', reason: 'Created', object: 'operator', message: 'x' } as const;

function recording() {
  const clock = new VirtualClock(T0);
  const folder = scratchFolder();
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  const log: Logger = { ...silentLogger, warn: say, info: say };
  const deps = { clock, log, redact: (text: string) => text };
  const recorder = new FlightRecorder({ folder, bounds: DEFAULT_BOUNDS, version: '1.2.3' }, deps);
  const settle = async (): Promise<void> => {
    recorder.flush();
    await recorder.run(AbortSignal.abort());
  };
  const open = (tier: string): string => {
    const names = readdirSync(folder).filter((name) => name.startsWith(tier) && name.endsWith('.jsonl'));
    return join(folder, names.sort().at(-1) ?? '');
  };
  return { clock, folder, said, recorder, settle, open };
}

it('tells the beginning and the end of each gap, also of a second one like the first', async () => {
  const { clock, said, recorder, settle, open } = recording();
  const demo = await QueueDemo.start({ startMs: T0, clock, recorder });
  await settle();
  for (const name of ['first', 'second']) {
    const path = open('rounds');
    rmSync(path);
    symlinkSync('/dev/full', path);
    for (let i = 0; i < 4; i++) {
      await demo.advance();
      recorder.flush();
    }
    const [gap, end, ...more] = said.splice(0);
    expect([name, gap, end, more]).toEqual([
      name,
      'the record has a gap: what happens now cannot be looked at later',
      'what happens is recorded again',
      [],
    ]);
    rmSync(path);
  }
  await demo.stop();
});

it('makes room though what is over cannot be compressed, and compresses it later', async () => {
  const { clock, folder, said, recorder, settle, open } = recording();
  recorder.event(EVENT);
  await settle();
  const last = open('minutes');
  renameSync(last, `${last}.aside`);
  symlinkSync(last, last);
  const old = join(folder, `rounds-${T0 - 90 * HOUR_MS}.jsonl.br`);
  writeFileSync(old, 'x');
  writeFileSync(join(folder, `rounds-${T0 - 80 * HOUR_MS}.jsonl.br`), 'x');
  await clock.advance(7 * HOUR_MS);
  recorder.event(EVENT);
  await settle();
  expect(existsSync(old)).toBe(false);
  expect(said).toEqual([expect.stringContaining('could not be compressed or removed')]);
  rmSync(last);
  renameSync(`${last}.aside`, last);
  await clock.advance(7 * HOUR_MS);
  recorder.event(EVENT);
  await settle();
  expect(readFileSync(`${last}.parts`).length).toBeGreaterThan(0);
  expect(existsSync(last)).toBe(false);
  expect(said.at(-1)).toBe('what is over in the record is compressed and removed again');
});
