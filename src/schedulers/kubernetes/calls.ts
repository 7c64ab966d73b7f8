// schedulers/kubernetes: what goes over the wire to an API server, counted for people and told to metrics.

import type { KubeExchange } from '../../runtime/kubernetes/api.ts';
import type { ResourcePath } from '../../runtime/kubernetes/resource-path.ts';
import type { SchedulerCall, SchedulerInfo, SchedulerStats } from '../scheduler.ts';

const METHODS = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
} as const satisfies Record<KubeExchange['asked']['verb'], SchedulerCall['method']>;

export class KubeCalls {
  readonly #tell: ((call: SchedulerCall) => void) | undefined;
  #stats: SchedulerStats = { writes: 0, conflicts: 0, reads: 0 };
  #last: SchedulerCall['outcome'] | undefined;

  constructor(tell: ((call: SchedulerCall) => void) | undefined) {
    this.#tell = tell;
  }

  get stats(): SchedulerStats {
    return this.#stats;
  }

  /** For people. */
  get health(): Pick<SchedulerInfo, 'reachable' | 'message'> {
    const reachable = this.#last !== undefined && this.#last !== 'unreachable' && this.#last !== 'error';
    return {
      reachable,
      message: this.#last === undefined ? 'not asked yet' : reachable ? 'answers' : this.#last,
    };
  }

  readonly ended = (exchange: KubeExchange): void => {
    const { asked, durationMs } = exchange;
    const method = METHODS[asked.verb];
    const outcome = outcomeOf(exchange);
    const { writes, conflicts, reads } = this.#stats;
    const isRead = method === 'GET';
    this.#stats = {
      writes: writes + Number(!isRead),
      conflicts: conflicts + Number(outcome === 'conflict'),
      reads: reads + Number(isRead),
    };
    if (outcome !== 'aborted') this.#last = outcome;
    this.#tell?.({ scheduler: 'kubernetes', method, endpoint: endpointOf(asked.path), outcome, durationMs });
  };
}

/** A short, closed list. */
function endpointOf({ resource, subresource }: ResourcePath): string {
  if (subresource === 'scale') return 'scale';
  if (resource === 'pods' || resource === 'nodes') return resource;
  return resource === 'the API group' ? 'discovery' : 'workloads';
}

function outcomeOf({ asked, status, aborted }: KubeExchange): SchedulerCall['outcome'] {
  if (status === undefined) return aborted ? 'aborted' : 'unreachable';
  if (status >= 500) return 'error';
  if (status === 409 || (status === 422 && asked.verb === 'patch')) return 'conflict';
  return status >= 400 ? 'refused' : 'ok';
}
