import { afterEach, expect, it } from 'vitest';
import { BusySigns } from '../../../bench/reality/busy-signs.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { askOverHttp, askWhoIsIdle } from '../../../src/schedulers/idle/ask.ts';
import { freePort } from '../../support/suite/free-port.ts';

const never = new AbortController().signal;
const signs = new BusySigns();

afterEach(() => signs.closeAll());

it('consumers of a real run tell the operator who is idle', async () => {
  const ports = [await freePort(), await freePort(), await freePort()];
  const [idle, busy, silent] = ports;
  signs.open('a', { host: '127.0.0.1', port: idle! }, () => true);
  signs.open('b', { host: '127.0.0.1', port: busy! }, () => false);
  signs.open('c', { host: '127.0.0.1', port: silent! }, () => true);
  signs.close('c');
  const tasks = ['a', 'b', 'c'].map((id, i) => ({
    id,
    phase: 'running' as const,
    host: '127.0.0.1',
    ports: [ports[i]!],
  }));
  const probe = { path: signs.path, portIndex: 0, within: '10s' } as const;
  const said = await askWhoIsIdle(tasks, probe, { clock: systemClock, ask: askOverHttp }, never);
  expect(said).toEqual({ idle: new Set(['a']), busy: new Set(['b']) });
});

it('consumers of another run that have a port in their place answer nobody', async () => {
  const port = await freePort();
  const others = new BusySigns();
  others.open('a', { host: '127.0.0.1', port }, () => true);
  try {
    const tasks = [{ id: 'a', phase: 'running' as const, host: '127.0.0.1', ports: [port] }];
    const probe = { path: signs.path, portIndex: 0, within: '10s' } as const;
    const said = await askWhoIsIdle(tasks, probe, { clock: systemClock, ask: askOverHttp }, never);
    expect(said).toEqual({ idle: new Set(), busy: new Set() });
  } finally {
    others.closeAll();
  }
});
