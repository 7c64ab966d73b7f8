// A real swarm of two managers on this machine: a node that is drained, and a swarm without a leader.

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/runtime/clock.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { SwarmScheduler } from '../../../src/schedulers/swarm/index.ts';
import { freePort } from '../../support/suite/free-port.ts';
import { until } from '../../support/until.ts';
import { fakeValues } from '../../support/values.ts';
import { BUSYBOX_IMAGE, dockerMissing, startEngine, type TestEngine } from '../docker-engine/real-engine.ts';
import { SWARM_IMAGE, startSwarm, type TestSwarm } from './real-swarm.ts';

const never = new AbortController().signal;
/** Managers of one machine need an address each. */
const SECOND = '127.0.0.2';
const WITHIN_MS = 90_000;

describe.skipIf(dockerMissing())('a real swarm of two managers', { timeout: 300_000 }, () => {
  let first: TestSwarm;
  let second: TestEngine;
  let scheduler: SwarmScheduler;
  beforeAll(async () => {
    first = await startSwarm();
    second = await startEngine();
    await second.docker('tag', BUSYBOX_IMAGE, SWARM_IMAGE);
    const token = await first.docker('swarm', 'join-token', '--quiet', 'manager');
    const place = `${SECOND}:${await freePort(SECOND)}`;
    const managers = await first.docker('info', '--format', '{{(index .Swarm.RemoteManagers 0).Addr}}');
    await second.docker(
      'swarm',
      'join',
      '--token',
      token,
      '--advertise-addr',
      place,
      '--listen-addr',
      place,
      managers,
    );
    await first.runService('mailer', 4);
    scheduler = new SwarmScheduler(
      { host: first.host, deadlineMs: 60_000, resyncMs: 60_000 },
      { clock: systemClock, log: silentLogger, values: fakeValues({}) },
    );
  });
  afterAll(async () => {
    await scheduler?.close();
    // Its tasks would come back while they are removed.
    await second?.docker('swarm', 'leave', '--force').catch(() => undefined);
    await second?.docker('network', 'rm', 'docker_gwbridge').catch(() => undefined);
    await second?.remove();
    await first?.remove();
  });

  const see = async () => (await scheduler.observe(['mailer'], never)).apps.get('mailer');
  const onNode = async (node: string): Promise<number> =>
    (await first.docker('node', 'ps', '--quiet', '--filter', 'desired-state=running', node))
      .split('\n')
      .filter((id) => id !== '').length;
  const reason = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => '',
      (error: unknown) => {
        expect(error).toBeInstanceOf(TransientError);
        return String(error);
      },
    );

  it('keeps the count of a service whose tasks leave a node that is drained', async () => {
    await until('four to run', async () => (await see())?.running === 4, WITHIN_MS);
    const drained = await second.docker('info', '--format', '{{.Swarm.NodeID}}');
    await first.docker('node', 'update', '--availability', 'drain', drained);
    await until(
      'four to run elsewhere',
      async () => {
        const app = await see();
        return app?.running === 4 && app.killing === 0 && (await onNode(drained)) === 0;
      },
      WITHIN_MS,
    );
    expect(await see()).toMatchObject({ requested: 4 });
  });

  it('has no leader once half of its managers are away, which is said, and goes on when they are back', async () => {
    await second.stop();
    let said = '';
    await until(
      'it to be said',
      async () => {
        said = await reason(see());
        return said.includes('has no leader');
      },
      WITHIN_MS,
    ).catch(() => expect(said).toContain('has no leader'));
    await second.start();
    await until(
      'it to be seen again',
      async () => (await see().catch(() => undefined))?.requested === 4,
      WITHIN_MS,
    );
  });

  it('says of a node that is a worker that a manager has to be named', async () => {
    const node = await second.docker('info', '--format', '{{.Swarm.NodeID}}');
    await first.docker('node', 'demote', node);
    const asked = new SwarmScheduler(
      { host: second.host, deadlineMs: 60_000, resyncMs: 60_000 },
      { clock: systemClock, log: silentLogger, values: fakeValues({}) },
    );
    onTestFinished(() => asked.close());
    const ask = () =>
      asked.observe(['mailer'], never).then(
        () => '',
        (error: unknown) => {
          expect(error).toBeInstanceOf(TransientError);
          return String(error);
        },
      );
    let said = '';
    await until(
      'it to be said',
      async () => {
        said = await ask();
        return said.includes(`the engine at ${second.host} is a worker, and only managers know services`);
      },
      WITHIN_MS,
    ).catch(() => expect(said).toContain('is a worker'));
  });
});
