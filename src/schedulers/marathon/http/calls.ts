// schedulers/marathon: how each exchange ended, for the metrics. Neither app nor answer is passed on.

import type { Clock } from '../../../runtime/clock.ts';
import type { SchedulerCall } from '../../scheduler.ts';
import { type HttpAnswer, type HttpRequest, NoAnswer } from './transport.ts';

export interface CallWatch {
  readonly clock: Clock;
  /** Must not throw. */
  readonly onCall: (call: SchedulerCall) => void;
}

/** The answer of `exchange`, reported to `watch` whatever it is. */
export async function watched(
  request: HttpRequest,
  exchange: () => Promise<HttpAnswer>,
  watch: CallWatch | undefined,
): Promise<HttpAnswer> {
  if (watch === undefined) return await exchange();
  const { method } = request;
  const startedMs = watch.clock.monotonic();
  const report = (outcome: SchedulerCall['outcome']): void =>
    watch.onCall({
      method,
      endpoint: endpointOf(request.path),
      outcome,
      durationMs: Math.max(0, watch.clock.monotonic() - startedMs),
    });
  try {
    const answer = await exchange();
    report(outcomeOf(answer.status));
    return answer;
  } catch (error) {
    report(error instanceof NoAnswer ? 'unreachable' : 'aborted');
    throw error;
  }
}

const ENDPOINTS: readonly (readonly [RegExp, SchedulerCall['endpoint']])[] = [
  [/^\/v2\/apps\/?$/, 'apps'],
  [/^\/v2\/apps\/.*\/tasks(\/|$)/, 'tasks'],
  [/^\/v2\/apps\//, 'app'],
  [/^\/v2\/groups(\/|$)/, 'groups'],
  [/^\/v2\/tasks(\/|$)/, 'tasks'],
  [/^\/v2\/queue(\/|$)/, 'queue'],
  [/^\/v2\/deployments(\/|$)/, 'deployments'],
  [/^\/v2\/info$/, 'info'],
];

export function endpointOf(path: string): SchedulerCall['endpoint'] {
  return ENDPOINTS.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
}

function outcomeOf(status: number): SchedulerCall['outcome'] {
  if (status >= 500) return 'error';
  if (status === 409) return 'conflict';
  return status >= 400 ? 'refused' : 'ok';
}
