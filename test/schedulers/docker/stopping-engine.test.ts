// An engine that shuts down, and what it could not remove: nothing is started in the one, nothing is expected of the other.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { labelsOf } from '../../../src/schedulers/docker/container/labels.ts';
import { createDockerScheduler } from '../../../src/schedulers/docker/index.ts';
import { until } from '../../support/until.ts';
import { fakeValues } from '../../support/values.ts';
import { APP, never, SLEEPER } from './setup.ts';

const VERSION = { ApiVersion: '1.41', MinAPIVersion: '1.12', Version: '20.10.24' };
const LABELS = labelsOf({
  app: APP,
  owner: 'default/shop',
  generation: 1,
  definition: SLEEPER,
  secretNames: [],
});
const LONG_AGO = '2020-01-01T00:00:00Z';

/** An engine on a socket of its own that has containers, and starts and removes nothing unless the test says so. */
class FakeEngine {
  /** States by id. */
  readonly containers = new Map<string, string>();
  readonly asked: string[] = [];
  readonly #dir = mkdtempSync(join(tmpdir(), 'fake-engine-'));
  readonly #server = createServer((request, response) => this.#answer(request, response));

  get host(): string {
    return `unix://${this.#dir}/s`;
  }

  async listen(): Promise<void> {
    this.#server.listen(join(this.#dir, 's'));
    await once(this.#server, 'listening');
  }

  /** As an engine does that shuts down: whoever has a connection is still answered. */
  refuseConnections(): void {
    NetServer.prototype.close.call(this.#server);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  count(what: RegExp): number {
    return this.asked.filter((each) => what.test(each)).length;
  }

  #answer({ method = '', url = '' }: IncomingMessage, response: ServerResponse): void {
    const asked = `${method} ${url.replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '')}`;
    this.asked.push(asked);
    const [status, body] = this.#reply(asked);
    response.statusCode = status;
    response.end(JSON.stringify(body));
  }

  #reply(asked: string): readonly [number, unknown] {
    const [method, path = ''] = asked.split(' ');
    const id = path.split('/')[2] ?? '';
    if (path === '/version') return [200, VERSION];
    if (path === '/containers/json') return [200, [...this.containers].map(rowOf)];
    if (asked === 'POST /containers/create') {
      this.containers.set('made', 'created');
      return [201, { Id: 'made' }];
    }
    if (path.endsWith('/start')) {
      this.containers.set(id, 'running');
      return [204, {}];
    }
    // What it cannot remove stays dead.
    if (method === 'DELETE') return [500, { message: 'device or resource busy' }];
    const State = { StartedAt: LONG_AGO, FinishedAt: new Date().toISOString(), ExitCode: 137 };
    return [200, { Id: id, State, Config: { Labels: LABELS, Env: [] } }];
  }
}

function rowOf([id, state]: readonly [string, string]): object {
  return { Id: id, Names: [`/${id}`], State: state, Status: state, Labels: LABELS, Created: 1, Ports: [] };
}

async function world() {
  const engine = new FakeEngine();
  await engine.listen();
  const scheduler = createDockerScheduler(
    { host: engine.host, deadlineMs: 60_000, resyncMs: 60_000 },
    { clock: systemClock, log: silentLogger, values: fakeValues({}) },
  );
  onTestFinished(async () => {
    await scheduler.close();
    engine.close();
  });
  const look = async () => (await scheduler.observe([APP], never)).apps.get(APP);
  return { engine, scheduler, look };
}

describe('an engine that shuts down', () => {
  it('is given nothing to start while it takes no new connection, and what is missing afterwards', async () => {
    const { engine, look } = await world();
    engine.containers.set('ours', 'running');
    expect(await look()).toMatchObject({ requested: 1, running: 1 });
    engine.refuseConnections();
    engine.containers.set('ours', 'exited');
    expect(await look()).toMatchObject({ requested: 1, running: 0, waiting: 1 });
    // It was looked at, found to be going, and looked at again after a while.
    const lists = engine.count(/GET \/containers\/json/);
    await until('further looks', () => engine.count(/GET \/containers\/json/) >= lists + 2);
    expect(engine.count(/start$/)).toBe(0);
    await engine.listen();
    await until('it to be started', () => engine.count(/POST \/containers\/ours\/start/) > 0);
    expect(await look()).toMatchObject({ requested: 1, running: 1, waiting: 0 });
  });
});

describe('a container that the engine could not remove', () => {
  it('is neither started nor counted: another one runs in its place, and its removal is asked for again', async () => {
    const { engine, look } = await world();
    engine.containers.set('ours', 'running');
    expect(await look()).toMatchObject({ requested: 1, running: 1 });
    engine.containers.set('ours', 'dead');
    await until('another one to run', async () => (await look())?.running === 1);
    expect(await look()).toMatchObject({ requested: 1, running: 1, killing: 0, waiting: 0, backoffMs: 0 });
    expect(engine.count(/POST \/containers\/ours\/start/)).toBe(0);
    await until('its removal to be asked for', () => engine.count(/DELETE \/containers\/ours/) > 0);
  });

  it('is no app, and keeps none from being made or from being gone', async () => {
    const { engine, scheduler, look } = await world();
    engine.containers.set('ours', 'dead');
    expect(await look()).toBeUndefined();
    expect(await scheduler.owned?.(never)).toEqual(new Map());
    const create = { kind: 'create', app: APP, owner: 'default/shop', reason: 'test' } as const;
    await scheduler.apply({ ...create, instances: 1, definition: SLEEPER, envFrom: [] }, never);
    await until('it to run', async () => (await look())?.running === 1);
    engine.containers.delete('made');
    await scheduler.apply({ kind: 'delete', app: APP, reason: 'test' }, never);
    await until('it to be gone', async () => (await look()) === undefined);
  });
});
