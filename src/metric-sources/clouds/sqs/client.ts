// metric-sources: AWS' client, reduced to the one or two calls that are needed. Its errors end here.

import type { SQSClient } from '@aws-sdk/client-sqs';
import { defined } from '../../../lang/defined.ts';
import { abortable } from '../../../runtime/abort/abortable.ts';
import { awsFailureOf } from '../../../runtime/aws/failure.ts';
import { type AwsTarget, awsClientConfig, awsTransport } from '../../../runtime/aws/transport.ts';
import type { TransientError } from '../../../runtime/errors.ts';
import { HttpExchange, NoAnswer } from '../../../runtime/network/exchange/http-exchange.ts';
import { readFailure } from '../../connection/failure.ts';
import type { MetricSourceDeps } from '../../source.ts';
import { wordsOf } from './failure.ts';

/** All calls go to its endpoint, whatever the queue's URL says. */
export interface SqsTarget extends AwsTarget {
  /** Undefined until the service has told it. */
  readonly queueUrl?: string;
  readonly queueName: string;
}

type Sdk = typeof import('@aws-sdk/client-sqs');
export type Attributes = Readonly<Record<string, unknown>>;

const COUNTS = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
/** The answer is two numbers. */
const MAX_BYTES = 64 * 1024;

/** Opens nothing yet: the first call loads the SDK. */
export class QueueClient {
  readonly #target: SqsTarget;
  readonly #http: HttpExchange;
  readonly #what: string;
  #client: SQSClient | undefined;
  /** As the service has told it. */
  #queueUrl: string | undefined;

  constructor(target: SqsTarget, deps: Pick<MetricSourceDeps, 'onCall'>) {
    this.#target = target;
    this.#what = `queue ${target.queueName}`;
    const { endpoint, ca } = target;
    this.#http = new HttpExchange({ baseUrl: new URL(endpoint).origin, ...defined({ ca }) }, deps.onCall);
  }

  failure(why: string): TransientError {
    return readFailure(this.#what, this.#http.host, why);
  }

  /** @throws TransientError with a sentence for people; `signal.reason` when aborted */
  async counts(signal: AbortSignal): Promise<Attributes> {
    const sdk = await import('@aws-sdk/client-sqs');
    signal.throwIfAborted();
    this.#client ??= clientOf(sdk, this.#target, this.#http);
    try {
      // Whoever looks for credentials does not know the signal.
      return await abortable(this.#ask(sdk, this.#client, signal), signal);
    } catch (error) {
      signal.throwIfAborted();
      // Queues that are made anew may have another URL.
      this.#queueUrl = undefined;
      // No `cause`: the SDK's errors carry the answer.
      throw this.failure(error instanceof NoAnswer ? error.message : wordsOf(awsFailureOf(error)));
    }
  }

  async close(): Promise<void> {
    this.#client?.destroy();
    await this.#http.close();
  }

  async #ask(sdk: Sdk, client: SQSClient, abortSignal: AbortSignal): Promise<Attributes> {
    const { queueUrl, queueName } = this.#target;
    this.#queueUrl ??= queueUrl ?? (await urlOf(sdk, client, { queueName, abortSignal }));
    const command = new sdk.GetQueueAttributesCommand({
      QueueUrl: this.#queueUrl,
      AttributeNames: [...COUNTS],
    });
    const answer = await client.send(command, { abortSignal });
    return answer.Attributes ?? {};
  }
}

async function urlOf(
  sdk: Sdk,
  client: SQSClient,
  { queueName, abortSignal }: { readonly queueName: string; readonly abortSignal: AbortSignal },
): Promise<string> {
  const { QueueUrl } = await client.send(new sdk.GetQueueUrlCommand({ QueueName: queueName }), {
    abortSignal,
  });
  if (QueueUrl === undefined) throw new StrangeAnswer();
  return QueueUrl;
}

/** Well in HTTP's terms, but nothing that SQS would say. */
class StrangeAnswer extends Error {
  readonly $metadata = { httpStatusCode: 200 };
}

function clientOf(sdk: Sdk, target: SqsTarget, http: HttpExchange): SQSClient {
  return new sdk.SQSClient({
    ...awsClientConfig(target, awsTransport(http, MAX_BYTES)),
    // A queue's URL is only a parameter: it leads nowhere.
    useQueueUrlAsEndpoint: false,
  });
}
