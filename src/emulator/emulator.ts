// emulator: a Marathon that runs on one machine and starts apps as processes: wiring, start and end.

import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { TerminalError } from '../runtime/errors.ts';
import { type Logger, silentLogger } from '../runtime/log.ts';
import { type HttpServer, serve } from '../runtime/network/http.ts';
import type { ServerSettings } from './definition/settings.ts';
import { createNetworkProber } from './health/network-prober.ts';
import { type Api, createApi } from './http/api.ts';
import { type Look, lookOf } from './http/protocol/look.ts';
import { EventStreams } from './http/routes/event-stream.ts';
import type { ServerAddress } from './http/routes/system-routes.ts';
import { metricsView } from './http/views/mesos-views.ts';
import { createMarathon, type Marathon } from './marathon/marathon.ts';
import { agentsOf, type Budget } from './mesos/agents.ts';
import { createOsProcesses } from './mesos/os-processes.ts';
import type { ProcessRunner } from './mesos/process-runner.ts';
import type { Credentials } from './node/basic-auth.ts';
import type { FaultSettings } from './node/fault-settings.ts';
import { Faults } from './node/faults.ts';
import { Leadership } from './node/leadership.ts';
import { createNode } from './node/node.ts';
import type { Guardian } from './processes/guardian.ts';

/** How long tasks may take to end when the server does, whatever grace they were given. */
const CLOSE_GRACE_MS = 5000;

export interface EmulatorOptions {
  /** The machine's by default. */
  readonly clock?: Clock;
  /** Says nothing by default. */
  readonly log?: Logger;
  /** 127.0.0.1 by default: whoever reaches the server can run programs on this machine. */
  readonly host?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
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
  readonly random?: () => number;
  readonly uuid?: () => string;
  /** Shared with others, who close it; absent: one of our own. */
  readonly guardian?: Guardian;
  /** In place of real processes. */
  readonly runner?: ProcessRunner;
  /** Asked of everybody, on every path. */
  readonly credentials?: Credentials;
  /** A second node listens here (0: any free port); it passes everything on to the first until it leads itself. */
  readonly standbyPort?: number;
  /** Which Marathon to look like; the newest by default. */
  readonly look?: Look;
  /** The default role and the optional features of app definitions; Marathon's defaults when absent. */
  readonly settings?: ServerSettings;
  /** How long the stdout and the stderr of a task may each become before they begin anew; 10 MB by default. */
  readonly maxOutputBytes?: number;
}

/** Trouble on demand; over HTTP the same is at /admin/faults. */
export interface FaultSwitches {
  set(settings: FaultSettings): void;
  clear(): void;
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
  /** Of every node, the first one first. */
  readonly urls: readonly string[];
  readonly port: number;
  readonly faults: FaultSwitches;
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

const DEFAULTS = {
  clock: systemClock,
  log: silentLogger,
  host: '127.0.0.1',
  port: 0,
  agents: 1,
  taskStartDelayMs: 0,
  taskEnv: {},
  pathDirs: [],
  random: Math.random,
  uuid: randomUUID,
} satisfies Partial<EmulatorOptions>;

type Settled = EmulatorOptions & Required<Pick<EmulatorOptions, keyof typeof DEFAULTS>>;

interface Started {
  readonly marathon: Marathon;
  readonly runner: ProcessRunner;
  readonly api: Api;
  readonly leadership: Leadership;
  readonly faults: Faults;
  /** One for each node that listens. */
  readonly servers: HttpServer[];
}

class LocalMarathon implements Emulator {
  readonly #options: Settled;
  #started: Started | undefined;
  #closed: Promise<{ readonly leftProcesses: number }> | undefined;

  constructor(options: EmulatorOptions) {
    this.#options = { ...DEFAULTS, ...options };
  }

  get url(): string {
    return this.#server(0).url;
  }

  get urls(): readonly string[] {
    return this.#world().servers.map(({ url }) => url);
  }

  get port(): number {
    return this.#server(0).port;
  }

  get stats(): EmulatorStats {
    const marathon = this.#started?.marathon;
    const { writes = 0, conflicts = 0 } = marathon?.groups.stats ?? {};
    return { writes, conflicts, tasksLaunched: marathon?.instances.launched ?? 0 };
  }

  get fetch(): Api {
    return this.#world().api;
  }

  get faults(): FaultSwitches {
    return this.#world().faults;
  }

  async start(): Promise<void> {
    const runner = this.#options.runner ?? (await createOsProcesses(this.#options));
    const started = this.#build(runner);
    this.#started = started;
    try {
      const { standbyPort } = this.#options;
      await this.#listen(started, this.#options.port);
      if (standbyPort !== undefined) await this.#listen(started, standbyPort);
    } catch (error) {
      await this.close();
      throw error;
    }
    started.leadership.nodes = started.servers.length;
    this.#options.log.debug('embedded Marathon listens', { urls: this.urls });
  }

  close(): Promise<{ readonly leftProcesses: number }> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<{ readonly leftProcesses: number }> {
    const { marathon, runner, servers, leadership, faults } = this.#started ?? {};
    leadership?.close();
    faults?.close();
    await Promise.all((servers ?? []).map((server) => server.close()));
    const ended = new AbortController();
    const late = this.#options.clock.sleep(CLOSE_GRACE_MS, ended.signal).catch(() => undefined);
    await Promise.race([marathon?.close(), late]);
    ended.abort();
    return { leftProcesses: (await runner?.close()) ?? 0 };
  }

  #build(runner: ProcessRunner): Started {
    const { clock, log, uuid, look } = this.#options;
    const marathon = createMarathon(this.#marathonDeps(runner));
    const streams = new EventStreams(marathon, { view: lookOf(look).view });
    const leadership = new Leadership({ clock, onLost: () => streams.drop() });
    const faults = new Faults({ marathon, streams, leadership, log, uuid });
    const api = createApi(marathon, {
      log,
      streams,
      address: () => this.#address(leadership.leader ?? 0),
      abdicate: () => leadership.abdicate(),
      ...(look === undefined ? {} : { look }),
    });
    return { marathon, runner, api, leadership, faults, servers: [] };
  }

  async #listen({ marathon, api, leadership, faults, servers }: Started, port: number): Promise<void> {
    const { host, anyPortWhenTaken = false, credentials } = this.#options;
    const node = createNode({
      index: servers.length,
      host,
      api,
      leadership,
      faults,
      authority: (index) => this.#address(index).authority,
      standbyMetrics: () => metricsView(marathon, false),
      ...(credentials === undefined ? {} : { credentials }),
    });
    servers.push(await serve(node, { host, port, anyPortWhenTaken }));
  }

  #marathonDeps(runner: ProcessRunner): Parameters<typeof createMarathon>[0] {
    const { clock, log, random, uuid, settings } = this.#options;
    const { budget, agents, baseEnv, pathDirs, taskEnv, taskStartDelayMs } = this.#options;
    return {
      ...(settings === undefined ? {} : { settings }),
      clock,
      log,
      random,
      uuid,
      runner,
      prober: createNetworkProber(runner),
      agents: agentsOf(budget, agents, uuid()),
      environment: { base: baseEnv, pathDirs, extra: taskEnv },
      startDelayMs: taskStartDelayMs,
    };
  }

  #address(node: number): ServerAddress {
    const server = this.#started?.servers[node];
    const { host, port } = server ?? this.#options;
    return { host, port, authority: server?.url.replace('http://', '') ?? `${host}:${port}` };
  }

  #world(): Started {
    if (this.#started === undefined) throw new TerminalError('the embedded Marathon was not started');
    return this.#started;
  }

  #server(node: number): HttpServer {
    const server = this.#world().servers[node];
    if (server === undefined) throw new TerminalError('the embedded Marathon does not listen');
    return server;
  }
}
