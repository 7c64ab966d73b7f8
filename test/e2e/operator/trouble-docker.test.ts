// What goes wrong with containers of an engine, one by one, under a whole operator: the reason is said, the rest goes on. An engine that
// is away is in across-docker.test.ts; one that restarts, and a container that ends at once, in test/schedulers/docker.

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startOperator } from '../../../src/app/operator/operator.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { createRedactor } from '../../../src/runtime/redact.ts';
import {
  BUSYBOX_IMAGE,
  dockerMissing,
  startEngine,
  type TestEngine,
} from '../../schedulers/docker-engine/real-engine.ts';
import { until } from '../../support/until.ts';

const PATIENCE_MS = 90_000;
const SLEEPER = { image: BUSYBOX_IMAGE, command: ['sleep', '600'], stopSignal: 'SIGKILL' };

interface Trouble {
  readonly name: string;
  /** What its containers have otherwise than those that run. */
  readonly container: (world: { readonly takenPort: number; readonly network: string }) => object;
  readonly says: RegExp;
}

const TROUBLES: readonly Trouble[] = [
  { name: 'its image is missing', container: () => ({ image: 'nope:1' }), says: /No such image: nope:1/ },
  {
    name: 'its port is taken',
    container: ({ takenPort, network }) => ({
      network,
      ports: [{ containerPort: 80, hostAddress: '127.0.0.1', hostPort: takenPort }],
    }),
    says: /address already in use|port is already allocated/,
  },
];

describe.skipIf(dockerMissing())('containers in trouble', { timeout: 240_000 }, () => {
  const waiting = { workers: 2, rest: 2 };
  const queue = createServer((_, response) => response.end(JSON.stringify(waiting)));
  let engine: TestEngine;
  let network = '';
  beforeAll(async () => {
    [engine] = await Promise.all([startEngine(), listening(queue)]);
    network = await engine.network();
  });
  afterAll(async () => {
    queue.close();
    await engine.remove();
  });

  /** `workers` as the test has them, `rest` beside them in one pool. */
  async function world(container: object) {
    const dir = mkdtempSync(join(tmpdir(), 'trouble-'));
    const stop = new AbortController();
    Object.assign(waiting, { workers: 2, rest: 2 });
    const app = (name: keyof typeof waiting, definition: object) => ({
      name,
      priority: 1,
      instances: { min: 1, max: 5 },
      targets: [
        { perInstance: 1, metric: { http: { url: urlOf(queue), pointers: { waiting: `/${name}` } } } },
      ],
      docker: { container: definition },
    });
    const policy = {
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'MicroscalingPolicy',
      metadata: { name: 'shop' },
      spec: {
        interval: '200ms',
        capacity: { slots: 20 },
        apps: [app('workers', { ...SLEEPER, ...container }), app('rest', SLEEPER)],
      },
    };
    const path = join(dir, 'policy.yaml');
    writeFileSync(path, JSON.stringify(policy));
    const { state, stopped } = await startOperator(
      {
        policies: [path],
        marathon: [],
        api: { host: '127.0.0.1', port: 0 },
        env: { ...process.env, DOCKER_HOST: engine.host },
      },
      { clock: systemClock, log: silentLogger, redactor: createRedactor() },
      stop.signal,
    );
    onTestFinished(async () => {
      stop.abort();
      await stopped;
      await engine.removeContainers();
      rmSync(dir, { recursive: true, force: true });
    });
    const policies = () => state.view().pools.flatMap((pool) => pool.policies);
    const said = (): string =>
      policies()
        .flatMap(({ conditions, apps }) => [
          ...conditions.map(({ type, status, message }) => `${type} ${status}: ${message}`),
          ...apps.map(({ name, requested, running }) => `${name}: ${running} of ${requested}`),
        ])
        .join('\n');
    const seen = (name: string) =>
      policies()
        .flatMap(({ apps }) => apps)
        .find((each) => each.name === name);
    const toBe = (what: string, look: () => boolean): Promise<unknown> =>
      until(what, look, PATIENCE_MS).catch((error: unknown) => {
        throw new Error(`${String(error)}; it is said: ${said()}`);
      });
    return { said, seen, toBe };
  }

  const containers = async (name: string): Promise<number> => {
    const names = await engine.docker('ps', '--format', '{{.Names}}', '--filter', `name=shop-${name}`);
    return names.split('\n').filter((each) => each !== '').length;
  };

  it.each(TROUBLES)(
    'are few where $name, which is said, and the rest goes on',
    async ({ container, says }) => {
      const other = createServer();
      await listening(other);
      onTestFinished(() => void other.close());
      const { port: takenPort } = other.address() as AddressInfo;
      const { said, seen, toBe } = await world(container({ takenPort, network }));
      await toBe(`${says} to be said`, () => says.test(said()));
      await toBe('the rest to run', () => seen('rest')?.running === 2);
      waiting.rest = 4;
      await toBe('the rest to be more', () => seen('rest')?.running === 4);
      expect(await containers('rest')).toBe(4);
      // It keeps its minimum, or what it asked for, and gets no container in the place of one that cannot run.
      const { requested = 0 } = seen('workers') ?? {};
      expect([1, 2]).toContain(requested);
      const made = await engine.docker('ps', '--all', '--quiet', '--filter', 'name=shop-workers');
      expect(made.split('\n').filter((each) => each !== '').length).toBeLessThanOrEqual(2);
    },
  );
});

async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
