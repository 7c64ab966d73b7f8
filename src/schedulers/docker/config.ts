// schedulers/docker: what a Docker engine is reached with, and what its adapter needs of the process.

import type { ValueSource } from '../../api/policy.ts';
import type { ValueResolver } from '../../api/values.ts';
import { defined } from '../../lang/defined.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { DocumentStore } from '../../runtime/document-store.ts';
import type { Logger } from '../../runtime/log.ts';
import type { EngineTarget } from '../docker-engine/transport.ts';
import type { ClusterSpec, SchedulerCall } from '../scheduler.ts';

export interface EngineTlsConfig {
  readonly ca?: ValueSource;
  readonly cert?: ValueSource;
  readonly key?: ValueSource;
}

/** Which engine, as a policy says it. */
export interface DockerCluster extends ClusterSpec {
  /** Absent: the operator's own. */
  readonly host?: string;
  readonly tls?: EngineTlsConfig;
}

export interface DockerConfig {
  /** `unix:///var/run/docker.sock`, `tcp://HOST:2376`. */
  readonly host: string;
  /** PEM texts by reference. */
  readonly tls?: EngineTlsConfig;
  readonly deadlineMs: number;
  /** How long a listing serves while events are followed. */
  readonly resyncMs: number;
}

export interface DockerDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly values: ValueResolver;
  /** Where what was asked for is kept; absent: the labels of containers say it. */
  readonly documents?: DocumentStore;
  /** Whether this process is the one of several that acts; default: it is. */
  readonly isActing?: () => boolean;
  readonly random?: () => number;
  readonly onCall?: (call: SchedulerCall) => void;
}

/** @throws TerminalError for a reference that cannot be resolved */
export function engineTarget({ host, tls }: DockerConfig, values: ValueResolver): EngineTarget {
  if (tls === undefined) return { host };
  const text = (from: ValueSource | undefined): string | undefined =>
    from === undefined ? undefined : values.resolve(from);
  return { host, tls: defined({ ca: text(tls.ca), cert: text(tls.cert), key: text(tls.key) }) };
}
