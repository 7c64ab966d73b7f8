// The runbooks whose trouble lasts minutes, or is of a scheduler that refuses: the operator's time is passed in, its API is served
// for real, and each command of the page is typed as it stands there.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { Condition } from '../../../src/api/conditions.ts';
import type { MetricReading } from '../../../src/core/observation.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { serve } from '../../../src/runtime/network/http.ts';
import { TargetRefused } from '../../../src/schedulers/scheduler.ts';
import { createServerApp } from '../../../src/server/app.ts';
import { aBehavior, aQueue, queueTarget } from '../../support/builders.ts';
import { aFiller, anApp, aPolicy, World, wants } from '../../support/fakes.ts';
import { ROOT, run } from '../../support/programs/command.ts';
import { poisson, seeded } from '../../support/seeded.ts';

interface Trouble {
  readonly type: Condition['type'];
  readonly make: () => Promise<World>;
  /** What `explain` shows of it, where its page asks for that. */
  readonly explains?: RegExp;
}

const RUN_MS = 10 * 60_000;
/** What a round waits for that does not end. */
let silence = Promise.withResolvers<void>();

beforeEach(() => {
  silence = Promise.withResolvers<void>();
});

const TROUBLES: Readonly<Record<string, Trouble>> = {
  DeploymentStuck: {
    type: 'Applied',
    make: async () => {
      const world = worldOf({});
      world.policies.put('shop.yaml', aPolicy('shop', [anApp('worker', wants(1)), aFiller('rest')]));
      world.metrics.set(1, 4);
      await world.start(10_000);
      world.marathon.others.lock('/worker', 'Restart');
      await world.after(310_000);
      return world;
    },
  },
  NoGain: {
    type: 'ScalingLimited',
    make: async () => {
      const metricSourceFor = (): ReturnType<World['metrics']['sourceFor']> => ({
        read: async () => sharedLimit.read(world),
        close: async () => undefined,
      });
      const sharedLimit = new SharedLimit();
      const world: World = worldOf({ metricSourceFor });
      const behavior = aBehavior({ futility: 'Detect' });
      const worker = anApp('worker', { behavior, targets: [queueTarget(50, 'Fluid', aQueue)] });
      world.policies.put('shop.yaml', aPolicy('shop', [worker], { interval: '1s', capacity: { slots: 12 } }));
      await world.start(1_000);
      for (let ms = 0; ms < RUN_MS; ms += 1_000) {
        await world.after(1_000);
        if (world.condition('shop', 'ScalingLimited').endsWith('NoGain')) break;
      }
      return world;
    },
    explains: /\n +futility +\d+ +\d+ +.*\/s could be expected; more are tried in/,
  },
  RoundOverdue: {
    type: 'Ready',
    make: async () => {
      let isSilent = false;
      const world = worldOf({
        inRound: async (_pool, round) => {
          if (isSilent) await silence.promise;
          return await round();
        },
      });
      world.policies.put('shop.yaml', aPolicy('shop', [anApp('worker', wants(1))]));
      await world.start(5_000);
      isSilent = true;
      await world.after(8_000);
      return world;
    },
  },
  SchedulerSilent: {
    type: 'Ready',
    make: async () => {
      const world = worldOf({});
      world.policies.put('shop.yaml', aPolicy('shop', [anApp('worker', wants(1))]));
      await world.start(5_000);
      const sinceMs = world.clock.monotonic();
      world.marathon.interfere({
        observe: async (ids, next) => ({
          ...(await next()),
          silent: new Map(ids.map((id) => [id, sinceMs])),
        }),
      });
      await world.after(5_000);
      return world;
    },
  },
  TargetRefused: {
    type: 'Applied',
    make: async () => {
      const world = worldOf({
        workloadOf: (app) => ({
          ...{ scheduler: 'kubernetes', name: `/${app.name}`, title: `Deployment shop/${app.name}` },
          definition: app.app ?? {},
        }),
      });
      world.policies.put('shop.yaml', aPolicy('shop', [anApp('worker', wants(1))]));
      world.marathon.failWhen((change) =>
        change.kind === 'scale'
          ? new TargetRefused('it is scaled by HorizontalPodAutoscaler shop/worker')
          : undefined,
      );
      await world.start(5_000);
      world.metrics.set(1, 4);
      await world.after(5_000);
      return world;
    },
  },
};

/** So many a second are worked off, however many work. */
class SharedLimit {
  readonly #random = seeded(4);
  #waiting = 0;
  #arrived = 0;
  #atMs: number | undefined;
  #second = 0;

  read({ clock, marathon }: World): MetricReading {
    const asOfMs = clock.monotonic();
    this.#atMs ??= asOfMs;
    const ready = marathon.snapshot().get('/worker')?.ready ?? 0;
    for (; this.#atMs < asOfMs; this.#atMs += 1_000) {
      const came = poisson(this.#random, this.#second++ < 100 ? 12 : 40);
      this.#arrived += came;
      this.#waiting += came;
      const able = Math.min(15, 5 * Math.min(this.#waiting, ready));
      this.#waiting -= Math.min(this.#waiting, poisson(this.#random, able));
    }
    const unsplit = { waitingAtLeast: 0, restInFlight: true } as const;
    const counted = { waiting: this.#waiting, arrivedTotal: this.#arrived };
    return { state: 'ok', asOfMs, ...counted, unsplit, heldPerInstance: 1 };
  }
}

function worldOf(over: ConstructorParameters<typeof World>[1]): World {
  return new World({}, { clock: new VirtualClock(Date.now() - RUN_MS), ...over });
}

async function served(world: World): Promise<string> {
  const stop = new AbortController();
  const app = createServerApp({
    state: world.state,
    clock: world.clock,
    log: silentLogger,
    boundTo: '127.0.0.1',
    token: 'token-1',
    version: '0.1.0',
    runbooks: join(ROOT, 'docs/runbooks'),
    signal: stop.signal,
  });
  const server = await serve(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    stop.abort();
    silence.resolve();
    await server.close();
    await world.stop();
  });
  return server.url;
}

it.each(Object.entries(TROUBLES))(
  '%s: each command runs and shows what the page says',
  async (reason, { type, make, explains }) => {
    const world = await make();
    const url = await served(world);
    expect(world.condition('shop', type)).toMatch(new RegExp(`/${reason}$`));
    const page = readFileSync(join(ROOT, 'docs/runbooks/reasons', `${reason}.md`), 'utf8');
    const commands = [...page.matchAll(/`microscaling ([^`]+)`/g)].map(([, text = '']) => text);
    const sights: Readonly<Record<string, RegExp>> = {
      describe: new RegExp(`${type} +\\S+ +\\S+ +${reason} +\\S`),
      ...(explains && { explain: explains }),
    };
    expect(commands.map((command) => command.split(' ')[0]).sort()).toEqual(Object.keys(sights).sort());
    for (const command of commands) {
      const { code, stdout, stderr } = await run([
        ...command.replace('NAME', 'shop').split(' '),
        '--server',
        url,
      ]);
      expect(code, `${command}\n${stdout}${stderr}`).toBe(0);
      expect(stdout, command).toMatch(sights[command.split(' ')[0] ?? ''] ?? /^$/);
    }
  },
);
