import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import type { EngineClient } from '../../../src/schedulers/docker-engine/client.ts';
import { SwarmApi } from '../../../src/schedulers/swarm/api/client.ts';
import { Counts } from '../../../src/schedulers/swarm/read/counts.ts';
import { ForgottenCounts } from '../../../src/schedulers/swarm/write/forgotten.ts';
import { until } from '../../support/until.ts';
import { clientOf, engineThat } from '../docker-engine/setup.ts';
import { aService, aTask, type GivenService } from './builders.ts';

const SPEC = { Name: 'mailer', Mode: { Replicated: { Replicas: 2 } }, Later: { Than: 'this' } };
const three = [aTask(), aTask({ slot: 2 }), aTask({ slot: 3 })];

/** A manager whose service is at `index`, and what was written there. */
async function manager(
  index: number,
): Promise<{ readonly client: EngineClient; readonly written: string[] }> {
  const written: string[] = [];
  const host = await engineThat((request, response) => {
    if (request.method === 'GET') {
      response.end(JSON.stringify({ ID: 'svc1', Version: { Index: index }, Spec: SPEC }));
      return;
    }
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      written.push(`${request.url} ${body}`);
      response.end('{}');
    });
  });
  return { client: clientOf(host), written };
}

async function world(index = 11) {
  const { client, written } = await manager(index);
  const clock = new VirtualClock();
  const closing = new AbortController();
  onTestFinished(() => closing.abort());
  let over = 0;
  let isActing = true;
  const setActing = (acting: boolean): void => {
    isActing = acting;
  };
  const deps = { api: new SwarmApi(client), counts: new Counts(), clock, log: silentLogger };
  const forgotten = new ForgottenCounts(
    { ...deps, isActing: () => isActing, onWritten: () => over++ },
    closing.signal,
  );
  const look = (tasks = three, isOurs = true, service: GivenService = {}): void =>
    forgotten.look({ service: aService(service), tasks }, isOurs);
  return { clock, look, written, setActing, over: () => over };
}

describe('a count that a swarm does not act upon', () => {
  it('is written once more, as it is, after three seconds', async () => {
    const { clock, look, written, over } = await world();
    look();
    await clock.advance(2_999);
    look();
    expect(over()).toBe(0);
    await clock.advance(1);
    look();
    await until('the write to be over', () => over() === 1);
    expect(written).toEqual([`/v1.41/services/svc1/update?version=11 ${JSON.stringify(SPEC)}`]);
  });

  it('is left alone when somebody has written the service since', async () => {
    const { clock, look, written, over } = await world(12);
    look();
    await clock.advance(3_000);
    look();
    await until('the look to be over', () => over() === 1);
    expect(written).toEqual([]);
  });

  it('is nothing to write for an instance that no longer acts', async () => {
    const { clock, look, over, setActing } = await world();
    look();
    setActing(false);
    await clock.advance(3_000);
    look();
    setActing(true);
    await clock.advance(2_999);
    look();
    expect(over()).toBe(0);
  });

  it.each<[string, Parameters<Awaited<ReturnType<typeof world>>['look']>]>([
    ['as many run as are asked for', [three.slice(1)]],
    ['those that are too many stop', [[...three.slice(1), aTask({ desired: 'remove' })]]],
    ['somebody else has set it', [three, false]],
    ['an update holds the service', [three, true, { update: { State: 'updating' } }]],
  ])('is nothing to write where %s', async (_, seen) => {
    const { clock, look, over } = await world();
    look();
    await clock.advance(2_000);
    look(...seen);
    await clock.advance(2_000);
    look();
    await clock.advance(2_000);
    expect(over()).toBe(0);
  });
});
