// What holds for every source there is, the next one included: a server in trouble costs no round.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MetricReading } from '../../../src/core/observation.ts';
import { metricSources } from '../../../src/metric-sources/registry.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { until } from '../../support/until.ts';
import { never, reasonOf } from '../servers.ts';
import { ASKING, exampleOf, exampleValues } from './readme-examples.ts';

const DEADLINE_MS = 2000;
/** A source that was slow before is waited for longer, but never longer than this. */
const LONGEST_MS = 2.5 * DEADLINE_MS;

/** Takes connections, and does this with them. */
async function serverThatDoes(
  serve: (socket: Socket) => void,
): Promise<{ readonly address: string; readonly connections: () => number }> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
  };
}

function open(type: (typeof ASKING)[number], address: string, clock: VirtualClock) {
  const deps = { clock, log: silentLogger, values: exampleValues(address), deadlineMs: DEADLINE_MS };
  const source = metricSources.create(exampleOf(type, address), deps);
  onTestFinished(() => source.close());
  return source;
}

describe.each(ASKING)('$type', (type) => {
  it('holds up no round longer than its deadline while the server hangs', async () => {
    const { address, connections } = await serverThatDoes((socket) => socket.resume());
    const clock = new VirtualClock();
    const source = open(type, address, clock);
    for (let round = 1; round <= 5; round++) {
      let reading: MetricReading | undefined;
      const read = source.read(never).then((each) => {
        reading = each;
      });
      if (round === 1) await until('the server to be asked', async () => connections() > 0);
      expect(reading).toBeUndefined();
      await clock.advance(LONGEST_MS);
      await read;
      expect(reading).toMatchObject({
        state: 'unavailable',
        reason: expect.stringContaining('no answer within'),
      });
    }
  });

  it('does not know, rather than guess, when the server answers garbage, and says so without a secret', async () => {
    // At once, and not as an answer: some servers speak first.
    const { address } = await serverThatDoes((socket) => {
      socket.resume().end('\x16\x03 garbage, and no protocol at all\r\n\r\n');
    });
    const source = open(type, address, new VirtualClock());
    const reading = await source.read(never);
    if (reading.state === 'ok') throw new Error(`read ${reading.waiting} from garbage`);
    expect(reading.reason).toMatch(/\w+ .*: .*\w/);
    expect(reading.reason).not.toMatch(/s3cr3t|a2V5|SUAG/);
  });
});

const REFERRING = ASKING.filter((type) =>
  /"from(Env|File)"/.test(JSON.stringify(exampleOf(type, 'a.example:1'))),
);

describe.each(REFERRING)('$type', (type) => {
  it('asks for what it refers to anew at every read, so that a credential may be rotated', async () => {
    const { address } = await serverThatDoes((socket) => socket.resume().end());
    const values = exampleValues(address);
    let isRevoked = false;
    const source = metricSources.create(exampleOf(type, address), {
      clock: new VirtualClock(),
      log: silentLogger,
      deadlineMs: DEADLINE_MS,
      values: {
        resolve: (from, use) => {
          if (isRevoked) throw new TerminalError('it was taken back');
          return values.resolve(from, use);
        },
      },
    });
    onTestFinished(() => source.close());
    const said = (): Promise<string> => source.read(never).then(reasonOf, (error: unknown) => String(error));
    expect(await said()).not.toContain('it was taken back');
    isRevoked = true;
    expect(await said()).toContain('it was taken back');
    isRevoked = false;
    expect(await said()).not.toContain('it was taken back');
  });
});

it('tries the rotation of most sources that ask for credentials', () => {
  expect(REFERRING.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['rabbitmq', 'azureServiceBus', 'postgresql']),
  );
});
