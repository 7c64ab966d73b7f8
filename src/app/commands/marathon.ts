// app: the embedded Marathon with this machine around it: environment of its tasks, `microscaling` on their PATH.

import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Guardian } from '../../emulator/index.ts';
import { type Credentials, createEmulator, type Look, type ServerSettings } from '../../emulator/index.ts';
import { defined } from '../../lang/defined.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { isLoopback } from '../../runtime/network/http.ts';
import type { Address } from '../options.ts';

export { type Look, serverSettings } from '../../emulator/index.ts';

const VARIABLE = 'MESOSPHERE_HTTP_CREDENTIALS';

/** What a task inherits of our own environment: nothing that could hold a secret. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'USER', 'SHELL'];

export interface EmbeddedMarathonConfig {
  readonly host: string;
  readonly port: number;
  /** When the port is taken, take any free one instead of failing. */
  readonly anyPort: boolean;
  readonly cpus: number;
  readonly mem: number;
  /** Most tasks at a time. */
  readonly slots?: number;
  /** How many pretend agents share all of that; 1 by default. */
  readonly agents?: number;
  /** Port of a second node; 0 takes any. */
  readonly standbyPort?: number;
  /** Asked of everybody. */
  readonly credentials?: Credentials;
  readonly look?: Look;
  /** The default role of apps, and optional features. */
  readonly settings?: ServerSettings;
  readonly taskStartDelayMs: number;
  /** Given to tasks as STATSD_UDP_HOST and STATSD_UDP_PORT, as DC/OS does. */
  readonly statsd?: Address;
  readonly taskEnv?: Readonly<Record<string, string>>;
  /** For the sandboxes of tasks; whoever made it removes it. */
  readonly workDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface EmbeddedMarathonDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly guardian: Guardian;
}

export interface EmbeddedMarathon {
  readonly url: string;
  /** Of every node, the first one first. */
  readonly urls: readonly string[];
  /** Ends every task; resolves to the number of processes that were still there afterwards. */
  close(): Promise<{ readonly leftProcesses: number }>;
}

/** @throws TerminalError when the port cannot be had, or when it would be open to others without a password */
export async function startMarathon(
  config: EmbeddedMarathonConfig,
  deps: EmbeddedMarathonDeps,
): Promise<EmbeddedMarathon> {
  if (!isLoopback(config.host) && config.credentials === undefined)
    throw new TerminalError(
      `--host ${config.host}: whoever reaches it can run programs on this machine; ` +
        `give --http-credentials-file, or set ${VARIABLE}`,
    );
  const emulator = createEmulator({
    ...deps,
    host: config.host,
    port: config.port,
    anyPortWhenTaken: config.anyPort,
    budget: {
      cpus: config.cpus,
      mem: config.mem,
      ...defined({ slots: config.slots }),
    },
    ...defined({
      agents: config.agents,
      standbyPort: config.standbyPort,
      credentials: config.credentials,
      look: config.look,
      settings: config.settings,
    }),
    taskStartDelayMs: config.taskStartDelayMs,
    taskEnv: { ...statsdVariables(config.statsd), ...config.taskEnv },
    baseEnv: baseEnvironment(config.env),
    pathDirs: [fileURLToPath(new URL('../../cli/bin', import.meta.url)), dirname(process.execPath)],
    workDir: config.workDir,
  });
  await emulator.start();
  return { url: emulator.url, urls: emulator.urls, close: () => emulator.close() };
}

/**
 * The pair that everybody must give, from a file, else from Marathon's own variable; never from the command line,
 * where others would see it.
 *
 * @throws TerminalError when the file cannot be read or the text is not USER:PASSWORD
 */
export function httpCredentials(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Credentials | undefined {
  const place = file === undefined ? VARIABLE : `--http-credentials-file ${file}`;
  const text = file === undefined ? env[VARIABLE] : readText(file);
  if (text === undefined || (file === undefined && text === '')) return undefined;
  const [, user, password] = /^([^:\r\n]+):([^\r\n]*)\r?\n?$/.exec(text) ?? [];
  if (user === undefined || password === undefined)
    throw new TerminalError(`${place}: what is in there is not one line USER:PASSWORD`);
  return { user, password };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new TerminalError(`--http-credentials-file ${file}: ${messageOf(error)}`, { cause: error });
  }
}

export function baseEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
}

function statsdVariables(statsd: Address | undefined): Record<string, string> {
  return statsd === undefined ? {} : { STATSD_UDP_HOST: statsd.host, STATSD_UDP_PORT: String(statsd.port) };
}
