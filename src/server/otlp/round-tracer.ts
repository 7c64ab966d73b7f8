// server: rounds as traces: a span for each, its calls to schedulers as spans below it, its decisions as events on it.

import { AsyncLocalStorage } from 'node:async_hooks';
import { context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { RoundReport, SchedulerCall } from '../../controller/status/round-report.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';

export interface RoundTracerDeps {
  readonly tracer: Tracer;
  readonly clock: Clock;
  /** Masks what is a secret. */
  readonly redact: (text: string) => string;
}

export class RoundTracer {
  readonly #deps: RoundTracerDeps;
  readonly #round = new AsyncLocalStorage<Span>();

  constructor(deps: RoundTracerDeps) {
    this.#deps = deps;
  }

  /** What happens within belongs to this round. */
  async inRound<T>(pool: string, round: () => Promise<T>): Promise<T> {
    const { tracer, clock, redact } = this.#deps;
    const startTime = clock.now();
    const span = tracer.startSpan('round', { startTime, attributes: { 'microscaling.pool': pool } });
    try {
      return await this.#round.run(span, round);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: redact(messageOf(error)) });
      throw error;
    } finally {
      span.end(clock.now());
    }
  }

  roundEnded({ result, decisions }: RoundReport): void {
    const span = this.#round.getStore();
    span?.setAttribute('microscaling.round.result', result);
    for (const { policy, app, from, to } of decisions) {
      span?.addEvent('decision', { policy, app, from, to }, this.#deps.clock.now());
    }
  }

  /** It has ended just now. A call outside of a round, such as of a look around at the start, is a trace of its own. */
  schedulerCalled({ scheduler, method, endpoint, outcome, durationMs }: SchedulerCall): void {
    const { tracer, clock } = this.#deps;
    const round = this.#round.getStore();
    const parent = round === undefined ? context.active() : trace.setSpan(context.active(), round);
    const endTime = clock.now();
    const attributes = {
      ...(scheduler !== undefined && { 'microscaling.scheduler': scheduler }),
      'http.request.method': method,
      'microscaling.endpoint': endpoint,
      'microscaling.outcome': outcome,
    };
    const options = { kind: SpanKind.CLIENT, startTime: endTime - durationMs, attributes };
    const span = tracer.startSpan(`${method} ${endpoint}`, options, parent);
    if (outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
    span.end(endTime);
  }
}
