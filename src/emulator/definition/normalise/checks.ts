// emulator: what health checks and readiness checks leave open.

import type { GivenHealthCheck, GivenReadinessCheck } from '../given.ts';

/** A check that names no port is of the first one. */
export function withPortIndex(check: GivenHealthCheck): GivenHealthCheck {
  const open = check.port === undefined && check.portIndex === undefined;
  return open && check.protocol !== 'COMMAND' ? { ...check, portIndex: 0 } : check;
}

export function withStatusCodes(check: GivenReadinessCheck): GivenReadinessCheck {
  return { ...check, httpStatusCodesForReady: check.httpStatusCodesForReady ?? [200] };
}
