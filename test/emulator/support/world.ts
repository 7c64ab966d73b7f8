// A Marathon in virtual time whose processes live in memory, asked through its API.

import { createApi } from '../../../src/emulator/http/api.ts';
import type { MarathonEvent } from '../../../src/emulator/marathon/event-bus.ts';
import { createMarathon, type Marathon } from '../../../src/emulator/marathon/marathon.ts';
import { agentsOf } from '../../../src/emulator/mesos/agents.ts';
import { type MemoryProcess, MemoryProcesses } from '../../../src/emulator/mesos/memory-processes.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { MemoryProber } from './memory-prober.ts';

export const START = Date.parse('2024-05-01T09:00:00.000Z');

export interface WorldOptions {
  readonly cpus?: number;
  readonly mem?: number;
  readonly slots?: number;
  readonly agents?: number;
  readonly startDelayMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers by the names that Marathon documents
  readonly body: any;
}

export interface World {
  readonly clock: VirtualClock;
  readonly marathon: Marathon;
  readonly processes: MemoryProcesses;
  readonly prober: MemoryProber;
  readonly events: readonly MarathonEvent[];
  /** Asks, then lets everything that follows at once happen. */
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  get(path: string): Promise<Answer['body']>;
  /** Creates an app that runs. */
  app(fields: Record<string, unknown>): Promise<void>;
  /** The running processes of an app. */
  running(appId: string): MemoryProcess[];
  eventTypes(): string[];
}

export function aWorld(options: WorldOptions = {}): World {
  const clock = new VirtualClock(START);
  const processes = new MemoryProcesses();
  const prober = new MemoryProber(processes);
  let ids = 0;
  const marathon = createMarathon({
    clock,
    log: silentLogger,
    runner: processes,
    prober,
    agents: agentsOf(
      {
        cpus: options.cpus ?? 100,
        mem: options.mem ?? 100_000,
        ...(options.slots === undefined ? {} : { slots: options.slots }),
      },
      options.agents ?? 1,
      'cluster',
    ),
    environment: { base: { PATH: '/bin' }, pathDirs: [], extra: {} },
    startDelayMs: options.startDelayMs ?? 0,
    random: () => 0,
    uuid: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
  });
  const api = createApi(marathon, {
    log: silentLogger,
    address: () => ({ authority: '127.0.0.1:8080', host: '127.0.0.1', port: 8080 }),
  });
  const events: MarathonEvent[] = [];
  marathon.events.subscribe((event) => events.push(event));

  const call: World['call'] = async (method, path, body) => {
    const response = await api(
      new Request(`http://127.0.0.1:8080${path}`, {
        method,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    await clock.advance(0);
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
  };
  return {
    clock,
    marathon,
    processes,
    prober,
    events,
    call,
    get: async (path) => (await call('GET', path)).body,
    app: async (fields) => {
      const { status, body } = await call('POST', '/v2/apps', {
        cmd: 'sleep 60',
        cpus: 1,
        mem: 10,
        ...fields,
      });
      if (status !== 201) throw new Error(`creating: ${status} ${JSON.stringify(body)}`);
    },
    running: (appId) => processes.running.filter(({ spec }) => spec.env['MARATHON_APP_ID'] === appId),
    eventTypes: () => events.map(({ eventType }) => eventType),
  };
}
