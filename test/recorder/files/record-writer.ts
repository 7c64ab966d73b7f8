// test support: a program that records rounds as fast as it can, and says up to when. Its time is virtual.

import { writeSync } from 'node:fs';
import { DEFAULT_BOUNDS, FlightRecorder } from '../../../src/recorder/recorder.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { QueueDemo } from '../../support/queue-demo.ts';

const [folder = '', start = '0'] = process.argv.slice(2);
const startMs = Number(start);
const clock = new VirtualClock(startMs);
const recorder = new FlightRecorder(
  { folder, bounds: DEFAULT_BOUNDS, version: '1.2.3' },
  { clock, log: silentLogger, redact: (text) => text },
);
void recorder.run(new AbortController().signal);
const demo = await QueueDemo.start({ startMs, clock, recorder });
for (;;) {
  await demo.advance();
  writeSync(1, `${clock.now()}\n`);
}
