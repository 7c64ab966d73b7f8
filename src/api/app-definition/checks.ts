// api: health and readiness checks as Marathon keeps them.
//
// | protocol                  | path    | portIndex                 | delaySeconds  | ignoreHttp1xx |
// |---------------------------|---------|---------------------------|---------------|---------------|
// | HTTP, HTTPS               | kept    | 0 where no port is given  | always 15     | always false  |
// | TCP                       | dropped | 0 where no port is given  | always 15     | dropped       |
// | MESOS_HTTP, MESOS_HTTPS   | kept    | 0 where no port is given  | kept          | dropped       |
// | MESOS_TCP                 | dropped | 0 where no port is given  | kept          | dropped       |
// | COMMAND                   | dropped | dropped                   | kept          | dropped       |
//
// A definition that is created keeps a missing portIndex where it names no ports, an update fills it in: both mean 0.

import { isObject } from '../schema/json-schema.ts';
import { AnyOf } from './expected.ts';

const BY_MARATHON = new Set(['HTTP', 'HTTPS', 'TCP']);
const WITH_PATH = new Set(['HTTP', 'HTTPS', 'MESOS_HTTP', 'MESOS_HTTPS']);
const IGNORES_1XX = new Set(['HTTP', 'HTTPS']);

/** @param value with its defaults */
export function healthCheckOf(value: unknown, side: { readonly echo: boolean }): unknown {
  if (!isObject(value)) return value;
  const { protocol } = value;
  if (typeof protocol !== 'string') return value;
  const { path, port, portIndex, ignoreHttp1xx, delaySeconds, command, ...rest } = value;
  const kept: Record<string, unknown> = { ...rest };
  if (protocol === 'COMMAND') return { ...kept, command, delaySeconds };
  if (WITH_PATH.has(protocol) && path !== undefined) kept['path'] = path;
  if (port !== undefined) kept['port'] = port;
  else kept['portIndex'] = portIndex ?? 0;
  if (port !== undefined && portIndex !== undefined) kept['portIndex'] = portIndex;
  if (IGNORES_1XX.has(protocol)) kept['ignoreHttp1xx'] = forced(false, ignoreHttp1xx, side);
  kept['delaySeconds'] = BY_MARATHON.has(protocol) ? forced(15, delaySeconds, side) : delaySeconds;
  return kept;
}

/** What 1.11 makes of it; an older one may have kept it. */
function forced(value: unknown, given: unknown, { echo }: { readonly echo: boolean }): unknown {
  if (echo) return given ?? value;
  return given === undefined || given === value ? value : new AnyOf(value, given);
}
