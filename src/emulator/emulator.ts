// emulator: a Marathon that runs on one machine and starts apps as processes: wiring, start and end.

import type { Clock } from '../runtime/clock.ts';
import { TerminalError } from '../runtime/errors.ts';
import type { Guardian } from '../runtime/guardian.ts';
import { crossSiteRefusal, type HttpBindings, type HttpServer, serve } from '../runtime/http.ts';
import type { Logger } from '../runtime/log.ts';
import { type Api, createApi } from './http/api.ts';
import { json } from './http/call.ts';
import type { ServerAddress } from './http/system-routes.ts';
import { createMarathon, type Marathon } from './marathon/marathon.ts';
import { agentsOf, type Budget } from './mesos/agents.ts';
import { createOsProcesses } from './mesos/os-processes.ts';
import type { ProcessRunner } from './mesos/process-runner.ts';

/** How long tasks may take to end when the server does, whatever grace they were given. */
const CLOSE_GRACE_MS = 5000;

export interface EmulatorOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly anyPortWhenTaken?: boolean;
  /** What all tasks together may hold. */
  readonly budget: Budget;
  /** How many pretend agents share the budget; 1 by default. */
  readonly agents?: number;
  /** How long a task stays in TASK_STAGING; 0 by default. */
  readonly taskStartDelayMs?: number;
  /** Environment of every task under the app's own. */
  readonly taskEnv?: Readonly<Record<string, string>>;
  /** What tasks see of the machine: PATH, HOME, LANG… Nothing else is inherited. */
  readonly baseEnv: Readonly<Record<string, string>>;
  /** Put before the PATH of tasks. */
  readonly pathDirs?: readonly string[];
  /** An existing directory for the sandboxes of tasks. */
  readonly workDir: string;
  readonly random: () => number;
  readonly uuid: () => string;
  /** Shared with others, who close it; absent: one of our own. */
  readonly guardian?: Guardian;
  /** In place of real processes. */
  readonly runner?: ProcessRunner;
  /** Scale down as Marathon did up to 1.7: waiting instances first. Since 1.8 they die last, which is the default. */
  readonly waitingDieFirst?: boolean;
}

export interface EmulatorStats {
  /** Accepted changes of the wanted state. */
  readonly writes: number;
  /** Changes refused because a deployment held the app. */
  readonly conflicts: number;
  readonly tasksLaunched: number;
}

export interface Emulator {
  /** `http://host:port`; once started. */
  readonly url: string;
  readonly port: number;
  readonly stats: EmulatorStats;
  /** @throws TerminalError when the port cannot be had */
  start(): Promise<void>;
  /** Ends every task (SIGTERM, grace, SIGKILL), removes the sandboxes and stops listening. Idempotent. */
  close(): Promise<{ readonly leftProcesses: number }>;
  /** The API without a port and without the guard against web pages; the event stream needs a port. */
  readonly fetch: Api;
}

export function createEmulator(options: EmulatorOptions): Emulator {
  return new LocalMarathon(options);
}

interface Started {
  readonly marathon: Marathon;
  readonly runner: ProcessRunner;
  readonly api: Api;
  server: HttpServer | undefined;
}

class LocalMarathon implements Emulator {
  readonly #options: EmulatorOptions;
  #started: Started | undefined;
  #closed: Promise<{ readonly leftProcesses: number }> | undefined;

  constructor(options: EmulatorOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#server().url;
  }

  get port(): number {
    return this.#server().port;
  }

  get stats(): EmulatorStats {
    const marathon = this.#started?.marathon;
    const { writes = 0, conflicts = 0 } = marathon?.groups.stats ?? {};
    return { writes, conflicts, tasksLaunched: marathon?.instances.launched ?? 0 };
  }

  get fetch(): Api {
    return this.#world().api;
  }

  async start(): Promise<void> {
    const runner = this.#options.runner ?? (await createOsProcesses(this.#options));
    const marathon = createMarathon(this.#marathonDeps(runner));
    const api = createApi(marathon, { log: this.#options.log, address: () => this.#address() });
    const started: Started = { marathon, runner, api, server: undefined };
    this.#started = started;
    try {
      started.server = await serve((request, bindings) => this.#serve(request, bindings), this.#options);
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#options.log.info('embedded Marathon listens', { url: started.server.url });
  }

  close(): Promise<{ readonly leftProcesses: number }> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<{ readonly leftProcesses: number }> {
    const { marathon, runner, server } = this.#started ?? {};
    await server?.close();
    const ended = new AbortController();
    const late = this.#options.clock.sleep(CLOSE_GRACE_MS, ended.signal).catch(() => undefined);
    await Promise.race([marathon?.close(), late]);
    ended.abort();
    return { leftProcesses: (await runner?.close()) ?? 0 };
  }

  #serve(request: Request, bindings: HttpBindings): Response | Promise<Response> {
    const refusal = crossSiteRefusal(request, this.#options.host);
    if (refusal !== undefined) return json(refusal.status, { message: refusal.message });
    return this.#world().api(request, bindings);
  }

  #marathonDeps(runner: ProcessRunner): Parameters<typeof createMarathon>[0] {
    const { clock, log, random, uuid, baseEnv, pathDirs, taskEnv } = this.#options;
    return {
      clock,
      log,
      random,
      uuid,
      runner,
      agents: agentsOf(this.#options.budget, this.#options.agents ?? 1, uuid()),
      environment: { base: baseEnv, pathDirs: pathDirs ?? [], extra: taskEnv ?? {} },
      startDelayMs: this.#options.taskStartDelayMs ?? 0,
      waitingDieFirst: this.#options.waitingDieFirst ?? false,
    };
  }

  #address(): ServerAddress {
    const { host, port } = this.#started?.server ?? this.#options;
    return { host, port, authority: this.#started?.server?.url.replace('http://', '') ?? `${host}:${port}` };
  }

  #world(): Started {
    if (this.#started === undefined) throw new TerminalError('the embedded Marathon was not started');
    return this.#started;
  }

  #server(): HttpServer {
    const { server } = this.#world();
    if (server === undefined) throw new TerminalError('the embedded Marathon does not listen');
    return server;
  }
}
