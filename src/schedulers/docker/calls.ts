// schedulers/docker: what goes over the wire to an engine, counted for people and told to metrics.

import type { Clock } from '../../runtime/clock.ts';
import { EngineRefusal } from '../docker-engine/failure.ts';
import type { EngineAnswer, EngineCall } from '../docker-engine/transport.ts';
import type { SchedulerCall, SchedulerStats } from '../scheduler.ts';

type Call = Pick<EngineCall, 'method' | 'path'>;

export class EngineCalls {
  #stats: SchedulerStats = { writes: 0, conflicts: 0, reads: 0 };
  readonly #tell: ((call: SchedulerCall) => void) | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock, tell: ((call: SchedulerCall) => void) | undefined) {
    this.#clock = clock;
    this.#tell = tell;
  }

  get stats(): SchedulerStats {
    return this.#stats;
  }

  ended(call: Call, answer: EngineAnswer | Error, startedAtMs: number): void {
    const { writes, conflicts, reads } = this.#stats;
    const isRead = call.method === 'GET';
    const outcome = outcomeOf(answer);
    this.#stats = {
      writes: writes + Number(!isRead),
      conflicts: conflicts + Number(outcome === 'conflict'),
      reads: reads + Number(isRead),
    };
    const durationMs = this.#clock.monotonic() - startedAtMs;
    this.#tell?.({
      scheduler: 'docker',
      method: call.method,
      endpoint: endpointOf(call),
      outcome,
      durationMs,
    });
  }
}

function endpointOf({ path }: Call): SchedulerCall['endpoint'] {
  if (path === '/containers/json') return 'containers';
  if (path.startsWith('/containers/')) return 'container';
  return path === '/info' || path === '/_ping' ? path.replace(/\W/g, '') : 'other';
}

function outcomeOf(answer: EngineAnswer | Error): SchedulerCall['outcome'] {
  if (!(answer instanceof Error)) return 'ok';
  if (!(answer instanceof EngineRefusal)) return answer.name === 'TransientError' ? 'unreachable' : 'aborted';
  if (answer.status === 409) return 'conflict';
  return answer.status >= 500 ? 'error' : 'refused';
}
