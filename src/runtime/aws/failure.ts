// runtime: what a failed call to AWS means, in words. Nothing of the answer is repeated but its code: messages of a refused
// signature hold what was to be signed.

/** What is looked at of a client's error. */
export interface AwsFailure {
  /** The last part of the code, as services say it in several ways. */
  readonly code: string;
  /** Absent when there was no answer. */
  readonly status?: number;
}

/** Words for codes that mean something of their own to a service. */
export type AwsWords = Readonly<Record<string, string>>;

const KEY = 'the access key is not known; check auth.accessKeyId';
const SIGNATURE =
  "the signature was refused; check auth.secretAccessKey, the region and this machine's clock";
const EXPIRED = "the credentials have expired; renew them, and check this machine's clock";
const CLOCK = "the request's time was refused; set this machine's clock";
const BUSY = 'too many requests; read less often if this lasts';

const WORDS: AwsWords = {
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
  OverLimit: BUSY,
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

const THROTTLED: ReadonlySet<string> = new Set(Object.keys(WORDS).filter((code) => WORDS[code] === BUSY));
const DENIED: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException', 'NotAuthorized']);

export function awsFailureOf(error: unknown): AwsFailure {
  if (!(error instanceof Error)) return { code: '' };
  const { name, $metadata, $response } = error as Error & {
    $metadata?: { readonly httpStatusCode?: unknown };
    $response?: { readonly statusCode?: unknown };
  };
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  const code = name.split(/[.#]/).at(-1) ?? '';
  return { code, ...(typeof status === 'number' && { status }) };
}

export function isThrottled({ code, status }: AwsFailure): boolean {
  return status === 429 || THROTTLED.has(code);
}

export interface AwsService {
  /** `SQS`. */
  readonly name: string;
  /** What these credentials have no right to, and what would give it. */
  readonly denied: string;
  readonly words: AwsWords;
}

/** The end of a sentence. */
export function awsFailureWords({ code, status }: AwsFailure, service: AwsService): string {
  if (DENIED.has(code)) return service.denied;
  const known = wordFor(code, service.words) ?? wordFor(code, WORDS);
  if (known !== undefined) return known;
  if (status === undefined) return `the call failed${isWord(code) ? ` (${code})` : ''}`;
  const answered = `answered ${status}`;
  if (status === 429) return `${answered}: ${BUSY}`;
  if (status >= 500) return `${answered}: the service is not well`;
  if (status >= 300 && status < 400)
    return `${answered}, a redirect, which is not followed; name the service itself`;
  if (status < 300 || code === 'SyntaxError')
    return `the answer is not that of ${service.name}; check the address, and proxies on the way`;
  return `${answered}${isWord(code) ? ` ${code}` : ''}; check the address and the region`;
}

export function isDenied({ code }: AwsFailure): boolean {
  return DENIED.has(code);
}

function wordFor(code: string, words: AwsWords): string | undefined {
  return Object.hasOwn(words, code) ? words[code] : undefined;
}

/** Anything else might be a message with more in it. */
function isWord(code: string): boolean {
  return /^[A-Za-z0-9_]{1,60}$/.test(code) && code !== 'Error';
}
