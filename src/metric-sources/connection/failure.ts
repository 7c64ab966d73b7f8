// metric-sources: what a failed call means, in words that say which thing failed and what to do. Bodies and URLs of an answer are
// never repeated: they may hold a secret.

import { TransientError } from '../../runtime/errors.ts';

/** `reading queue orders at host:5672: connection refused; is it running …`, the same sentence for every source. */
export function readFailure(what: string, host: string, why: string): TransientError {
  return new TransientError(`reading ${what} at ${host}: ${why}`);
}

export { networkFailureOf } from '../../runtime/network/network-failure.ts';
