// schedulers: what goes over the wire to an engine, counted for people and told to metrics.

import type { Clock } from '../../runtime/clock.ts';
import type { SchedulerCall, SchedulerStats } from '../scheduler.ts';
import { EngineRefusal } from './failure.ts';
import type { EngineAnswer, EngineCall } from './transport.ts';

type Call = Pick<EngineCall, 'method' | 'path'>;

export interface EngineCallsOf {
  readonly scheduler: string;
  /** Of a path without its version; a short, closed list. */
  readonly endpointOf: (path: string) => string;
  /** Refusals that say that somebody else was faster, beside 409. */
  readonly isConflict?: (refusal: EngineRefusal) => boolean;
}

export class EngineCalls {
  #stats: SchedulerStats = { writes: 0, conflicts: 0, reads: 0 };
  readonly #of: EngineCallsOf;
  readonly #clock: Clock;
  readonly #tell: ((call: SchedulerCall) => void) | undefined;

  constructor(of: EngineCallsOf, clock: Clock, tell: ((call: SchedulerCall) => void) | undefined) {
    this.#of = of;
    this.#clock = clock;
    this.#tell = tell;
  }

  get stats(): SchedulerStats {
    return this.#stats;
  }

  ended({ method, path }: Call, answer: EngineAnswer | Error, startedAtMs: number): void {
    const { scheduler, endpointOf } = this.#of;
    const { writes, conflicts, reads } = this.#stats;
    const isRead = method === 'GET';
    const outcome = this.#outcomeOf(answer);
    this.#stats = {
      writes: writes + Number(!isRead),
      conflicts: conflicts + Number(outcome === 'conflict'),
      reads: reads + Number(isRead),
    };
    const durationMs = this.#clock.monotonic() - startedAtMs;
    this.#tell?.({ scheduler, method, endpoint: endpointOf(path), outcome, durationMs });
  }

  #outcomeOf(answer: EngineAnswer | Error): SchedulerCall['outcome'] {
    if (!(answer instanceof Error)) return 'ok';
    if (!(answer instanceof EngineRefusal))
      return answer.name === 'TransientError' ? 'unreachable' : 'aborted';
    if (answer.status === 409 || this.#of.isConflict?.(answer) === true) return 'conflict';
    return answer.status >= 500 ? 'error' : 'refused';
  }
}
