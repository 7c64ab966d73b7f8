// metric-sources: AWS' client, reduced to the one or two calls that are needed. It signs; what is sent and how much is read of
// an answer is up to the connection that all sources have in common. Its errors end here.

import type { SQSClient } from '@aws-sdk/client-sqs';
import { abortable } from '../../../runtime/abort/abortable.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { readFailure } from '../../connection/failure.ts';
import { HttpReader } from '../../connection/http.ts';
import type { MetricSourceDeps } from '../../source.ts';
import { type CallFailure, wordsOf } from './failure.ts';

export interface SqsTarget {
  /** Where all calls go, whatever the queue's URL says. */
  readonly endpoint: string;
  readonly region: string;
  /** Undefined until the service has told it. */
  readonly queueUrl?: string;
  readonly queueName: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly ca?: string;
}

type Sdk = typeof import('@aws-sdk/client-sqs');
export type Attributes = Readonly<Record<string, unknown>>;

const COUNTS = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
/** The answer is two numbers. */
const MAX_BYTES = 64 * 1024;

/** Opens nothing yet: the first call loads the SDK. */
export class QueueClient {
  readonly #target: SqsTarget;
  readonly #http: HttpReader;
  readonly #what: string;
  #client: SQSClient | undefined;
  /** As the service has told it. */
  #queueUrl: string | undefined;

  constructor(target: SqsTarget, deps: Pick<MetricSourceDeps, 'onCall'>) {
    this.#target = target;
    this.#what = `queue ${target.queueName}`;
    this.#http = new HttpReader({ baseUrl: new URL(target.endpoint).origin, ...ofTls(target) }, deps);
  }

  failure(why: string): TransientError {
    return readFailure(this.#what, this.#http.host, why);
  }

  /** @throws TransientError with a sentence for people; `signal.reason` when aborted */
  async counts(signal: AbortSignal): Promise<Attributes> {
    const sdk = await import('@aws-sdk/client-sqs');
    signal.throwIfAborted();
    this.#client ??= clientOf(sdk, this.#target, (request, abort) => this.#send(request, abort));
    try {
      // Whoever looks for credentials does not know the signal.
      return await abortable(this.#ask(sdk, this.#client, signal), signal);
    } catch (error) {
      signal.throwIfAborted();
      // Queues that are made anew may have another URL.
      this.#queueUrl = undefined;
      if (error instanceof TransientError) throw error;
      // No `cause`: the SDK's errors carry the answer.
      throw this.failure(wordsOf(failureOf(error)));
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

  async #send({ path, headers, body }: Signed, signal: AbortSignal): Promise<Answer> {
    const call = { method: 'POST', path, headers, maxBytes: MAX_BYTES } as const;
    const reply = await this.#http.exchange(
      this.#what,
      body === undefined ? call : { ...call, body },
      signal,
    );
    const text = this.#http.textOf(this.#what, reply);
    const single = Object.entries(reply.headers).map(([name, value]) => [name, String(value)] as const);
    return {
      statusCode: reply.status,
      headers: Object.fromEntries(single),
      body: new TextEncoder().encode(text),
    };
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

/** What the SDK hands over to be sent. */
interface Signed {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

type Send = (request: Signed, signal: AbortSignal) => Promise<Answer>;

function clientOf(sdk: Sdk, { endpoint, region, credentials }: SqsTarget, send: Send): SQSClient {
  return new sdk.SQSClient({
    endpoint,
    region,
    // A queue's URL is only a parameter: it leads nowhere.
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: Signed, options: { readonly abortSignal: AbortSignal }) => ({
        response: await send(request, options.abortSignal),
      }),
      destroy: () => undefined,
    },
    ...(credentials !== undefined && { credentials }),
  });
}

function ofTls({ ca }: SqsTarget): { readonly ca?: string } {
  return ca === undefined ? {} : { ca };
}

function failureOf(error: unknown): CallFailure {
  if (!(error instanceof Error)) return { code: '' };
  const { name, $metadata, $response } = error as Error & {
    $metadata?: { readonly httpStatusCode?: unknown };
    $response?: { readonly statusCode?: unknown };
  };
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  return { code: name, ...(typeof status === 'number' && { status }) };
}
