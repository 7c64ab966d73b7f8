// metric-sources: a queue of Amazon SQS. One read is one call, and the first by a queue's name two.

import { plainValue, referenceName, type ValueResolver } from '../../../api/values.ts';
import { defined } from '../../../lang/defined.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { countFrom } from '../../connection/numbers.ts';
import { polledSource } from '../../connection/polled.ts';
import { BlockValues } from '../../connection/values.ts';
import type { MetricSource, MetricSourceDeps, MetricSourceType } from '../../source.ts';
import { type Attributes, QueueClient, type SqsTarget } from './client.ts';
import type { SqsMetric } from './config.ts';
import { endpointOf, queueNameIn, regionIn, SQS_SCHEMES } from './place.ts';
import { NO_QUEUE, NO_REGION, sqsBlock } from './schema.ts';

function createSqs(config: SqsMetric, deps: MetricSourceDeps): MetricSource {
  return polledSource(deps, {
    resolve: () => targetOf(config, deps.values),
    open: (target) => {
      const client = new QueueClient(target, deps);
      return {
        read: async (signal) => {
          // SQS does not tell how old its counts are: they are no newer than the question.
          const asOfMs = deps.clock.monotonic();
          const counts = countsOf(await client.counts(signal), client);
          return {
            state: 'ok',
            asOfMs,
            ...counts,
            ...defined({ heldPerInstance: config.inFlightPerInstance }),
          };
        },
        close: () => client.close(),
      };
    },
  });
}

function countsOf(
  attributes: Attributes,
  client: QueueClient,
): { readonly waiting: number; readonly inFlight: number } {
  const count = (name: string): number => countFrom(attributes[name], name);
  try {
    return {
      waiting: count('ApproximateNumberOfMessages'),
      inFlight: count('ApproximateNumberOfMessagesNotVisible'),
    };
  } catch (error) {
    throw error instanceof TransientError ? client.failure(error.message) : error;
  }
}

function targetOf(config: SqsMetric, resolver: ValueResolver): SqsTarget {
  const values = new BlockValues('sqs', resolver);
  const { auth } = config;
  const queueUrl = values.plain('queueUrl', config.queueUrl, config.queueUrlFrom);
  const given = { value: config.queueUrl, from: config.queueUrlFrom };
  const ofQueue = queueUrl === undefined ? undefined : values.address('queueUrl', given, SQS_SCHEMES);
  const hasEndpoint = config.endpoint !== undefined || config.endpointFrom !== undefined;
  const named = { value: config.endpoint, from: config.endpointFrom };
  const address = hasEndpoint ? values.address('endpoint', named, SQS_SCHEMES) : ofQueue;
  const known = [address, ofQueue].map((each) => (each === undefined ? undefined : regionIn(each)));
  const region = config.region ?? known.find((each) => each !== undefined);
  if (region === undefined) throw values.wrong('region', NO_REGION);
  const queueName =
    queueUrl === undefined
      ? values.requiredPlain('queueName', config.queueName, config.queueNameFrom)
      : queueNameIn(queueUrl);
  if (queueName === undefined)
    throw values.wrong(config.queueUrl === undefined ? 'queueUrlFrom' : 'queueUrl', NO_QUEUE);
  return {
    endpoint: hasEndpoint ? `${address?.origin}${address?.path}` : (address?.origin ?? endpointOf(region)),
    region,
    queueName,
    ...defined({ queueUrl, ca: values.certificates(config.caFile) }),
    ...(auth !== undefined && {
      credentials: {
        accessKeyId: values.secret('auth.accessKeyId', auth.accessKeyId),
        secretAccessKey: values.secret('auth.secretAccessKey', auth.secretAccessKey),
        ...defined({ sessionToken: values.optionalSecret('auth.sessionToken', auth.sessionToken) }),
      },
    }),
  };
}

/** `queue orders`; where the name comes from elsewhere, from where. */
function describeSqs({ queueUrl, queueUrlFrom, queueName, queueNameFrom }: SqsMetric): string {
  const given = plainValue(queueUrl, queueUrlFrom) ?? plainValue(queueName, queueNameFrom);
  if (given === undefined) return 'a queue without a name';
  if (!('value' in given)) return `queue named by ${referenceName(given.from)}`;
  const name = queueUrl === undefined ? given.value : queueNameIn(given.value.trim());
  return name === undefined ? 'a queue without a name' : `queue ${name}`;
}

export const sqs: MetricSourceType<SqsMetric> = {
  ...sqsBlock,
  folder: 'clouds/sqs',
  create: createSqs,
  describe: describeSqs,
  heldPerInstance: ({ inFlightPerInstance }) => inFlightPerInstance ?? 1,
};
