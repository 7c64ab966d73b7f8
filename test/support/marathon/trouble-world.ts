// test support: an operator with the real Marathon client, against the embedded server over real connections, both
// on virtual time, which moves on while bytes travel. For end states, not for what happens at which moment.

import { createEmulator, type Emulator, MemoryProcesses } from '../../../src/emulator/index.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import {
  createMarathonScheduler,
  type MarathonConfig,
  type MarathonScheduler,
} from '../../../src/schedulers/marathon/index.ts';
import { T0 } from '../builders.ts';
import { World } from '../fakes.ts';
import { fakeValues } from '../values.ts';

const STEP_MS = 100;
/** Of virtual time, until what must come has to be there. */
const WITHIN_MS = 15 * 60_000;

export interface TroubleOptions {
  /** How far the operator's clock is ahead of Marathon's. */
  readonly skewMs?: number;
  readonly cpus?: number;
  readonly deadlineMs?: number;
  readonly taskStartDelayMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly auth?: MarathonConfig['auth'];
}

interface ListedApp {
  readonly id: string;
  readonly instances: number;
  readonly tasksRunning: number;
  readonly deployments: readonly unknown[];
}

interface Running {
  readonly operator: World;
  readonly scheduler: MarathonScheduler;
}

/** Two nodes of one Marathon whose processes live in memory, and one operator after the other. */
export class TroubleWorld {
  readonly processes = new MemoryProcesses();
  readonly emulator: Emulator;
  readonly #options: TroubleOptions;
  readonly #clock: VirtualClock;
  readonly #marathonClock = new VirtualClock(T0);
  #running: Running | undefined;

  constructor(options: TroubleOptions = {}) {
    this.#options = options;
    this.#clock = new VirtualClock(T0 + (options.skewMs ?? 0));
    this.emulator = createEmulator({
      clock: this.#marathonClock,
      standbyPort: 0,
      budget: { cpus: options.cpus ?? 100, mem: 100_000 },
      taskStartDelayMs: options.taskStartDelayMs ?? 0,
      baseEnv: {},
      workDir: '/nowhere',
      runner: this.processes,
    });
  }

  static async open(options: TroubleOptions = {}): Promise<TroubleWorld> {
    const world = new TroubleWorld(options);
    await world.emulator.start();
    return world;
  }

  get operator(): World {
    return this.#current().operator;
  }

  get scheduler(): MarathonScheduler {
    return this.#current().scheduler;
  }

  #current(): Running {
    this.#running ??= this.#begin();
    return this.#running;
  }

  #begin(): Running {
    const { deadlineMs = 2_000, auth, env } = this.#options;
    const scheduler = createMarathonScheduler(
      { urls: this.emulator.urls, deadlineMs, resyncMs: 30_000, ...(auth && { auth }) },
      { clock: this.#clock, log: silentLogger, values: fakeValues(env) },
    );
    const schedulerInfo = () => ({ ...scheduler.info(), stats: scheduler.stats() });
    const operator = new World({}, { clock: this.#clock, schedulerFor: () => scheduler, schedulerInfo });
    return { operator, scheduler };
  }

  /** Ends the operator in the middle of whatever it does; the next one knows nothing of it. */
  async replaceOperator(): Promise<void> {
    await this.#stopOperator();
    this.#running = undefined;
  }

  async close(): Promise<void> {
    await this.#stopOperator();
    const closing = this.emulator.close();
    await this.after(10_000);
    await closing;
  }

  async #stopOperator(): Promise<void> {
    await this.operator.stop();
    await this.scheduler.close();
  }

  /** Lets `ms` pass for both. */
  async after(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      await this.#marathonClock.advance(STEP_MS);
      await this.#clock.advance(STEP_MS);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Lets time pass until it is so. */
  async until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
    const endMs = this.#clock.now() + WITHIN_MS;
    while (!(await look())) {
      if (this.#clock.now() > endMs) throw new Error(`waited in vain: ${what}`);
      await this.after(STEP_MS);
    }
  }

  /** Waits until five seconds pass without a write. */
  async quiet(): Promise<void> {
    await this.until('the operator to leave Marathon alone', async () => {
      const { writes } = this.emulator.stats;
      await this.after(5_000);
      return this.emulator.stats.writes === writes;
    });
  }

  /** Asks Marathon as somebody else would, past every fault. */
  async call(method: string, path: string, body?: object): Promise<Response> {
    const request = new Request(`${this.emulator.url}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const response = await this.emulator.fetch(request);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  async apps(): Promise<readonly ListedApp[]> {
    const response = await this.call('GET', '/v2/apps?embed=apps.counts&embed=apps.deployments');
    return ((await response.json()) as { apps: readonly ListedApp[] }).apps;
  }

  /** Requested counts by app id. */
  async counts(): Promise<Readonly<Record<string, number>>> {
    return Object.fromEntries((await this.apps()).map(({ id, instances }) => [id, instances]));
  }

  async deployments(): Promise<readonly unknown[]> {
    return (await (await this.call('GET', '/v2/deployments')).json()) as readonly unknown[];
  }

  /** Commands of an app's processes. */
  running(app: string): readonly string[] {
    return this.processes.running
      .filter(({ spec }) => spec.env['MARATHON_APP_ID'] === app)
      .map(({ spec }) => spec.argv.join(' '));
  }

  /** Waits until these apps and no others have these counts, asked for and running, and nothing is under way. */
  async settled(wanted: Readonly<Record<string, number>>): Promise<void> {
    let seen: readonly ListedApp[] = [];
    await this.until('the world to be as the policy says', async () => {
      seen = await this.apps();
      return (
        seen.length === Object.keys(wanted).length && seen.every((app) => this.#isAt(app, wanted[app.id]))
      );
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(wanted)}, last seen ${summary(seen)}`);
    });
  }

  #isAt({ id, instances, deployments }: ListedApp, count: number | undefined): boolean {
    return instances === count && this.running(id).length === count && deployments.length === 0;
  }
}

function summary(apps: readonly ListedApp[]): string {
  return apps
    .map(
      (a) => `${a.id}: ${a.instances} asked, ${a.tasksRunning} running, ${a.deployments.length} deployments`,
    )
    .join('; ');
}
