// test support: a real RabbitMQ of one's own with its management API, on private ports and in a private folder.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../suite/free-port.ts';
import { until } from '../until.ts';

/** Debian's own script: the one in the path changes to another user first. */
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
/** It ends by itself after so long, whatever became of the test. */
const AT_MOST_S = 1_800;

/** Why tests with RabbitMQ cannot run here: prints it. Under CI a missing program is a failure. */
export function rabbitmqMissing(): boolean {
  if (existsSync(SERVER) || process.env['CI'] === 'true') return false;
  console.warn('RabbitMQ tests skipped: no rabbitmq-server (apt-get install rabbitmq-server)');
  return true;
}

export interface Rabbitmq {
  /** `http://127.0.0.1:port` of the management API. */
  readonly url: string;
  /** Where workers and producers go. */
  readonly amqpUrl: string;
  /** The management API as the administrator. */
  api(method: string, path: string, body?: object): Promise<unknown>;
  /** Ends it at once and starts it again on what it has kept. */
  restart(): Promise<void>;
  /** Stops and continues the process: a server that hangs. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** How often its statistics are taken: its own five seconds would make each test wait for them. */
export const STATISTICS_MS = 1_000;

export async function startRabbitmq(): Promise<Rabbitmq> {
  const dir = mkdtempSync(join(tmpdir(), 'rabbitmq-'));
  const [amqp, http, distribution, names] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  writeFileSync(join(dir, 'enabled_plugins'), '[rabbitmq_management].');
  const settings = [
    `listeners.tcp.default = 127.0.0.1:${amqp}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${http}`,
    `collect_statistics_interval = ${STATISTICS_MS}`,
    // The shortest of these is how often the management API takes what the queues have told; whole seconds.
    `management.sample_retention_policies.global.minute = ${STATISTICS_MS / 1000}`,
    `management.sample_retention_policies.basic.minute = ${STATISTICS_MS / 1000}`,
    `management.sample_retention_policies.detailed.10 = ${STATISTICS_MS / 1000}`,
  ];
  writeFileSync(join(dir, 'rabbitmq.conf'), settings.join('\n'));
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    ERL_EPMD_PORT: String(names),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `test-${amqp}@localhost`,
    RABBITMQ_NODE_PORT: String(amqp),
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: join(dir, 'mnesia'),
    RABBITMQ_LOG_BASE: join(dir, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'enabled_plugins'),
    RABBITMQ_CONFIG_FILE: join(dir, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(dir, 'advanced.config'),
    RABBITMQ_CONF_ENV_FILE: join(dir, 'none.conf'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(dir, 'generated'),
    RABBITMQ_PID_FILE: join(dir, 'pid'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none +A 1',
  };
  const url = `http://127.0.0.1:${http}`;
  const ask = (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${url}/api${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  // The server would leave one of its own behind.
  const registry = group('epmd', ['-port', String(names), '-address', '127.0.0.1'], env);
  let server: Group | undefined;
  const start = async (): Promise<void> => {
    const started = group(SERVER, [], env);
    server = started;
    await until(
      'RabbitMQ to be ready',
      async () => {
        if (started.child.exitCode !== null) throw new Error(`RabbitMQ ended: ${started.said()}`);
        return (await ask('GET', '/overview').catch(() => undefined))?.ok;
      },
      READY_WITHIN_MS,
    );
  };
  await start();
  return {
    url,
    amqpUrl: `amqp://guest:guest@127.0.0.1:${amqp}`,
    api: async (method, path, body) => {
      const answer = await ask(method, path, body);
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      const text = await answer.text();
      return text === '' ? undefined : JSON.parse(text);
    },
    restart: async () => {
      await server?.kill();
      await start();
    },
    freeze: () => server?.signal('SIGSTOP'),
    thaw: () => server?.signal('SIGCONT'),
    stop: async () => {
      await server?.kill();
      await registry.kill();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Five seconds where nothing else runs. */
const READY_WITHIN_MS = 150_000;

interface Group {
  readonly child: ChildProcess;
  said(): string;
  signal(name: NodeJS.Signals): void;
  kill(): Promise<void>;
}

/** A program with all that it starts. */
function group(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Group {
  const child = spawn('timeout', ['-s', 'KILL', String(AT_MOST_S), program, ...args], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let last = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      last = `${last}${chunk}`.slice(-2_000);
    });
  const signal = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // All of it has ended.
    }
  };
  const end = (): void => signal('SIGKILL');
  process.once('exit', end);
  return {
    child,
    said: () => last,
    signal,
    kill: async () => {
      process.off('exit', end);
      const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      end();
      await gone;
    },
  };
}
