// What goes wrong with containers of an engine, one by one, under a whole operator: the reason is said, the rest goes on. An engine that
// hangs is in ../across-docker.test.ts.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  BUSYBOX_IMAGE,
  dockerMissing,
  startEngine,
  type TestEngine,
} from '../../../schedulers/docker-engine/real-engine.ts';
import { openShop } from './shop.ts';

const SLEEPER = { image: BUSYBOX_IMAGE, command: ['sleep', '600'], stopSignal: 'SIGKILL' };

interface Trouble {
  readonly name: string;
  /** What its containers have otherwise than those that run. */
  readonly container: (world: { readonly takenPort: number; readonly network: string }) => object;
  readonly says: RegExp;
  /** How many the engine may have of it at most, whatever became of them. */
  readonly atMost: number;
}

const TROUBLES: readonly Trouble[] = [
  {
    name: 'its image is missing',
    container: () => ({ image: 'nope:1' }),
    says: /No such image: nope:1/,
    atMost: 0,
  },
  {
    name: 'it ends at once',
    container: () => ({ command: ['sh', '-c', 'exit 3'] }),
    says: /ended with exit code 3; docker logs shop-workers-\w+ shows what it said/,
    atMost: 2,
  },
  {
    name: 'its port is taken',
    container: ({ takenPort, network }) => ({
      network,
      ports: [{ containerPort: 80, hostAddress: '127.0.0.1', hostPort: takenPort }],
    }),
    says: /address already in use|port is already allocated/,
    atMost: 2,
  },
];

interface Restart {
  readonly name: string;
  readonly engine: 'plain' | 'liveRestore';
  /** Whether the containers that ran before are those that run afterwards. */
  readonly survives: boolean;
}

const RESTARTS: readonly Restart[] = [
  { name: 'and stops its containers', engine: 'plain', survives: false },
  { name: 'and leaves its containers running', engine: 'liveRestore', survives: true },
];

describe.skipIf(dockerMissing())('containers in trouble', { timeout: 240_000 }, () => {
  const waiting = { workers: 2, rest: 2 };
  const queue = createServer((_, response) => response.end(JSON.stringify(waiting)));
  let engines: Readonly<Record<Restart['engine'], TestEngine>>;
  let network = '';
  beforeAll(async () => {
    const [plain, liveRestore] = await Promise.all([
      startEngine(),
      startEngine({ flags: ['--live-restore'] }),
      listening(queue),
    ]);
    engines = { plain, liveRestore };
    network = await plain.network();
  });
  afterAll(async () => {
    queue.close();
    await Promise.all(Object.values(engines).map((engine) => engine.remove()));
  });

  /** `workers` as the test has them, `rest` beside them in one pool, on another engine. */
  async function world(container: object, troubled: Restart['engine'] = 'plain') {
    const engine = engines[troubled];
    const other = engines[troubled === 'plain' ? 'liveRestore' : 'plain'];
    Object.assign(waiting, { workers: 2, rest: 2 });
    const app = (name: keyof typeof waiting, definition: object, host: string) => ({
      name,
      priority: 1,
      instances: { min: 1, max: 5 },
      targets: [
        { perInstance: 1, metric: { http: { url: urlOf(queue), pointers: { waiting: `/${name}` } } } },
      ],
      docker: { container: definition, host },
    });
    const apps = [
      app('workers', { ...SLEEPER, ...container }, engine.host),
      app('rest', SLEEPER, other.host),
    ];
    const shop = await openShop(apps, process.env, () =>
      Promise.all([engine.removeContainers(), other.removeContainers()]),
    );
    const names = async (of: TestEngine, ...flags: readonly string[]): Promise<readonly string[]> => {
      const listed = await of.docker('ps', '--format', '{{.Names}}', ...flags);
      return listed
        .split('\n')
        .filter((each) => each !== '')
        .toSorted();
    };
    return {
      ...shop,
      engine,
      /** When each worker that runs was started, by name. */
      starts: async (): Promise<ReadonlyMap<string, string>> => {
        const running = await names(engine);
        const at = await engine.docker('inspect', '--format', '{{.State.StartedAt}}', ...running);
        return new Map(at.split('\n').map((each, i) => [running[i] ?? '', each]));
      },
      everyWorker: () => names(engine, '--all'),
      rest: () => names(other),
    };
  }

  it.each(TROUBLES)(
    'are few where $name, which is said, and the rest goes on',
    async ({ container, says, atMost }) => {
      const other = createServer();
      await listening(other);
      onTestFinished(() => void other.close());
      const { port: takenPort } = other.address() as AddressInfo;
      const { said, seen, toBe, everyWorker, rest } = await world(container({ takenPort, network }));
      await toBe(`${says} to be said`, () => says.test(said()));
      await toBe('the rest to run', () => seen('rest')?.running === 2);
      waiting.rest = 4;
      await toBe('the rest to be more', () => seen('rest')?.running === 4);
      expect(await rest()).toHaveLength(4);
      // It keeps its minimum, or what it asked for, and gets no container in the place of one that cannot run.
      const { requested = 0 } = seen('workers') ?? {};
      expect([1, 2]).toContain(requested);
      expect((await everyWorker()).length).toBeLessThanOrEqual(atMost);
    },
  );

  it.each(RESTARTS)(
    'keep their count while the engine restarts $name, which is said, and the rest goes on',
    async ({ engine: troubled, survives }) => {
      const { engine, said, seen, toBe, starts, everyWorker, rest } = await world({}, troubled);
      await toBe('all to run', () => seen('workers')?.running === 2 && seen('rest')?.running === 2);
      const before = await starts();
      await engine.stop();
      const away = /container shop\/workers on \S+ cannot be looked at: .*start the engine .*it keeps the 2 /;
      await toBe('it to be said', () => away.test(said()));
      Object.assign(waiting, { workers: 3, rest: 4 });
      await toBe('the rest to be more', () => seen('rest')?.running === 4);
      expect(await rest()).toHaveLength(4);
      expect(seen('workers')).toMatchObject({ requested: 2 });
      await engine.start();
      await toBe('the workers to be more', () => seen('workers')?.running === 3);
      await toBe('nothing to be said any more', () => !away.test(said()));
      const after = await starts();
      expect(after.size).toBe(3);
      expect(await everyWorker()).toEqual([...after.keys()].toSorted());
      // The same ones; where the engine had stopped them they were started anew.
      for (const [name, at] of before) expect(after.get(name) === at, name).toBe(survives);
      expect([...after.keys()]).toEqual(expect.arrayContaining([...before.keys()]));
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
