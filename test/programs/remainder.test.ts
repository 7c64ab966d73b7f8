import { describe, expect, it } from 'vitest';
import { run, workUnit } from '../../src/programs/remainder.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { listenStatsd } from '../../src/runtime/network/statsd.ts';
import { until } from '../support/until.ts';

describe('remainder', () => {
  it('does its units of work per second, says so every 10 s, and reports them to StatsD', async () => {
    const listener = await listenStatsd({ host: '127.0.0.1', port: 0 });
    const clock = new VirtualClock();
    const printed: string[] = [];
    const stop = new AbortController();
    const env = {
      REMAINDER_WORK: '20',
      STATSD_UDP_HOST: listener.host,
      STATSD_UDP_PORT: String(listener.port),
      MARATHON_APP_ID: '/demo/remainder',
    };
    const print = (line: string): void => void printed.push(line);
    const done = run({ env, clock, random: () => 0, print }, stop.signal);
    await clock.advance(25_000);
    stop.abort();
    await done;
    expect(printed).toEqual([
      'doing background work, 20 units/s',
      '200 units of background work done, 20.0/s',
      '400 units of background work done, 20.0/s',
      'stopped: 500 units of background work done',
    ]);
    await until('all work reported', () => listener.totals('/demo/remainder')['work'] === 500);
    await listener.close();
  });

  it('really computes: another state gives another result', () => {
    const result = workUnit(Buffer.from('a'));
    expect(result).toEqual(workUnit(Buffer.from('a')));
    expect(result).not.toEqual(workUnit(Buffer.from('b')));
  });
});
