// bench: one load in real time: the operator as it ships, the embedded Marathon and a queue over HTTP.

import { rm } from 'node:fs/promises';
import { type RunningOperator, startOperator } from '../../src/app/operator/operator.ts';
import { createEmulator, type Emulator } from '../../src/emulator/index.ts';
import { QUIET_MS } from '../../src/programs/quiet-time.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { createRedactor } from '../../src/runtime/redact.ts';
import { makeScratchDirectory } from '../../src/runtime/scratch.ts';
import type { Ran } from '../../src/simulator/figures.ts';
import { STEP_MS } from '../../src/simulator/load/curve.ts';
import type { WorldOptions } from '../../src/simulator/world/world.ts';
import { BusySigns } from './busy-signs.ts';
import { policyText } from './policy.ts';
import { type QueueService, serveQueue } from './queue-service.ts';
import { Recorder } from './recorder.ts';
import { PretendTasks, type TaskAddress } from './tasks.ts';
import { type WorkQueue, workQueue } from './work-queue.ts';

const QUEUE_NAME = 'reality';
const READY_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 20;

export interface RealRun {
  readonly ran: Ran;
  /** Instances of each app that served when the load began, before anything was decided. */
  readonly begunWith: readonly number[];
  /** Messages that a fall put back. */
  readonly handedBack: number;
  /** Of these, while another consumer was idle that could have gone in its place. */
  readonly handedBackNeedlessly: number;
  /** Of these, while another one was idle, and nobody could know it yet. */
  readonly handedBackUnforeseen: number;
}

export type RealOptions = Omit<WorldOptions, 'spare'>;

export interface RealRunDeps {
  readonly seed: number;
  readonly clock: Clock;
  /** Where in the range of ports the tasks' own begin, from 0 to 1: worlds beside each other take others. */
  readonly ports: number;
  readonly signal: AbortSignal;
}

/** From a cold start: the load begins with the operator's first look at the queue. */
export async function runInReality(
  options: RealOptions,
  { seed, clock, ports, signal }: RealRunDeps,
): Promise<RealRun> {
  const world = new RealWorld(options, { seed, clock, ports });
  try {
    await world.start(signal);
    return await world.record(signal);
  } finally {
    await world.close();
  }
}

class RealWorld {
  readonly #options: RealOptions;
  readonly #clock: Clock;
  readonly #ports: number;
  readonly #signs = new BusySigns();
  readonly #queue: WorkQueue;
  readonly #recorder: Recorder;
  readonly #stop = new AbortController();
  readonly #workDir = makeScratchDirectory('microscaling-bench', {
    what: 'what the embedded Marathon keeps',
  });
  readonly #begun = Promise.withResolvers<void>();
  readonly #consumer: string;
  #beginMs: number | undefined;
  #begunWith: readonly number[] = [];
  #marathon: Emulator | undefined;
  #service: QueueService | undefined;
  #operator: RunningOperator | undefined;

  constructor(options: RealOptions, { seed, clock, ports }: Omit<RealRunDeps, 'signal'>) {
    const [consumer] = options.apps;
    if (consumer?.demand === undefined) throw new RangeError('the first app of a real run has no queue');
    this.#options = options;
    this.#clock = clock;
    this.#ports = ports;
    this.#consumer = consumer.terms.id;
    this.#queue = workQueue(consumer.demand, options, seed);
    this.#recorder = new Recorder(options);
  }

  async start(signal: AbortSignal): Promise<void> {
    const { delays, apps } = this.#options;
    this.#service = await serveQueue(
      {
        name: QUEUE_NAME,
        count: () => {
          this.#queue.advance(this.#begin());
          return this.#queue.waiting + this.#queue.inFlight;
        },
        peek: (most) => {
          this.#queue.advance(this.#begin());
          const beginMs = this.#clock.now() - this.#elapsed();
          return this.#queue
            .peek(most)
            .map(({ number, arrivedMs }) => ({ id: `message-${number}`, insertedMs: beginMs + arrivedMs }));
        },
      },
      () => this.#clock.now(),
    );
    this.#marathon = createEmulator({
      budget: { cpus: 1e3, mem: 1e6 },
      baseEnv: {},
      workDir: this.#workDir,
      taskStartDelayMs: delays.startMs,
      random: () => this.#ports,
      runner: new PretendTasks(this.#clock, delays.stopMs, {
        started: (app, task, at) => this.#started(app, task, at),
        stopping: (app, task) => this.#stopping(app, task),
      }),
    });
    await this.#marathon.start();
    for (const { terms, initial } of apps) await this.#create(terms.id, initial);
    await this.#untilRunning(
      apps.map(({ terms, initial }) => [terms.id, initial]),
      signal,
    );
    this.#operator = await startOperator(
      {
        policies: [],
        policyYaml: policyText(this.#options, {
          queueName: QUEUE_NAME,
          endpoint: this.#service.endpoint,
          busyPath: this.#signs.path,
        }),
        marathon: [this.#marathon.url],
        api: { host: '127.0.0.1', port: 0 },
        env: { AZURE_STORAGE_ACCOUNT_NAME: 'devstoreaccount1', AZURE_STORAGE_ACCOUNT_KEY: 'cmVhbGl0eQ==' },
      },
      { clock: this.#clock, log: silentLogger, redactor: createRedactor() },
      AbortSignal.any([signal, this.#stop.signal]),
    );
  }

  /** One value a step, as in the simulator: what is so at the end of the step. */
  async record(signal: AbortSignal): Promise<RealRun> {
    const state = this.#operator?.state;
    const undo = state?.subscribe(() => {
      for (const app of state.view().pools.flatMap((pool) => pool.policies.flatMap(({ apps }) => apps)))
        this.#recorder.requested(app.id, app.requested);
    });
    try {
      await Promise.race([this.#begun.promise, this.#clock.sleep(READY_WITHIN_MS, signal)]);
      if (this.#beginMs === undefined) throw new Error('the operator did not look at its queue within 30 s');
      for (let k = 0; k < this.#options.steps; k++) {
        await this.#clock.sleep(Math.max(0, (k + 1) * STEP_MS - this.#elapsed()), signal);
        this.#queue.advance(this.#elapsed());
        this.#recorder.step(k, this.#queue);
      }
    } finally {
      undo?.();
    }
    const { handedBack, handedBackNeedlessly, handedBackUnforeseen } = this.#queue;
    const ran = this.#recorder.ran();
    return { ran, begunWith: this.#begunWith, handedBack, handedBackNeedlessly, handedBackUnforeseen };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#operator?.stopped;
    await this.#marathon?.close();
    await this.#service?.close();
    this.#signs.closeAll();
    await rm(this.#workDir, { recursive: true, force: true });
  }

  #started(app: string, task: string, at: TaskAddress): void {
    this.#recorder.running(app, +1);
    if (app !== this.#consumer) return;
    this.#queue.join(task, this.#elapsed());
    this.#signs.open(task, at, () => this.#queue.promiseIdle(task, this.#elapsed(), QUIET_MS));
  }

  #stopping(app: string, task: string): void {
    this.#recorder.running(app, -1);
    if (app !== this.#consumer) return;
    this.#queue.leave(task, this.#elapsed());
    this.#signs.close(task);
  }

  /** The first call lets the load begin. */
  #begin(): number {
    if (this.#beginMs === undefined) {
      this.#beginMs = this.#clock.monotonic();
      this.#begunWith = this.#options.apps.map(({ terms }) => this.#recorder.count(terms.id));
      this.#begun.resolve();
    }
    return this.#elapsed();
  }

  #elapsed(): number {
    return this.#beginMs === undefined ? 0 : this.#clock.monotonic() - this.#beginMs;
  }

  async #create(id: string, instances: number): Promise<void> {
    const body = JSON.stringify({ id, instances, cmd: 'work', cpus: 0.1, mem: 64 });
    const answer = await fetch(`${this.#marathon?.url}/v2/apps`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    if (!answer.ok) throw new Error(`creating ${id}: ${answer.status} ${await answer.text()}`);
  }

  async #untilRunning(wanted: readonly (readonly [string, number])[], signal: AbortSignal): Promise<void> {
    const endMs = this.#clock.monotonic() + READY_WITHIN_MS;
    while (wanted.some(([id, n]) => this.#recorder.count(id) < n)) {
      if (this.#clock.monotonic() > endMs) throw new Error('the apps did not run within 30 s');
      await this.#clock.sleep(LOOK_EVERY_MS, signal);
    }
  }
}
