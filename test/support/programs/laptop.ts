// test support: an operator and an embedded Marathon of one's own, as the real commands, and questions to both.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Condition } from '../../../src/api/conditions.ts';
import { until } from '../until.ts';
import { killGroup, printed, type RunningCommand, run, start } from './command.ts';

export interface MarathonServer {
  readonly url: string;
  readonly command: RunningCommand;
  /** Marathon's own object of an app; undefined when there is none. */
  app(id: string): Promise<MarathonApp | undefined>;
  /** Requested instances by app id. */
  counts(): Promise<Record<string, number>>;
  /** Changes an app as a person would, through `PUT /v2/apps/ID`. */
  put(id: string, change: object): Promise<void>;
  /** As a crash would: nothing is put in order first. */
  kill(): Promise<void>;
}

export interface MarathonApp {
  readonly instances: number;
  readonly tasksRunning: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cmd?: string;
  readonly mem?: number;
  readonly versionInfo: { readonly lastScalingAt: string };
}

/** A directory for one test file, removed by `end` together with everything that was started. */
export class Laptop {
  readonly dir = mkdtempSync(join(tmpdir(), 'microscaling-test-'));
  readonly #commands: RunningCommand[] = [];

  path(...names: readonly string[]): string {
    return join(this.dir, ...names);
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCommand {
    const command = start(args, { env });
    this.#commands.push(command);
    return command;
  }

  async marathon({ port = 0, cpus = 8 } = {}): Promise<MarathonServer> {
    const command = this.start(['marathon', '--port', String(port), '--cpus', String(cpus)]);
    const url = (await printed(command, /Marathon API at (http:\S+)/))[1] ?? '';
    return new MarathonOverHttp(url, command);
  }

  async operator(options: {
    /** A directory to follow, where there is one. */
    readonly policies?: string;
    readonly marathon: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly more?: readonly string[];
  }): Promise<Operator> {
    const { policies, marathon, env, more = [] } = options;
    const sources = policies === undefined ? [] : ['--policies', policies];
    const args = ['run', ...sources, '--marathon', marathon, '--api', '127.0.0.1:0', ...more];
    const command = this.start(args, env);
    const page = (await printed(command, /operator started .*"page":"([^"]+)"/))[1] ?? '';
    return new Operator(page, command);
  }

  async end(): Promise<void> {
    for (const command of this.#commands) killGroup(command);
    await Promise.all(this.#commands.map((command) => command.ended));
    rmSync(this.dir, { recursive: true, force: true });
  }
}

class MarathonOverHttp implements MarathonServer {
  readonly url: string;
  readonly command: RunningCommand;

  constructor(url: string, command: RunningCommand) {
    this.url = url;
    this.command = command;
  }

  async app(id: string): Promise<MarathonApp | undefined> {
    const response = await fetch(`${this.url}/v2/apps/${id}`);
    if (response.status === 404) return undefined;
    return ((await response.json()) as { app: MarathonApp }).app;
  }

  async counts(): Promise<Record<string, number>> {
    const response = await fetch(`${this.url}/v2/apps`);
    const { apps } = (await response.json()) as { apps: readonly { id: string; instances: number }[] };
    return Object.fromEntries(apps.map(({ id, instances }) => [id, instances]));
  }

  async put(id: string, change: object): Promise<void> {
    // The operator may hold the app's lock at this moment.
    const response = await fetch(`${this.url}/v2/apps/${id}?force=true`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  }

  async kill(): Promise<void> {
    this.command.child.kill('SIGKILL');
    await this.command.ended;
  }
}

export interface PolicyStatus {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly apps: readonly {
    readonly id: string;
    readonly granted: number;
    readonly running: number;
    readonly metric?: string;
  }[];
}

/** What can be asked of an operator, wherever it runs. */
export class OperatorApi {
  readonly page: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param token where reads need one: beyond loopback */
  constructor(page: string, token?: string) {
    this.page = page;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  async readyz(): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`${this.page}/readyz`);
    return { status: response.status, text: await response.text() };
  }

  /** What `get POLICY -o json` prints, without starting a process for it. */
  async policy(name: string): Promise<{ readonly status: PolicyStatus } | undefined> {
    const path = `/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies/${name}`;
    const response = await fetch(this.page + path, { headers: this.#headers });
    return response.ok ? ((await response.json()) as { status: PolicyStatus }) : undefined;
  }

  async condition(policy: string, type: Condition['type']): Promise<Condition | undefined> {
    return (await this.policy(policy))?.status.conditions.find((c) => c.type === type);
  }

  /** Waits for the condition to have this reason. */
  reason(policy: string, type: Condition['type'], reason: string): Promise<Condition> {
    return until(`${type} of ${policy} to say ${reason}`, async () => {
      const condition = await this.condition(policy, type);
      return condition?.reason === reason && condition;
    });
  }

  /** Waits for the condition to have these words, `Reason: message`. */
  async says(policy: string, type: Condition['type'], words: RegExp): Promise<void> {
    let seen = '';
    await until(`${type} of ${policy} to say ${words}`, async () => {
      const condition = await this.condition(policy, type);
      seen = `${condition?.reason}: ${condition?.message}`;
      return words.test(seen);
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}, last seen ${seen}`);
    });
  }

  /** What the page is sent when it opens: greeting and whole picture. */
  async stream(): Promise<string> {
    const stop = new AbortController();
    const response = await fetch(`${this.page}/ui/stream`, { signal: stop.signal });
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (/^event: view\n.*\n\n/m.test(text)) break;
    }
    stop.abort();
    return text;
  }

  /** One of the commands that ask an operator. */
  ask(...args: readonly string[]): ReturnType<typeof run> {
    return run([...args, '--server', this.page]);
  }
}

/** A running `microscaling run` of this machine. */
export class Operator extends OperatorApi {
  readonly command: RunningCommand;

  constructor(page: string, command: RunningCommand, token?: string) {
    super(page, token);
    this.command = command;
  }

  /** Everything it printed. */
  log(): string {
    return this.command.stdout() + this.command.stderr();
  }

  /** The lines of its log about something. */
  logged(pattern: RegExp): readonly string[] {
    return this.log()
      .split('\n')
      .filter((line) => pattern.test(line));
  }

  /** Waits for such lines: the log comes by another way than answers do. */
  untilLogged(pattern: RegExp): Promise<readonly string[]> {
    return until(`${pattern} in the log`, () => {
      const lines = this.logged(pattern);
      return lines.length > 0 && lines;
    });
  }

  /** As the kernel does: nothing is put in order first. */
  async kill(): Promise<void> {
    this.command.child.kill('SIGKILL');
    await this.command.ended;
  }

  /** Ends it as `kill` of the shell does; resolves to the exit code. */
  async stop(): Promise<number | string> {
    this.command.child.kill('SIGTERM');
    return await this.command.ended;
  }
}

/** Waits for Marathon's requested count of an app. */
export async function untilCount(marathon: MarathonServer, id: string, count: number): Promise<void> {
  let seen: number | undefined;
  await until(`${id} to have ${count} instances`, async () => {
    seen = (await marathon.app(id).catch(() => undefined))?.instances;
    return seen === count;
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}, last seen ${seen}`);
  });
}
