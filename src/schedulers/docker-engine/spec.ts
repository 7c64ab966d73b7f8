// schedulers: which Docker engine an app names, and how it is reached.

import type { ValueSource } from '../../api/policy.ts';
import type { ValueResolver } from '../../api/values.ts';
import { defined } from '../../lang/defined.ts';
import type { ClusterSpec } from '../scheduler.ts';
import type { EngineTarget } from './transport.ts';

export interface EngineTlsConfig {
  readonly ca?: ValueSource;
  readonly cert?: ValueSource;
  readonly key?: ValueSource;
}

/** As a policy says it. */
export interface EngineSpec extends ClusterSpec {
  /** Absent: the operator's own. */
  readonly host?: string;
  /** PEM texts by reference. */
  readonly tls?: EngineTlsConfig;
}

export interface EngineConfig {
  /** `unix:///var/run/docker.sock`, `tcp://HOST:2376`. */
  readonly host: string;
  readonly tls?: EngineTlsConfig;
  readonly deadlineMs: number;
  /** How long a listing serves while events are followed. */
  readonly resyncMs: number;
}

/**
 * @param block whose fields are named in what people are told
 * @throws TerminalError for a reference that cannot be resolved
 */
export function engineTarget(
  block: EngineTarget['block'],
  { host, tls }: Pick<EngineConfig, 'host' | 'tls'>,
  values: ValueResolver,
): EngineTarget {
  if (tls === undefined) return { block, host };
  const text = (from: ValueSource | undefined): string | undefined =>
    from === undefined ? undefined : values.resolve(from);
  return { block, host, tls: defined({ ca: text(tls.ca), cert: text(tls.cert), key: text(tls.key) }) };
}
