// test support: the embedded Marathon as the recorded one was started, asked over HTTP in virtual time. The wire is part
// of what was recorded: guard, methods, types, streams.

import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator, MemoryProcesses } from '../../../src/emulator/index.ts';
import type {
  ProcessRunner,
  ProcessSpec,
  RunningProcess,
} from '../../../src/emulator/mesos/process-runner.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { type RecordedRequest, settingsOf } from './server.ts';

export type Wait =
  | 'settled'
  | { readonly seconds: number }
  | { readonly running: number; readonly app: string; readonly settled?: boolean }
  | { readonly queued: string; readonly processed?: boolean };

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Null where the body is empty; a text where it is not JSON. */
  readonly body: unknown;
}

export interface WireServer {
  readonly clock: VirtualClock;
  readonly port: number;
  send(request: RecordedRequest): Promise<WireAnswer>;
  /** As between the recorded steps, in virtual time. */
  wait(wait: Wait | undefined): Promise<void>;
  close(): Promise<void>;
}

const START = Date.parse('2024-05-01T09:00:00.000Z');
const WRITES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** Between the recorded requests; far less than a task takes. */
const BETWEEN_MS = 1;
const PATIENCE_MS = 60_000;
const TICK_MS = 100;
/** How long a task takes to start and to end. */
const TASK_MS = 50;

export async function aWireServer(flags: readonly string[] = []): Promise<WireServer> {
  const workDir = mkdtempSync(join(tmpdir(), 'recorded-'));
  const clock = new VirtualClock(START);
  let ids = 0;
  const emulator = createEmulator({
    clock,
    log: silentLogger,
    host: '127.0.0.1',
    port: 0,
    budget: { cpus: 8, mem: 8192 },
    baseEnv: { PATH: '/bin' },
    workDir,
    random: () => 0,
    uuid: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    runner: new SlowProcesses(clock),
    settings: settingsOf(flags),
  });
  await emulator.start();
  const { port } = emulator;
  const ask = (request: RecordedRequest): Promise<WireAnswer> => send(port, request);
  return {
    clock,
    port,
    send: async (request) => {
      const answer = await ask(request);
      await clock.advance(BETWEEN_MS);
      return answer;
    },
    wait: async (wait) => {
      if (wait === undefined) return;
      if (typeof wait === 'object' && 'seconds' in wait) return clock.advance(wait.seconds * 1000);
      const deadlineMs = clock.now() + PATIENCE_MS;
      while (clock.now() < deadlineMs && !(await holds(wait, ask))) await clock.advance(TICK_MS);
    },
    close: async () => {
      const closed = emulator.close();
      await clock.advance(10_000);
      await closed;
      rmSync(workDir, { recursive: true, force: true });
    },
  };
}

/** Processes that take a while to start and to end, as on an agent. */
class SlowProcesses implements ProcessRunner {
  readonly #processes = new MemoryProcesses();
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  async start(spec: ProcessSpec, signal: AbortSignal): Promise<RunningProcess> {
    await this.#clock.sleep(TASK_MS, signal);
    const { exited, signal: kill } = await this.#processes.start(spec);
    return {
      exited,
      signal: (name) => {
        void this.#clock.sleep(TASK_MS).then(() => kill(name));
        return true;
      },
    };
  }

  runBeside(spec: ProcessSpec, signal: AbortSignal): ReturnType<ProcessRunner['runBeside']> {
    return this.#processes.runBeside(spec, signal);
  }

  forget(taskId: string): void {
    this.#processes.forget(taskId);
  }

  close(): Promise<number> {
    return this.#processes.close();
  }
}

type Ask = (request: RecordedRequest) => Promise<WireAnswer>;

async function holds(wait: Exclude<Wait, { readonly seconds: number }>, ask: Ask): Promise<boolean> {
  if (wait === 'settled') return settled(ask);
  if ('queued' in wait) {
    const { body } = await ask({ method: 'GET', path: '/v2/queue' });
    const { queue } = body as { queue: { app: { id: string } }[] };
    return queue.some(({ app }) => app.id === wait.queued);
  }
  if (wait.settled === true && !(await settled(ask))) return false;
  const { body } = await ask({ method: 'GET', path: `/v2/apps${wait.app}` });
  const { app } = body as { app?: { tasksRunning: number } };
  return app?.tasksRunning === wait.running;
}

async function settled(ask: Ask): Promise<boolean> {
  const { body } = await ask({ method: 'GET', path: '/v2/deployments' });
  return Array.isArray(body) && body.length === 0;
}

/** The headers that the recorder sent, unless the step says others. */
function headersOf({ method, headers = {} }: RecordedRequest): Record<string, string> {
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  return {
    ...(given.has('accept') ? {} : { Accept: 'application/json' }),
    ...(given.has('content-type') || !WRITES.has(method) ? {} : { 'Content-Type': 'application/json' }),
    ...headers,
  };
}

/** Paths go out as they are, `..` included. */
export function open(port: number, request: RecordedRequest): Promise<IncomingMessage> {
  const { method, path, query, body, raw } = request;
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const length = text === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(text)) };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path: query === undefined ? path : `${path}?${query}`,
        headers: { ...headersOf(request), ...length },
        agent: false,
      },
      resolve,
    );
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

async function send(port: number, request: RecordedRequest): Promise<WireAnswer> {
  const incoming = await open(port, request);
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const isJson = incoming.headers['content-type']?.startsWith('application/json') ?? false;
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    body: text === '' ? null : isJson ? JSON.parse(text) : text,
  };
}
