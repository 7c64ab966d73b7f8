// metric-sources: the Azure SDK, reduced to the two calls that are needed. Its errors end here.

import type { Agent } from 'node:http';
import type { QueueClient, StoragePipelineOptions } from '@azure/storage-queue';
import { TransientError } from '../../runtime/errors.ts';
import { loopbackAgent } from '../../runtime/loopback.ts';
import { type CallFailure, explainFailure, notAQueueService } from './failure.ts';
import type { QueueTarget } from './target.ts';

export interface Peek {
  /** How many messages were seen, at most as many as asked for. */
  readonly seen: number;
  /** Age of the oldest one seen, ms, by the service's own clock; absent when none was seen. */
  readonly oldestAgeMs?: number;
}

/** Both calls throw TransientError with a sentence for people, and `signal.reason` when aborted. */
export interface QueueReader {
  /** All messages, invisible ones included; never lower than the truth. */
  count(signal: AbortSignal): Promise<number>;
  /** Looks at visible messages without taking them, 32 at most. */
  peek(messages: number, signal: AbortSignal): Promise<Peek>;
  close(): void;
}

/** Beyond the SDK's declared options, which it hands to its HTTP pipeline as they are; a test holds that. */
interface PipelineOptions extends StoragePipelineOptions {
  readonly redirectOptions: { readonly maxRetries: number };
  readonly agent?: Agent;
}

/** The SDK is loaded at the first use: it takes about 0.2 s, which commands that read no queue should not pay. */
export async function openQueue(target: QueueTarget): Promise<QueueReader> {
  const sdk = await import('@azure/storage-queue');
  const agent = loopbackAgent(target.endpoint);
  const options: PipelineOptions = {
    retryOptions: { maxTries: 1 },
    redirectOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: 'microscaling' },
    ...(agent && { agent }),
  };
  const { credential } = target;
  const url = `${target.endpoint}/${target.queueName}`;
  const client =
    credential.kind === 'sas'
      ? new sdk.QueueClient(`${url}?${credential.token}`, new sdk.AnonymousCredential(), options)
      : new sdk.QueueClient(
          url,
          new sdk.StorageSharedKeyCredential(credential.accountName, credential.accountKey),
          options,
        );
  return readerOver(client, target, () => agent?.destroy());
}

function readerOver(client: QueueClient, target: QueueTarget, close: () => void): QueueReader {
  const call = async <T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    try {
      return await run();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof TransientError) throw error;
      // No `cause`: the SDK's errors carry the request, and with it the SAS.
      throw new TransientError(explainFailure(failureOf(error), target));
    }
  };
  return {
    count: (signal) =>
      call(signal, async () => {
        const { approximateMessagesCount: count } = await client.getProperties({ abortSignal: signal });
        if (count === undefined || !Number.isSafeInteger(count) || count < 0)
          throw new TransientError(`${place(target)}: ${notAQueueService()}`);
        return count;
      }),
    peek: (messages, signal) =>
      call(signal, async () => {
        const answer = await client.peekMessages({ numberOfMessages: messages, abortSignal: signal });
        const inserted = answer.peekedMessageItems.map((m) => m.insertedOn.getTime());
        if (inserted.length === 0) return { seen: 0 };
        const nowMs = answer.date?.getTime() ?? Number.NaN;
        const oldestAgeMs = nowMs - Math.min(...inserted);
        return {
          seen: inserted.length,
          ...(Number.isFinite(oldestAgeMs) && { oldestAgeMs: Math.max(0, oldestAgeMs) }),
        };
      }),
    close,
  };
}

function place(target: QueueTarget): string {
  return `reading queue ${target.queueName} at ${target.host}`;
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
