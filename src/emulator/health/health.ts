// emulator: what one health check knows of one task (Marathon's Health), and what a result makes of it.

import type { HealthCheck } from '../definition/app.ts';

export interface Health {
  readonly alive: boolean;
  readonly consecutiveFailures: number;
  readonly firstSuccessMs?: number;
  readonly lastSuccessMs?: number;
  readonly lastFailureMs?: number;
  readonly lastFailureCause?: string;
}

export type ProbeResult = { readonly ok: true } | { readonly ok: false; readonly cause: string };

/** Nothing has succeeded yet, so it is not alive. */
export const UNKNOWN: Health = { alive: false, consecutiveFailures: 0 };

export interface HealthUpdate {
  readonly health: Health;
  /** A failure that does not count: within the grace, before the first success. */
  readonly ignored?: boolean;
  /** Why the task is to be killed. */
  readonly kill?: string;
}

/**
 * | result  | while                        | health        | kill                                       |
 * |---------|------------------------------|---------------|--------------------------------------------|
 * | success | any                          | alive         | no                                         |
 * | failure | in grace, no success so far  | kept          | no                                         |
 * | failure | any other                    | one more      | when the failures *before* reach the most  |
 *
 * The present failure is not counted, as in Marathon's HealthCheckActor: with 3 the fourth kills.
 * Checks that Mesos runs count it. A most of 0 never kills.
 */
export function nextHealth(
  check: HealthCheck,
  before: Health,
  result: ProbeResult,
  { nowMs, runningSinceMs }: { readonly nowMs: number; readonly runningSinceMs: number },
): HealthUpdate {
  if (result.ok) {
    const firstSuccessMs = before.firstSuccessMs ?? nowMs;
    return {
      health: { ...before, alive: true, consecutiveFailures: 0, firstSuccessMs, lastSuccessMs: nowMs },
    };
  }
  const inGrace = runningSinceMs + check.gracePeriodSeconds * 1000 > nowMs;
  if (inGrace && before.firstSuccessMs === undefined) return { health: before, ignored: true };
  const consecutiveFailures = before.consecutiveFailures + 1;
  const counted = isRunByMesos(check) ? consecutiveFailures : before.consecutiveFailures;
  const fatal = check.maxConsecutiveFailures > 0 && counted >= check.maxConsecutiveFailures;
  const { cause } = result;
  return {
    health: { ...before, alive: false, consecutiveFailures, lastFailureMs: nowMs, lastFailureCause: cause },
    ...(fatal ? { kill: before.lastFailureCause ?? cause } : {}),
  };
}

/** COMMAND and MESOS_…: run on the agent, and first after `delaySeconds`. */
export function isRunByMesos({ protocol }: HealthCheck): boolean {
  return protocol === 'COMMAND' || protocol.startsWith('MESOS_');
}
