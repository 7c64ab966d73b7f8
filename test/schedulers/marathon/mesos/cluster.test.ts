import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppObservation } from '../../../../src/core/observation.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { TransientError } from '../../../../src/runtime/errors.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import type { MarathonConfig, MarathonScheduler } from '../../../../src/schedulers/marathon/index.ts';
import { observed } from '../../../support/builders.ts';
import { FakeMarathon } from '../../../support/marathon/fake-marathon.ts';
import { until } from '../../../support/until.ts';
import { fakeValues } from '../../../support/values.ts';
import { createScheduler, never } from '../setup.ts';

/** A Mesos master with one agent. */
class FakeMesos {
  readonly requests: { path: string; authorization: string | undefined }[] = [];
  cpus = 8;
  /** Agents that there are, whether or not they are shown. */
  active = 1;
  snapshots = 0;
  /** Another master, which is the leader. */
  leader: FakeMesos | undefined;
  answer: 'well' | 'nothing' | 'error' | 'html' = 'well';
  #server: Server | undefined;
  #port = 0;

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      if (path.endsWith('/metrics/snapshot')) {
        this.snapshots += 1;
        const elected = this.leader === undefined ? 1 : 0;
        response.end(JSON.stringify({ 'master/elected': elected, 'master/slaves_active': this.active }));
        return;
      }
      this.requests.push({ path, authorization: request.headers.authorization });
      if (this.answer === 'nothing') return;
      if (this.leader !== undefined) {
        response.writeHead(307, { location: `//${this.leader.host}${path}` }).end();
      } else if (this.answer === 'error') response.writeHead(503).end();
      else if (this.answer === 'html') response.end('<html>');
      else response.end(JSON.stringify(path.endsWith('/slaves') ? this.#slaves() : { roles: [] }));
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  #slaves() {
    return {
      slaves: [{ hostname: 'a1', active: true, unreserved_resources: { cpus: this.cpus, mem: 1e6 } }],
    };
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

let clock: VirtualClock;
let marathon: FakeMarathon;
let mesos: FakeMesos;
const started: { stop(): unknown }[] = [];
const schedulers: MarathonScheduler[] = [];

beforeEach(async () => {
  clock = new VirtualClock(1_000_000);
  marathon = new FakeMarathon();
  mesos = new FakeMesos();
  await Promise.all([marathon.start(), mesos.start()]);
  started.push(marathon, mesos);
  marathon.scripts.push(({ path }) =>
    path === '/v2/info'
      ? { status: 200, body: { marathon_config: { mesos_leader_ui_url: told } } }
      : undefined,
  );
  told = `http://${mesos.host}/`;
});
afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.close()));
  for (const thing of started.splice(0)) await thing.stop();
});

let told: string | null;

function aScheduler(config: Partial<MarathonConfig> = {}, log = silentLogger): MarathonScheduler {
  const values = fakeValues({ TOKEN: 'abc' });
  const scheduler = createScheduler(
    { urls: [marathon.url], deadlineMs: 10_000, ...config },
    { clock, values, log },
  );
  schedulers.push(scheduler);
  return scheduler;
}

async function room(scheduler: MarathonScheduler, app?: AppObservation): Promise<number | undefined> {
  const need = { id: '/a', definition: { cpus: 1, mem: 1 }, ...(app && { observed: app }) };
  const question = { role: '*', headroom: 0, apps: [need] };
  return (await scheduler.room?.(question, never))?.get('/a');
}

describe('the free capacity of a cluster', () => {
  it('is asked where Marathon says its master is', async () => {
    expect(await room(aScheduler())).toBe(8);
    expect(mesos.requests.map(({ path }) => path).sort()).toEqual(['/roles', '/slaves']);
  });

  it('is asked beside Marathon where it says a path only', async () => {
    told = '/mesos';
    marathon.scripts.push(({ path }) => {
      if (path === '/mesos/roles') return { status: 200, body: { roles: [] } };
      const slaves = [{ hostname: 'a1', unreserved_resources: { cpus: 3, mem: 9 } }];
      return path === '/mesos/slaves' ? { status: 200, body: { slaves } } : undefined;
    });
    const auth = { token: { fromEnv: 'TOKEN' } };
    expect(await room(aScheduler({ auth }))).toBe(3);
    const asked = () => marathon.requests.filter(({ path }) => path.startsWith('/mesos'));
    await until('the counters are asked as well', () => asked().length === 3);
    expect(asked().map(({ headers }) => headers.authorization)).toEqual(Array(3).fill('token=abc'));
  });

  it('is asked for at the configured address', async () => {
    told = null;
    expect(await room(aScheduler({ mesosUrl: `http://${mesos.host}/` }))).toBe(8);
    expect(marathon.requests).toEqual([]);
  });

  it('is asked of the leader, and credentials stay with Marathon', async () => {
    const standby = new FakeMesos();
    await standby.start();
    started.push(standby);
    standby.leader = mesos;
    told = `http://${standby.host}`;
    expect(await room(aScheduler({ auth: { token: { fromEnv: 'TOKEN' } } }))).toBe(8);
    const sent = [...standby.requests, ...mesos.requests].map(({ authorization }) => authorization);
    expect(sent).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('is asked once in five seconds, whoever wants to know', async () => {
    const scheduler = aScheduler();
    await Promise.all([room(scheduler), room(scheduler)]);
    await clock.advance(4_000);
    await room(scheduler);
    expect(mesos.requests).toHaveLength(2);
    await clock.advance(1_000);
    mesos.cpus = 5;
    expect(await room(scheduler)).toBe(8);
    await until('the new figure is there', async () => (await room(scheduler)) === 5);
    expect(mesos.requests).toHaveLength(4);
    expect(marathon.reads('/v2/info')).toBe(1);
  });

  it('follows what our tasks have done since', async () => {
    const scheduler = aScheduler();
    const running = (n: number) =>
      observed(n, {
        tasks: Array.from({ length: n }, (_, i) => ({ id: `${i}`, phase: 'running', host: 'a1' })),
      });
    expect(await room(scheduler, running(2))).toBe(8);
    expect(await room(scheduler, running(5))).toBe(5);
    expect(await room(scheduler, running(1))).toBe(9);
  });

  it('serves what it knew for half a minute, then says what is wrong', async () => {
    const scheduler = aScheduler();
    await room(scheduler);
    mesos.answer = 'error';
    for (let s = 0; s < 25; s += 5) {
      await clock.advance(5_000);
      expect(await room(scheduler)).toBe(8);
    }
    await clock.advance(5_000);
    await expect(room(scheduler)).rejects.toThrow(TransientError);
    await expect(room(scheduler)).rejects.toThrow(/reading \/(slaves|roles) of Mesos: .* answered 503/);
    mesos.answer = 'well';
    await until('it answers again', async () => {
      await clock.advance(5_000);
      return (await room(scheduler).catch(() => 0)) === 8;
    });
  });

  it.each([
    ['of the master that was named', false],
    ['of the leader that it sends us to', true],
  ])('warns once of agents that the counters have and the list does not: %s', async (_, redirected) => {
    mesos.active = 3;
    const standby = new FakeMesos();
    await standby.start();
    started.push(standby);
    standby.leader = mesos;
    if (redirected) told = `http://${standby.host}`;
    const warnings: unknown[] = [];
    const scheduler = aScheduler({}, { ...silentLogger, warn: (...said) => void warnings.push(said) });
    expect(await room(scheduler)).toBe(8);
    await until('it is said', () => warnings.length === 1);
    await clock.advance(60_000);
    expect(await room(scheduler)).toBe(8);
    await until('it was asked again', () => mesos.snapshots === 2);
    expect(warnings).toEqual([[expect.stringContaining('Mesos hides agents'), { active: 3, hidden: 2 }]]);
  });

  it('does not keep a second caller waiting for a master that hangs', async () => {
    const scheduler = aScheduler({ deadlineMs: 2_000 });
    mesos.answer = 'nothing';
    await expect(room(scheduler)).rejects.toThrow(/no answer within 2000 ms; is it right\? \(--mesos URL/);
    await clock.advance(5_000);
    await expect(room(scheduler)).rejects.toThrow(/no answer within 2000 ms/);
    expect(mesos.requests).toHaveLength(2);
  });

  it.each([
    ['does not say where Mesos is', () => (told = null), /name it with --mesos URL/],
    ['names something else', () => (told = 'zk://m1:2181/mesos'), /name it with --mesos URL/],
    ['names something that is no Mesos', () => (mesos.answer = 'html'), /something unexpected/],
  ])('is unknown when Marathon %s', async (_, spoil, message) => {
    spoil();
    await expect(room(aScheduler())).rejects.toThrow(message);
  });

  it('is not asked at an address that cannot be one', () => {
    expect(() => aScheduler({ mesosUrl: 'zk://m1:2181' })).toThrow(
      /mesos url 'zk:\/\/m1:2181' is not an http/,
    );
  });
});
