// metric-sources: what a failed call means, in words that say which thing failed and what to do. Bodies and URLs of an answer are
// never repeated: they may hold a secret.

import { TransientError } from '../../runtime/errors.ts';
import { explainNetworkFailure } from '../../runtime/network/network-failure.ts';

/** `reading queue orders at host:5672: connection refused; is it running …`, the same sentence for every source. */
export function readFailure(what: string, host: string, why: string): TransientError {
  return new TransientError(`reading ${what} at ${host}: ${why}`);
}

/** The first code along the causes of an error that says something about the connection, in words; undefined without one. */
export function networkFailureOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = 'code' in at && typeof at.code === 'string' ? at.code : undefined;
    const words = explainNetworkFailure(code);
    if (words !== undefined) return words;
    if (at instanceof AggregateError) {
      const inner = at.errors.map(networkFailureOf).find((each) => each !== undefined);
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
}
