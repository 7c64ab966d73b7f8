// Reads each source 10,000 times over a closed port, one after the other; prints for each a line of JSON, as soon as it is read:
// its name and the bytes that the heap grew by per read after the first tenth. Run with --expose-gc.

import { setTimeout } from 'node:timers/promises';
import { metricSources } from '../../../src/metric-sources/registry.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { freePort } from '../../support/suite/free-port.ts';
import { ASKING, exampleOf, exampleValues } from './readme-examples.ts';

const READS = 10_000;
const FIRST = 1_000;

/** Together more than two ticks of half a second, after which undici lets go of the timers of requests that ended. */
const TURNS = 4;
const TURN_MS = 300;

const address = `127.0.0.1:${await freePort()}`;
const never = new AbortController().signal;

/** What ended in the last second is let go of in the turns that follow: 0.7 MB, where each read leaves 10 bytes. */
async function heapBytes(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run it with --expose-gc');
  for (let turn = 0; turn < TURNS; turn++) {
    await setTimeout(TURN_MS);
    globalThis.gc();
  }
  return process.memoryUsage().heapUsed;
}

for (const type of ASKING) {
  const deps = { clock: systemClock, log: silentLogger, values: exampleValues(address) };
  const source = metricSources.create(exampleOf(type, address), deps);
  const fail = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      const reading = await source.read(never);
      if (reading.state === 'ok') throw new Error(`${type.type} read ${reading.waiting} from nobody`);
    }
  };
  await fail(FIRST);
  const before = await heapBytes();
  await fail(READS - FIRST);
  const growth = ((await heapBytes()) - before) / (READS - FIRST);
  await source.close();
  process.stdout.write(`${JSON.stringify([type.type, growth])}\n`);
}
