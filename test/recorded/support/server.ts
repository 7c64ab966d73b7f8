// test support: the embedded Marathon as the recorded one was started, in virtual time and asked through its API.

import { DEFAULT_SETTINGS, type ServerSettings } from '../../../src/emulator/definition/settings.ts';
import { createApi } from '../../../src/emulator/http/api.ts';
import type { MarathonEvent } from '../../../src/emulator/marathon/event-bus.ts';
import { createMarathon, type Marathon } from '../../../src/emulator/marathon/marathon.ts';
import { agentsOf } from '../../../src/emulator/mesos/agents.ts';
import { MemoryProcesses } from '../../../src/emulator/mesos/memory-processes.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { MemoryProber } from '../../emulator/support/memory-prober.ts';

const START = Date.parse('2024-05-01T09:00:00.000Z');
const AUTHORITY = '127.0.0.1:8080';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Null where the body is empty; a text where it is not JSON. */
  readonly body: unknown;
}

export interface ReplayServer {
  readonly clock: VirtualClock;
  readonly marathon: Marathon;
  readonly processes: MemoryProcesses;
  readonly events: readonly MarathonEvent[];
  /** Asks, then lets everything that follows at once happen. */
  ask(request: RecordedRequest): Promise<Answer>;
}

/** @param flags the recorded command-line flags */
export function aReplayServer(flags: readonly string[] = []): ReplayServer {
  const clock = new VirtualClock(START);
  const processes = new MemoryProcesses();
  let ids = 0;
  const marathon = createMarathon({
    clock,
    log: silentLogger,
    runner: processes,
    prober: new MemoryProber(processes),
    agents: agentsOf({ cpus: 8, mem: 8192 }, 1, 'cluster'),
    environment: { base: { PATH: '/bin' }, pathDirs: [], extra: {} },
    startDelayMs: 0,
    random: () => 0,
    settings: settingsOf(flags),
    uuid: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
  });
  const api = createApi(marathon, {
    log: silentLogger,
    address: () => ({ authority: AUTHORITY, host: '127.0.0.1', port: 8080 }),
  });
  const events: MarathonEvent[] = [];
  marathon.events.subscribe((event) => events.push(event));
  return {
    clock,
    marathon,
    processes,
    events,
    ask: async (request) => {
      const response = await api(requestOf(request));
      const body = await response.text();
      const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
      await clock.advance(0);
      return {
        status: response.status,
        headers: response.headers,
        body: body === '' ? null : isJson ? JSON.parse(body) : body,
      };
    },
  };
}

/** @param flags the recorded command-line flags */
export function settingsOf(flags: readonly string[]): ServerSettings {
  const value = (name: string): string | undefined =>
    flags.find((flag) => flag.startsWith(`--${name}=`))?.slice(name.length + 3);
  return {
    mesosRole: value('mesos_role') ?? DEFAULT_SETTINGS.mesosRole,
    features: new Set(value('enable_features')?.split(',') ?? []),
  };
}

function requestOf({ method, path, query, headers, body, raw }: RecordedRequest): Request {
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const url = `http://${AUTHORITY}${path}${query === undefined ? '' : `?${query}`}`;
  const writes = method !== 'GET' && method !== 'HEAD';
  return new Request(url, {
    method,
    headers: {
      Accept: 'application/json',
      ...(writes && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(text === undefined ? {} : { body: text }),
  });
}
