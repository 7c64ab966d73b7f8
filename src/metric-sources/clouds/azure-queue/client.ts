// metric-sources: the Azure SDK, reduced to the two calls that are needed. Its errors end here.

import type { Agent } from 'node:http';
import type { QueueClient, StoragePipelineOptions } from '@azure/storage-queue';
import { TerminalError, TransientError } from '../../../runtime/errors.ts';
import { loopbackAgent } from '../../../runtime/network/loopback.ts';
import { type CallFailure, explainFailure } from './failure.ts';
import type { QueueTarget } from './target.ts';

export interface Peek {
  /** How many messages were seen, at most as many as asked for. */
  readonly seen: number;
  /** Ages of those seen, ms, oldest first, by the service's own clock; absent when it tells no time or none was seen. */
  readonly agesMs?: readonly number[];
}

/** Both calls throw TransientError with a sentence for people, and `signal.reason` when aborted. */
export interface QueueReader {
  /** All messages, invisible ones included; never lower than the truth. */
  count(signal: AbortSignal): Promise<number>;
  /** Looks at visible messages without taking them, 32 at most. */
  peek(messages: number, signal: AbortSignal): Promise<Peek>;
  close(): void;
}

type Sdk = typeof import('@azure/storage-queue');

/** Beyond the SDK's declared options, which it hands to its HTTP pipeline as they are; a test holds that. */
interface PipelineOptions extends StoragePipelineOptions {
  readonly redirectOptions: { readonly maxRetries: number };
  readonly agent?: Agent;
}

/**
 * Opens nothing yet: the SDK is loaded by the first call, as it takes about 0.2 s, which commands that read no
 * queue should not pay. That call throws TerminalError when the endpoint leaves no room for a queue's name.
 */
export function openQueue(target: QueueTarget): QueueReader {
  const agent = loopbackAgent(target.endpoint);
  const options: PipelineOptions = {
    retryOptions: { maxTries: 1 },
    redirectOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: 'microscaling' },
    ...(agent && { agent }),
  };
  let client: QueueClient | undefined;
  const call = async <T>(signal: AbortSignal, run: (client: QueueClient) => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const sdk = await import('@azure/storage-queue');
    client ??= clientOf(sdk, target, options);
    try {
      return await run(client);
    } catch (error) {
      signal.throwIfAborted();
      // No `cause`: the SDK's errors carry the request, and with it the SAS.
      throw new TransientError(explainFailure(failureOf(error), target));
    }
  };
  return {
    count: (signal) => call(signal, (client) => count(client, signal)),
    peek: (messages, signal) => call(signal, (client) => peek(client, messages, signal)),
    close: () => agent?.destroy(),
  };
}

function clientOf(sdk: Sdk, target: QueueTarget, options: PipelineOptions): QueueClient {
  const { credential, endpoint, queueName } = target;
  const url = `${endpoint}/${queueName}`;
  try {
    return credential.kind === 'sas'
      ? new sdk.QueueClient(`${url}?${credential.token}`, new sdk.AnonymousCredential(), options)
      : new sdk.QueueClient(
          url,
          new sdk.StorageSharedKeyCredential(credential.accountName, credential.accountKey),
          options,
        );
  } catch {
    // The SDK finds no queue's name in the URL.
    throw new TerminalError(
      `azureStorageQueue.endpoint: ${endpoint} lacks the account; write it like http://127.0.0.1:10001/ACCOUNT`,
    );
  }
}

async function count(client: QueueClient, abortSignal: AbortSignal): Promise<number> {
  const { approximateMessagesCount } = await client.getProperties({ abortSignal });
  if (Number.isSafeInteger(approximateMessagesCount) && Number(approximateMessagesCount) >= 0)
    return Number(approximateMessagesCount);
  throw new StrangeAnswer();
}

async function peek(client: QueueClient, numberOfMessages: number, abortSignal: AbortSignal): Promise<Peek> {
  const answer = await client.peekMessages({ numberOfMessages, abortSignal });
  const inserted = answer.peekedMessageItems.map((message) => message.insertedOn.getTime());
  const nowMs = answer.date?.getTime() ?? Number.NaN;
  const agesMs = inserted.map((atMs) => Math.max(0, nowMs - atMs)).sort((a, b) => b - a);
  const known = agesMs.length > 0 && agesMs.every(Number.isFinite);
  return { seen: inserted.length, ...(known && { agesMs }) };
}

/** Well in HTTP's terms, but nothing that a queue service would say: a login page, a proxy. */
class StrangeAnswer extends Error {
  readonly statusCode = 200;
}

function failureOf(error: unknown): CallFailure {
  if (!(error instanceof Error)) return {};
  const { statusCode, code, details } = error as Error & {
    statusCode?: unknown;
    code?: unknown;
    details?: { errorCode?: unknown };
  };
  const word = details?.errorCode ?? code;
  return {
    ...(typeof statusCode === 'number' && { statusCode }),
    ...(typeof word === 'string' && { code: word }),
  };
}
