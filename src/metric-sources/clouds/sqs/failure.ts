// metric-sources: what a failed call to SQS means, in words. Nothing of the answer is repeated but its code: messages
// of a refused signature hold what was to be signed.

const RIGHT =
  'these credentials have no right to read it; allow sqs:GetQueueAttributes, and for a queueName sqs:GetQueueUrl';
const KEY = 'the access key is not known; check auth.accessKeyId';
const SIGNATURE =
  "the signature was refused; check auth.secretAccessKey, the region and this machine's clock";
const EXPIRED = "the credentials have expired; renew them, and check this machine's clock";
const CLOCK = "the request's time was refused; set this machine's clock";
const QUEUE = 'there is no such queue; check its name, account and region';
const BUSY = 'too many requests; read less often if this lasts';

/** By the last part of the code, as services say it in several ways. */
const WORDS: Readonly<Record<string, string>> = {
  AccessDenied: RIGHT,
  AccessDeniedException: RIGHT,
  NotAuthorized: RIGHT,
  CredentialsProviderError:
    'no credentials were found where AWS looks for them; give auth, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  ExpiredToken: EXPIRED,
  ExpiredTokenException: EXPIRED,
  IncompleteSignature: SIGNATURE,
  InvalidAccessKeyId: KEY,
  InvalidClientTokenId: KEY,
  InvalidSecurity: SIGNATURE,
  InvalidSignatureException: SIGNATURE,
  MissingAuthenticationToken: 'the service asks for credentials; give auth',
  NonExistentQueue: QUEUE,
  OverLimit: BUSY,
  QueueDoesNotExist: QUEUE,
  RequestExpired: CLOCK,
  RequestLimitExceeded: BUSY,
  RequestThrottled: BUSY,
  RequestTimeTooSkewed: CLOCK,
  SignatureDoesNotMatch: SIGNATURE,
  Throttling: BUSY,
  ThrottlingException: BUSY,
  TooManyRequestsException: BUSY,
  UnrecognizedClientException: KEY,
};

/** What is looked at of the SDK's error. */
export interface CallFailure {
  readonly code: string;
  /** Absent when there was no answer. */
  readonly status?: number;
}

export function wordsOf({ code, status }: CallFailure): string {
  const last = code.split(/[.#]/).at(-1) ?? '';
  const known = Object.hasOwn(WORDS, last) ? WORDS[last] : undefined;
  if (known !== undefined) return known;
  if (status === undefined) return `the call failed${isWord(last) ? ` (${last})` : ''}`;
  const answered = `answered ${status}`;
  if (status === 429) return `${answered}: ${BUSY}`;
  if (status >= 500) return `${answered}: the service is not well`;
  if (status >= 300 && status < 400)
    return `${answered}, a redirect, which is not followed; name the service itself`;
  if (status < 300 || last === 'SyntaxError')
    return 'the answer is not that of SQS; check the address, and proxies on the way';
  return `${answered}${isWord(last) ? ` ${last}` : ''}; check the address and the region`;
}

/** Anything else might be a message with more in it. */
function isWord(code: string): boolean {
  return /^[A-Za-z0-9_]{1,60}$/.test(code) && code !== 'Error';
}
