// emulator: port to whatever asks a task how it is. What cannot be asked rejects, with the reason as message.

import type { ProcessExit } from '../processes/guardian.ts';

export interface HttpTarget {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** With a leading slash. */
  readonly path: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** `OK`, `Service Unavailable`… */
  readonly reason: string;
  readonly contentType: string;
  /** The beginning of it. */
  readonly body: string;
}

export interface CommandTarget {
  readonly taskId: string;
  /** For a shell, in the sandbox of the task. */
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Prober {
  /** One GET; redirects are answers like any other. */
  get(target: HttpTarget, signal: AbortSignal): Promise<HttpAnswer>;
  /** Resolves when the port takes connections. */
  connect(host: string, port: number, signal: AbortSignal): Promise<void>;
  run(target: CommandTarget, signal: AbortSignal): Promise<ProcessExit>;
}
