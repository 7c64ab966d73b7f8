// Tasks as a check finds them: well, until told otherwise.

import type { HttpAnswer, HttpTarget, Prober } from '../../../src/emulator/health/prober.ts';
import type { MemoryProcesses } from '../../../src/emulator/mesos/memory-processes.ts';

export class MemoryProber implements Prober {
  /** What GET of a path returns, wherever it is asked; 200 by default, an Error when nobody listens. */
  readonly paths = new Map<string, number | Error | 'hangs'>();
  /** The same of one port. */
  readonly ports = new Map<number, number | Error | 'hangs'>();
  /** What was asked for, in order. */
  readonly asked: string[] = [];
  readonly #processes: MemoryProcesses;

  constructor(processes: MemoryProcesses) {
    this.#processes = processes;
  }

  async get({ scheme, host, port, path }: HttpTarget, signal: AbortSignal): Promise<HttpAnswer> {
    this.asked.push(`${scheme}://${host}${path}`);
    const status = await this.#answer(this.ports.get(port) ?? this.paths.get(path) ?? 200, signal);
    return {
      status,
      reason: status === 503 ? 'Service Unavailable' : 'OK',
      contentType: 'text/plain',
      body: 'hi',
    };
  }

  async connect(_host: string, port: number, signal: AbortSignal): Promise<void> {
    await this.#answer(this.ports.get(port) ?? 200, signal);
  }

  run(
    { taskId, command, env }: Parameters<Prober['run']>[0],
    signal: AbortSignal,
  ): ReturnType<Prober['run']> {
    this.asked.push(`${command} ${env['MARATHON_APP_ID']}`);
    return this.#processes.runBeside({ taskId, argv: ['/bin/sh', '-c', command], env }, signal);
  }

  async #answer(answer: number | Error | 'hangs', signal: AbortSignal): Promise<number> {
    if (answer instanceof Error) throw answer;
    if (answer !== 'hangs') return answer;
    return new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
    );
  }
}
