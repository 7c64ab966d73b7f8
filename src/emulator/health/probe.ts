// emulator: one health check of one task, done once.

import { messageOf } from '../../runtime/errors.ts';
import type { HealthCheck } from '../definition/app.ts';
import type { Task } from '../marathon/instances/instance.ts';
import type { ProbeResult } from './health.ts';
import type { HttpTarget, Prober } from './prober.ts';

export interface ProbeSubject {
  readonly check: HealthCheck;
  readonly task: Task;
  /** Of the task. */
  readonly env: Readonly<Record<string, string>>;
}

/** @returns undefined for an answer that says nothing. Never rejects */
export async function probe(
  prober: Prober,
  subject: ProbeSubject,
  signal: AbortSignal,
): Promise<ProbeResult | undefined> {
  try {
    return await ask(prober, subject, signal);
  } catch (error) {
    return { ok: false, cause: messageOf(error) };
  }
}

async function ask(
  prober: Prober,
  { check, task, env }: ProbeSubject,
  signal: AbortSignal,
): Promise<ProbeResult | undefined> {
  const protocol = check.protocol.replace('MESOS_', '');
  if (protocol === 'COMMAND') {
    const exit = await prober.run({ taskId: task.id, command: check.command?.value ?? '', env }, signal);
    return exit.code === 0 ? { ok: true } : { ok: false, cause: commandFailure(exit) };
  }
  const { hostname } = task.placement;
  const port = portOf(check, task);
  if (protocol === 'TCP') {
    await prober.connect(hostname, port, signal);
    return { ok: true };
  }
  const scheme = protocol === 'HTTPS' ? 'https' : 'http';
  return resultOf(check, await prober.get(httpTarget(scheme, hostname, port, check.path), signal));
}

function resultOf(
  check: HealthCheck,
  { status, reason }: { status: number; reason: string },
): ProbeResult | undefined {
  if (status >= 200 && status < 400) return { ok: true };
  if (status < 200 && check.ignoreHttp1xx) return undefined;
  return { ok: false, cause: `${status} ${reason}`.trim() };
}

export function httpTarget(scheme: 'http' | 'https', host: string, port: number, path = '/'): HttpTarget {
  return { scheme, host, port, path: path.startsWith('/') ? path : `/${path}` };
}

function portOf(check: HealthCheck, task: Task): number {
  const port = check.port ?? task.placement.ports[check.portIndex ?? 0];
  if (port === undefined) throw new Error("Health check failed: unable to get the task's effectivePort");
  return port;
}

function commandFailure({ code, signal }: { code: number | null; signal: string | null }): string {
  return signal === null ? `Command returned exit status ${code}` : `Command ended by ${signal}`;
}
