// metric-sources: what a refused call to a queue means, in words. Bodies, URLs and details of the answer are never
// repeated: they may hold a SAS, or the string that was to be signed.

import type { QueueTarget } from './target.ts';

/** What is looked at of an answer. */
export interface CallFailure {
  readonly status: number;
  /** The service's error code: `QueueNotFound`. */
  readonly code?: string;
}

/** One sentence: what was done, where, why it failed, what to do. */
export function explainFailure(failure: CallFailure, target: QueueTarget): string {
  return `reading queue ${target.queueName} at ${target.host}: ${reason(failure, target)}`;
}

function reason({ status, code }: CallFailure, target: QueueTarget): string {
  const answered = `answered ${status}${isWord(code) ? ` ${code}` : ''}`;
  switch (status) {
    case 401:
    case 403:
      return `${answered}: the ${credentialName(target)} was refused; check it, and this machine's clock`;
    case 404:
      return code === 'QueueNotFound' || code === undefined
        ? 'the queue does not exist; create it, or correct queueName'
        : `${answered}; check endpoint and queueName`;
    case 429:
    case 503:
      return `${answered}: the storage account is busy; read less often if this lasts`;
    default:
      if (status >= 500) return `${answered}: the service is not well`;
      if (status >= 300 && status < 400)
        return `${answered}, a redirect; name the queue service itself as endpoint`;
      if (status < 300)
        return 'the answer is not from Azure Queue Storage; check endpoint, and proxies on the way';
      return `${answered}; check endpoint and queueName`;
  }
}

function credentialName(target: QueueTarget): string {
  return target.credential.kind === 'sas' ? 'SAS token (expired?)' : 'account key';
}

/** Error codes are single words; anything else might be a message with more in it. */
function isWord(code: string | undefined): code is string {
  return code !== undefined && /^[A-Za-z0-9_]{1,60}$/.test(code);
}
