// metric-sources: one way to an external scaler: bounded, to this address alone, gone when it is closed.

import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type { ChannelCredentials, Client, ClientOptions, requestCallback } from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import { TransientError } from '../../../runtime/errors.ts';
import { isLoopback } from '../../../runtime/network/loopback.ts';
import { loadMethods, type Methods } from './protocol.ts';

export interface ScalerTarget {
  /** With brackets where it is an address of IPv6. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string;
  /** Both PEM. */
  readonly identity?: { readonly certificate: string; readonly key: string };
}

type Grpc = typeof import('@grpc/grpc-js');

/** A scaler tells some numbers. */
export const MOST_BYTES = 64 * 1024;

/** No call waits for a scaler that is not there; after these it is tried anew. */
const BACKOFF_MS = { first: 200, longest: 2000 };

export interface Library {
  readonly grpc: Grpc;
  readonly methods: Methods;
}

interface Opened {
  readonly client: Client;
  readonly methods: Methods;
}

export class ScalerConnection {
  readonly #target: ScalerTarget;
  readonly #onCall: () => void;
  readonly #load: () => Promise<Library>;
  #opened: Promise<Opened> | undefined;
  #isClosed = false;

  /** @param load the client library, by the first call, and again after it failed */
  constructor(target: ScalerTarget, onCall: () => void, load = loadLibrary) {
    this.#target = target;
    this.#onCall = onCall;
    this.#load = load;
  }

  /** @throws ServiceError of the client; TransientError when closed; `signal.reason` when aborted */
  async call<Request, Answer>(
    method: (methods: Methods) => MethodDefinition<Request, Answer>,
    request: Request,
    signal: AbortSignal,
  ): Promise<Answer> {
    this.#opened ??= this.#open();
    const { client, methods } = await this.#opened;
    signal.throwIfAborted();
    if (this.#isClosed) throw new TransientError('the source was closed before the answer was complete');
    this.#onCall();
    const { path, requestSerialize, responseDeserialize } = method(methods);
    return await new Promise((resolve, reject) => {
      const settle: requestCallback<Answer> = (error, answer) => {
        signal.removeEventListener('abort', abort);
        if (signal.aborted) reject(signal.reason);
        else if (error !== null || answer === undefined) reject(error ?? new Error('there is no answer'));
        else resolve(answer);
      };
      const call = client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, settle);
      const abort = (): void => call.cancel();
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const opened = await this.#opened?.catch(() => undefined);
    opened?.client.close();
  }

  async #open(): Promise<Opened> {
    try {
      const { grpc, methods } = await this.#load();
      const { host, port } = this.#target;
      const options = optionsFor(this.#target);
      const client = new grpc.Client(`dns:${host}:${port}`, credentialsFor(grpc, this.#target), options);
      return { client, methods };
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }
}

async function loadLibrary(): Promise<Library> {
  const [grpc, methods] = await Promise.all([import('@grpc/grpc-js'), loadMethods()]);
  return { grpc, methods };
}

function optionsFor({ host, tls }: ScalerTarget): ClientOptions {
  return {
    'grpc.max_receive_message_length': MOST_BYTES,
    'grpc.initial_reconnect_backoff_ms': BACKOFF_MS.first,
    'grpc.max_reconnect_backoff_ms': BACKOFF_MS.longest,
    // Without these a name service could send the calls elsewhere, calls would be repeated, and a connection outlive its source.
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.primary_user_agent': 'microscaling',
    ...(isLoopback(host) && { 'grpc.enable_http_proxy': 0 }),
    // An address is no name to ask for; it is checked against the certificate all the same.
    ...(tls && isIP(bare(host)) !== 0 && { 'grpc.ssl_target_name_override': 'scaler' }),
  };
}

function credentialsFor(grpc: Grpc, { host, tls, ca, identity }: ScalerTarget): ChannelCredentials {
  if (!tls) return grpc.credentials.createInsecure();
  const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  const verify = {
    checkServerIdentity: (_: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(bare(host), certificate),
  };
  return grpc.credentials.createSsl(pem(ca), pem(identity?.key), pem(identity?.certificate), verify);
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
