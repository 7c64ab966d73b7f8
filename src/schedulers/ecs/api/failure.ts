// schedulers/ecs/api: what a failed call to ECS means, and what is to be done about it.

import {
  type AwsFailure,
  awsFailureOf,
  awsFailureWords,
  isDenied,
  isThrottled,
} from '../../../runtime/aws/failure.ts';
import { TerminalError, TransientError } from '../../../runtime/errors.ts';
import { NoAnswer } from '../../../runtime/network/exchange/http-exchange.ts';

/** Of these the answer's own words say what is wrong with the request, and hold nothing else. */
const SPOKEN: ReadonlySet<string> = new Set([
  'BlockedException',
  'ClientException',
  'ConflictException',
  'InvalidParameterException',
  'LimitExceededException',
  'PlatformUnknownException',
  'UnsupportedFeatureException',
]);
const LONGEST_WORDS = 300;

const GONE: ReadonlySet<string> = new Set(['ServiceNotFoundException', 'ServiceNotActiveException']);

export class EcsFailure extends Error {
  override readonly name = 'EcsFailure';
  readonly failure: AwsFailure;

  constructor(words: string, failure: AwsFailure) {
    super(words);
    this.failure = failure;
  }

  get isThrottled(): boolean {
    return isThrottled(this.failure);
  }

  /** The service was deleted, or is being deleted. */
  get isGone(): boolean {
    return GONE.has(this.failure.code);
  }

  /** Trying again changes nothing. */
  get isRefusal(): boolean {
    return isDenied(this.failure) || SPOKEN.has(this.failure.code);
  }

  /** As the outcome of `doing`. */
  as(doing: string): Error {
    const message = `${doing}: ${this.message}`;
    return this.isRefusal ? new TerminalError(message) : new TransientError(message);
  }
}

export interface AskedOfEcs {
  /** `ecs:DescribeServices`, as a policy of IAM names it. */
  readonly right: string;
  readonly region: string;
}

/** No `cause`: a client's errors carry the answer. */
export function ecsFailure(error: unknown, { right, region }: AskedOfEcs): EcsFailure {
  if (error instanceof EcsFailure) return error;
  if (error instanceof NoAnswer)
    return new EcsFailure(`${error.message}${inRegion(error, region)}`, { code: '' });
  const failure = awsFailureOf(error);
  const spoken = SPOKEN.has(failure.code) && error instanceof Error ? wordsOf(error.message) : '';
  if (spoken !== '') return new EcsFailure(`${failure.code}: ${spoken}`, failure);
  const words = awsFailureWords(failure, {
    name: 'ECS',
    denied: `these credentials have no right to ${right}; allow it`,
    words: {
      ClusterNotFoundException: `there is no such cluster in ${region}; check cluster, region and account`,
      ServiceNotActiveException: 'it is not active: it was deleted, or is being deleted',
      ServiceNotFoundException: 'it is not there any more',
    },
  });
  return new EcsFailure(words, failure);
}

/** Hosts of AWS are named by their region. */
function inRegion({ message }: NoAnswer, region: string): string {
  return message.startsWith('the host name') ? `; is ${region} a region?` : '';
}

function wordsOf(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_WORDS ? `${line.slice(0, LONGEST_WORDS)}…` : line;
}
