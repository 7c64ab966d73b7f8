// app: `init`: the metric of a queue, from the few words that a person says of it.

/** A kind of queue that a few words are enough for. */
export interface QueueKind {
  /** Its block in `metric`. */
  readonly kind: string;
  /** What the word behind the kind is. */
  readonly word: string;
  /** What every such word looks like, where that is known. */
  readonly pattern?: RegExp;
  readonly block: (word: string) => object;
  /** What the operator needs in its environment. */
  readonly variables: readonly string[];
}

export const QUEUE_KINDS: readonly QueueKind[] = [
  {
    kind: 'azureStorageQueue',
    word: 'NAME',
    block: (queueName) => ({ queueName }),
    variables: ['AZURE_STORAGE_ACCOUNT_NAME', 'AZURE_STORAGE_ACCOUNT_KEY'],
  },
  {
    kind: 'rabbitmq',
    word: 'NAME',
    block: (queueName) => ({
      endpointFrom: { fromEnv: 'RABBITMQ_MANAGEMENT_URL' },
      queueName,
      auth: {
        basic: { usernameFrom: { fromEnv: 'RABBITMQ_USER' }, password: { fromEnv: 'RABBITMQ_PASSWORD' } },
      },
    }),
    variables: ['RABBITMQ_MANAGEMENT_URL', 'RABBITMQ_USER', 'RABBITMQ_PASSWORD'],
  },
  {
    kind: 'redis',
    word: 'LIST',
    block: (name) => ({ endpointFrom: { fromEnv: 'REDIS_ENDPOINT' }, list: { name } }),
    variables: ['REDIS_ENDPOINT'],
  },
  {
    kind: 'sqs',
    word: 'https://sqs.REGION.amazonaws.com/ACCOUNT/NAME',
    pattern: /^https:\/\/sqs\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/\d+\/[\w.-]+$/,
    block: (queueUrl) => ({ queueUrl }),
    variables: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
  },
  {
    kind: 'http',
    word: 'URL (answers JSON with the number of waiting messages in /waiting)',
    pattern: /^https?:\/\/[^/]/,
    block: (url) => ({ url, pointers: { waiting: '/waiting' } }),
    variables: [],
  },
];

export interface Queue {
  readonly kind: QueueKind;
  readonly word: string;
}

/** `rabbitmq orders`; a sentence about what is wrong otherwise. */
export function queueOf(answer: string): Queue | string {
  const [name = '', word = '', ...others] = answer.split(/\s+/).filter(Boolean);
  const kind = QUEUE_KINDS.find((each) => each.kind.toLowerCase() === name.toLowerCase());
  if (kind === undefined)
    return `'${name}' is none of ${QUEUE_KINDS.map((each) => each.kind).join(', ')}; specs/metrics has the others, to copy`;
  if (word === '' || others.length > 0 || kind.pattern?.test(word) === false)
    return `say ${kind.kind} ${kind.word}`;
  return { kind, word };
}
