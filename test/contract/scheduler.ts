// Contract of every scheduler: what the controller relies on, whatever is behind it.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppDefinition, EnvFrom } from '../../src/api/policy.ts';
import type { Change } from '../../src/core/change.ts';
import type { AppObservation } from '../../src/core/observation.ts';
import { TransientError, WaitError } from '../../src/runtime/errors.ts';
import { type Scheduler, TargetRefused } from '../../src/schedulers/scheduler.ts';

/** A scheduler with its cluster, which other people change. */
export interface SchedulerWorld {
  readonly scheduler: Scheduler;
  /** Of something that runs until it is stopped. A scheduler that makes nothing: as it shows what `provide` made. */
  readonly definition: AppDefinition;
  /** Name of the workload; default `/contract/orders`. */
  readonly app?: string;
  /** What people call it; default: its name. */
  readonly title?: string;
  /** Where the scheduler makes nothing: somebody makes the workload. */
  provide?(instances: number): Promise<void>;
  /** Of something that takes a while to stop, so that it is seen doing so; default: `definition`. */
  readonly slowToStop?: AppDefinition;
  /** What its cluster was asked so far. */
  asked(): Asked;
  /** How many instances there is room for. */
  readonly capacity?: number;
  /** The next write takes effect, and its answer gets lost. */
  loseAnswer?(): Promise<void>;
  /** Nothing that happens is heard of until the result is called. */
  cutOff?(): Promise<() => Promise<void>>;
  /** Somebody deletes the workload and makes it anew with this count, before anybody looks. */
  remake?(instances: number): Promise<void>;
  /** Another autoscaler holds the workload. */
  holdElsewhere?(app: string): Promise<void>;
  /** Somebody else sets the count. */
  scaleByHand(app: string, instances: number): Promise<void>;
  /** Somebody's restart holds the app until the result is called. */
  lock(app: string): Promise<() => Promise<void>>;
  /** Lets time pass until the condition holds, or fails. */
  until(condition: () => Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

export interface Asked {
  /** What would change something there. */
  readonly writes: number;
  /** What asks how everything is; a watch or a stream of events that stays open is none. */
  readonly lists: number;
}

/** What a scheduler may not have, or its world may not be able to show. */
export type Skippable =
  | 'creating'
  | 'foreign counts'
  | 'definitions'
  | 'locks'
  | 'stopping'
  | 'waiting'
  | 'count versions'
  | 'stale writes'
  | 'lost answers'
  | 'gaps'
  | 'single writes'
  | 'resting'
  | 'remaking'
  | 'refused targets';

/** Each with its reason. */
export type Skips = Readonly<Partial<Record<Skippable, string>>>;

/** Far apart enough that no list is on its way still. */
const CALM_LOOKS = 10;
const RESTING_LOOKS = 100;

const DEFAULT_APP = '/contract/orders';
const OWNER = 'default/contract';
const never = new AbortController().signal;

/** `SECRET` is the only variable that the world's resolver knows. */
const SECRET_ENV: EnvFrom = { name: 'QUEUE_KEY', from: { fromEnv: 'SECRET' }, optional: false };

export function describeScheduler(
  name: string,
  createWorld: () => Promise<SchedulerWorld>,
  skips: Skips = {},
): void {
  /** A case that a scheduler may leave out, with a reason that the report shows. */
  const about = (what: Skippable, title: string, test: () => Promise<void>): void => {
    const reason = skips[what];
    if (reason === undefined) it(title, test);
    else it(`${title} [${what}: ${reason}]`, (context) => context.skip(reason));
  };

  describe(`scheduler: ${name}`, () => {
    let world: SchedulerWorld;
    let APP = DEFAULT_APP;
    beforeEach(async () => {
      world = await createWorld();
      APP = world.app ?? DEFAULT_APP;
    });
    afterEach(() => world.close());

    const look = async (): Promise<AppObservation | undefined> =>
      (await world.scheduler.observe([APP], never)).apps.get(APP);
    const apply = (change: Change) => world.scheduler.apply(change, never);
    const scale = (to: number) => apply({ kind: 'scale', app: APP, from: 0, to, reason: 'test' });
    const create = async (instances: number, more: Partial<Extract<Change, { kind: 'create' }>> = {}) => {
      const { definition } = world;
      const base = { kind: 'create', app: APP, instances, definition, envFrom: [], owner: OWNER } as const;
      return await apply({ ...base, reason: 'test', ...more });
    };
    /** Whoever makes it here. */
    const make = async (instances: number, definition = world.definition): Promise<void> => {
      if (world.provide === undefined) await create(instances, { definition });
      else await world.provide(instances);
    };
    const running = (n: number) => () => look().then((app) => app?.running === n && app.killing === 0);
    const createRunning = async (instances: number) => {
      await make(instances);
      await world.until(running(instances));
    };

    it('reports only what was asked for, and nothing for an app that does not exist', async () => {
      await make(1);
      const view = await world.scheduler.observe(['/contract/nobody'], never);
      expect([...view.apps.keys()]).toEqual([]);
    });

    about('creating', 'creates an app that is ours and gets it running', async () => {
      const result = await create(2);
      expect(result).toMatchObject({ outcome: 'accepted', operation: expect.stringMatching(/./) });
      expect(await look()).toMatchObject({ id: APP, requested: 2, owner: OWNER });
      await world.until(running(2));
      expect(await look()).toMatchObject({ running: 2, ready: 2, staging: 0, waiting: 0, unreachable: 0 });
      await world.until(async () => (await look())?.operations.length === 0);
      expect((await look())?.tasks.map((t) => t.phase)).toEqual(['running', 'running']);
    });

    about('creating', 'takes a creation that it has made already for done', async () => {
      await create(1);
      expect(await create(1)).toEqual({ outcome: 'noop' });
    });

    about('creating', 'does not take over an app that another policy made', async () => {
      await create(1);
      await expect(create(1, { owner: 'default/other' })).rejects.toThrow(TransientError);
      expect(await look()).toMatchObject({ owner: OWNER });
    });

    it('shows its own write in the next observation, up and down', async () => {
      await createRunning(1);
      for (const count of [3, 1]) {
        expect(await scale(count)).toMatchObject({ outcome: 'accepted' });
        expect(await look()).toMatchObject({ requested: count });
        await world.until(running(count));
      }
    });

    it('does nothing when the count is there already', async () => {
      await createRunning(2);
      expect(await scale(2)).toEqual({ outcome: 'noop' });
    });

    it('replaces its own scaling that is not finished', async () => {
      await make(1);
      await scale(4);
      await scale(2);
      expect(await look()).toMatchObject({ requested: 2 });
      await world.until(running(2));
    });

    about('single writes', 'asks for a change in one write, and for nothing more', async () => {
      await createRunning(1);
      for (const count of [4, 2]) {
        const before = world.asked().writes;
        await scale(count);
        await world.until(running(count));
        expect(world.asked().writes - before).toBe(1);
      }
    });

    about('resting', 'lists nothing while nothing happens, however often it is looked at', async () => {
      await createRunning(2);
      const watching = new AbortController();
      const watch = world.scheduler.watch(() => undefined, watching.signal);
      // What follows from the beginning is over when nothing was listed for many looks.
      let [lists, calm] = [-1, 0];
      await world.until(async () => {
        const app = await look();
        calm = world.asked().lists === lists && app?.operations.length === 0 ? calm + 1 : 0;
        lists = world.asked().lists;
        return calm >= CALM_LOOKS;
      });
      for (let i = 0; i < RESTING_LOOKS; i++) expect((await look())?.running).toBe(2);
      expect(world.asked().lists).toBe(lists);
      watching.abort();
      await watch;
    });

    about('foreign counts', 'sees the count that somebody else has set', async () => {
      await createRunning(1);
      const before = await look();
      await world.scaleByHand(APP, 2);
      await world.until(async () => (await look())?.requested === 2);
      const after = await look();
      expect(after?.lastConfigChangeAtMs).toBe(before?.lastConfigChangeAtMs);
      expect(after?.writtenBy).not.toBe('us');
    });

    about('count versions', 'tells a count of its own from one that somebody else has set', async () => {
      await createRunning(1);
      await scale(2);
      const ours = await look();
      expect(ours?.writtenBy ?? 'us').toBe('us');
      expect(versionOf(await look())).toBe(versionOf(ours));
      await world.scaleByHand(APP, 3);
      await world.until(async () => (await look())?.requested === 3);
      const theirs = await look();
      expect(versionOf(theirs)).not.toBe(versionOf(ours));
      expect(theirs?.writtenBy).not.toBe('us');
      // Back to what we had: only the version shows that somebody was there.
      await world.scaleByHand(APP, 2);
      await world.until(async () => (await look())?.requested === 2);
      expect(versionOf(await look())).not.toBe(versionOf(ours));
    });

    about('remaking', 'takes what was deleted and made anew between two looks for another one', async () => {
      await createRunning(2);
      const before = await look();
      expect(before?.uid).toMatch(/./);
      await scale(1);
      expect((await look())?.uid).toBe(before?.uid);
      await world.remake?.(3);
      await world.until(async () => (await look())?.requested === 3);
      expect((await look())?.uid).not.toBe(before?.uid);
      await world.until(running(3));
    });

    about('stale writes', 'does not write over a count that it was not planned against', async () => {
      await createRunning(2);
      await world.scaleByHand(APP, 4);
      await expect(apply({ kind: 'scale', app: APP, from: 2, to: 1, reason: 'test' })).rejects.toThrow(
        TransientError,
      );
      await world.until(async () => (await look())?.requested === 4);
    });

    about('stopping', 'lets an instance that stops hold its slot until it is gone', async () => {
      await make(2, world.slowToStop);
      await world.until(running(2));
      await scale(1);
      let stopping: AppObservation | undefined;
      await world.until(async () => {
        stopping = await look();
        return stopping?.killing === 1;
      });
      expect(stopping).toMatchObject({ requested: 1, running: 1, killing: 1, staging: 0, waiting: 0 });
      await world.until(running(1));
    });

    about('waiting', 'says how many instances wait for room, and why', async () => {
      const capacity = world.capacity ?? Number.NaN;
      await createRunning(1);
      await scale(capacity + 2);
      await world.until(async () => {
        const app = await look();
        return app?.running === capacity && app.waiting === 2 && app.waitingFor.length > 0;
      });
      const app = await look();
      expect(app).toMatchObject({ requested: capacity + 2, staging: 0, killing: 0 });
      expect(app?.waitingFor.map(({ reason }) => reason)).toContain('NoRoom');
      expect(app?.waitingFor.every(({ text }) => text !== '')).toBe(true);
    });

    about('lost answers', 'shows what a write did whose answer was lost', async () => {
      await createRunning(1);
      await world.loseAnswer?.();
      const error = await scale(3).then(
        () => undefined,
        (e: unknown) => e,
      );
      if (error !== undefined) expect(error).toBeInstanceOf(TransientError);
      await world.until(async () => (await look())?.requested === 3);
      await world.until(running(3));
    });

    about('gaps', 'sees what happened while it was cut off', async () => {
      await createRunning(1);
      const watching = new AbortController();
      const watch = world.scheduler.watch(() => undefined, watching.signal).catch(() => undefined);
      const connect = await world.cutOff?.();
      await world.scaleByHand(APP, 2);
      await connect?.();
      await world.until(running(2));
      watching.abort();
      await watch;
    });

    about(
      'refused targets',
      'leaves a workload alone that another autoscaler holds, and says who',
      async () => {
        await createRunning(2);
        await world.holdElsewhere?.(APP);
        await world.until(async () => (await look())?.refused !== undefined);
        expect(await look()).toMatchObject({ requested: 2, running: 2 });
        await expect(scale(3)).rejects.toThrow(TargetRefused);
        expect(await look()).toMatchObject({ requested: 2 });
      },
    );

    about('locks', "waits for somebody's restart, says whose it is, and goes on afterwards", async () => {
      await createRunning(1);
      const unlock = await world.lock(APP);
      await world.until(async () => (await look())?.operations.length === 1);
      const deployment = (await look())?.operations[0];
      const error = await scale(3).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(WaitError);
      expect((error as WaitError).retryAfterMs).toBeGreaterThan(0);
      expect((error as WaitError).message).toContain(deployment?.id);
      expect((error as WaitError).message).toMatch(/Restart(Application)? .*orders/);
      expect(await look()).toMatchObject({ requested: 1, operations: [{ id: deployment?.id }] });
      await unlock();
      await world.until(async () => (await scale(3).catch(() => undefined)) !== undefined);
      expect(await look()).toMatchObject({ requested: 3 });
    });

    about(
      'definitions',
      'takes what a definition states for its footprint, and something for one that states nothing',
      async () => {
        const stated = { cpus: 0.25, mem: 48, disk: 10, gpus: 1 };
        expect(world.scheduler.footprint({ ...world.definition, ...stated })).toEqual(stated);
        const silent = world.scheduler.footprint({});
        expect(Object.values(silent).every((amount) => Number.isFinite(amount) && amount >= 0)).toBe(true);
        expect(Object.values(silent).some((amount) => amount > 0)).toBe(true);
      },
    );

    about('definitions', 'takes the same for what it has created as for what was asked for', async () => {
      await create(1);
      const app = await look();
      const asked = world.scheduler.footprint(world.definition);
      expect(world.scheduler.footprint(app?.definition ?? {})).toEqual(asked);
    });

    about('definitions', 'finds no difference in what it has created, and none in the count', async () => {
      await create(1, { envFrom: [SECRET_ENV] });
      const app = (await look()) as AppObservation;
      const definition = { ...world.definition, instances: 9 };
      expect(world.scheduler.diff({ definition, envFrom: [SECRET_ENV] }, app)).toEqual([]);
    });

    about(
      'definitions',
      'names a differing field, and takes it over without touching the count',
      async () => {
        await createRunning(2);
        const definition = { ...world.definition, mem: 40, env: { RATE: '5' } };
        const fields = world.scheduler.diff({ definition, envFrom: [] }, (await look()) as AppObservation);
        expect(fields).toEqual([
          { field: 'mem', before: world.definition['mem'], after: 40 },
          { field: 'env.RATE', before: undefined, after: '5' },
        ]);
        const update = { kind: 'update', app: APP, definition, envFrom: [], fields, reason: 'test' } as const;
        expect(await apply(update)).toMatchObject({ outcome: 'accepted' });
        const app = (await look()) as AppObservation;
        expect(app).toMatchObject({
          requested: 2,
          owner: OWNER,
          definition: { mem: 40, env: { RATE: '5' } },
        });
        expect(world.scheduler.diff({ definition, envFrom: [] }, app)).toEqual([]);
        await world.until(running(2));
      },
    );

    about('definitions', 'reports a changed secret without its values', async () => {
      await create(1, { definition: { ...world.definition, env: { QUEUE_KEY: 'old-value' } } });
      const app = (await look()) as AppObservation;
      const fields = world.scheduler.diff({ definition: world.definition, envFrom: [SECRET_ENV] }, app);
      expect(fields.map((f) => f.field)).toEqual(['env.QUEUE_KEY']);
      expect(JSON.stringify(fields)).not.toMatch(/old-value|s3cr3t/);
    });

    about('definitions', 'does not compare a secret that it cannot resolve', async () => {
      await create(1);
      const elsewhere: EnvFrom = { name: 'OTHER', from: { fromEnv: 'NOT_HERE' }, optional: false };
      const app = (await look()) as AppObservation;
      expect(world.scheduler.diff({ definition: world.definition, envFrom: [elsewhere] }, app)).toEqual([]);
    });

    about('creating', 'deletes an app, and takes one that is gone for deleted', async () => {
      await createRunning(1);
      expect(await apply({ kind: 'delete', app: APP, reason: 'test' })).toMatchObject({
        outcome: 'accepted',
      });
      await world.until(async () => (await look()) === undefined);
      await world.until(async () => {
        const again = await apply({ kind: 'delete', app: APP, reason: 'test' }).catch(() => undefined);
        return again?.outcome === 'noop';
      });
    });

    it('asks to look again when the app to change is gone', async () => {
      await expect(scale(3)).rejects.toThrow(TransientError);
      await expect(scale(3)).rejects.toThrow(`scaling ${world.title ?? APP} to 3`);
    });

    it.each(['adopt', 'release'] as const)('touches nothing to %s an app', async (kind) => {
      await createRunning(1);
      const before = await look();
      expect(await apply({ kind, app: APP, reason: 'test' })).toEqual({ outcome: 'noop' });
      expect(await look()).toMatchObject({ version: before?.version, tasks: before?.tasks });
    });

    about('foreign counts', 'wakes whoever watches when somebody else changes a count', async () => {
      await createRunning(1);
      const watching = new AbortController();
      let woken = 0;
      const watch = world.scheduler.watch(() => woken++, watching.signal);
      // Opening a stream wakes by itself, as something may have been missed; let that pass.
      let calm = -1;
      await world.until(async () => {
        await look();
        const still = calm === woken;
        calm = woken;
        return still && (await look())?.operations.length === 0;
      });
      const before = woken;
      await world.scaleByHand(APP, 2);
      await world.until(async () => woken > before && (await look())?.requested === 2);
      watching.abort();
      await watch;
    });

    it('stops with the reason of whoever aborts', async () => {
      await make(1);
      const aborted = AbortSignal.abort(new Error('enough'));
      await expect(world.scheduler.observe([APP], aborted)).rejects.toThrow('enough');
      const change: Change = { kind: 'scale', app: APP, from: 1, to: 2, reason: 'test' };
      await expect(world.scheduler.apply(change, aborted)).rejects.toThrow('enough');
      await world.scheduler.watch(() => undefined, aborted);
    });

    it('closes twice', async () => {
      await world.scheduler.close();
      await world.scheduler.close();
    });
  });
}

/** Of the count. */
function versionOf(app: AppObservation | undefined): string | number | undefined {
  return app?.countVersion ?? app?.lastScalingAtMs;
}
