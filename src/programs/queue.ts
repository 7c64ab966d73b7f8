// programs: the queue as producer and consumer use it, over the Azure SDK. Its errors end here.

import { messageOf, TerminalError, TransientError } from '../runtime/errors.ts';
import { loopbackAgent } from '../runtime/network/loopback.ts';
import { explainNetworkFailure } from '../runtime/network/network-failure.ts';
import type { QueueSettings } from './settings.ts';

/** The queue is not there (yet). */
export class QueueMissingError extends TransientError {}

/** A message taken, invisible to others until its time is over. */
export interface TakenMessage {
  readonly id: string;
  readonly receipt: string;
}

/** Every call throws TransientError with a sentence for people when the storage is not there or not well. */
export interface WorkQueue {
  readonly name: string;
  /** Makes sure that the queue is there. */
  create(signal: AbortSignal): Promise<void>;
  send(text: string, signal: AbortSignal): Promise<void>;
  /** Takes one message out of sight for a while; undefined when there is none. */
  take(visibilitySeconds: number, signal: AbortSignal): Promise<TakenMessage | undefined>;
  /** False when the message is not ours any more: its time was over and somebody else has it. */
  remove(message: TakenMessage, signal: AbortSignal): Promise<boolean>;
  /** Makes the message visible to others again, now. False when it is not ours any more. */
  handBack(message: TakenMessage, signal: AbortSignal): Promise<boolean>;
  close(): void;
}

/** Codes by which the service says that a message has gone: to somebody else, or with its queue. */
const NOT_OURS = ['MessageNotFound', 'PopReceiptMismatch', 'QueueNotFound'];

/** Loads the SDK (about 0.2 s). @throws TerminalError when the settings make no queue's address */
export async function openWorkQueue(settings: QueueSettings): Promise<WorkQueue> {
  const sdk = await import('@azure/storage-queue');
  const agent = loopbackAgent(settings.endpoint);
  const credential = new sdk.StorageSharedKeyCredential(settings.accountName, settings.accountKey);
  const options = { retryOptions: { maxTries: 1 }, ...(agent && { agent }) };
  const client = attempt(
    () => new sdk.QueueClient(`${settings.endpoint}/${settings.queueName}`, credential, options),
    settings,
  );
  const call = async <T>(doing: string, run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      throw translate(error, `${doing} queue ${settings.queueName} at ${new URL(settings.endpoint).host}`);
    }
  };
  const ours = async (run: () => Promise<unknown>): Promise<boolean> => {
    try {
      await run();
      return true;
    } catch (error) {
      if (NOT_OURS.includes(codeOf(error) ?? '')) return false;
      throw error;
    }
  };
  return {
    name: settings.queueName,
    create: (abortSignal) =>
      call('creating', async () => void (await client.createIfNotExists({ abortSignal }))),
    send: (text, abortSignal) =>
      call('sending to', async () => void (await client.sendMessage(text, { abortSignal }))),
    take: (visibilityTimeout, abortSignal) =>
      call('taking from', async () => {
        const answer = await client.receiveMessages({ numberOfMessages: 1, visibilityTimeout, abortSignal });
        const item = answer.receivedMessageItems[0];
        return item && { id: item.messageId, receipt: item.popReceipt };
      }),
    remove: ({ id, receipt }, abortSignal) =>
      call('deleting from', () => ours(() => client.deleteMessage(id, receipt, { abortSignal }))),
    handBack: ({ id, receipt }, abortSignal) =>
      call('handing back to', () =>
        ours(() => client.updateMessage(id, receipt, undefined, 0, { abortSignal })),
      ),
    close: () => agent?.destroy(),
  };
}

function attempt<T>(construct: () => T, settings: QueueSettings): T {
  try {
    return construct();
  } catch (error) {
    throw new TerminalError(
      `no queue can be at ${settings.endpoint}/${settings.queueName} (${messageOf(error)}); ` +
        'check AZURE_STORAGE_QUEUE_NAME, and AZURE_STORAGE_QUEUE_ENDPOINT, which includes the account ' +
        'where its host does not: http://127.0.0.1:10001/devstoreaccount1',
    );
  }
}

function translate(error: unknown, doing: string): Error {
  const code = codeOf(error);
  if (code === 'QueueNotFound') return new QueueMissingError(`${doing}: the queue does not exist`);
  const network = explainNetworkFailure(code);
  if (network !== undefined) return new TransientError(`${doing}: ${network}`);
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (status === 401 || status === 403) {
    const advice = "check AZURE_STORAGE_ACCOUNT_NAME and _KEY, and this machine's clock";
    return new TransientError(`${doing}: the account key was refused (${code ?? status}); ${advice}`);
  }
  if (error instanceof Error && error.name === 'AbortError')
    return new TransientError(`${doing}: no answer in time`);
  return new TransientError(`${doing}: failed (${code ?? status ?? 'unknown reason'})`);
}

/** The service's code or the system's; a single word, so that nothing else slips through. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, details } = error as Error & { code?: unknown; details?: { errorCode?: unknown } };
  const word = details?.errorCode ?? code;
  return typeof word === 'string' && /^\w{1,60}$/.test(word) ? word : undefined;
}
