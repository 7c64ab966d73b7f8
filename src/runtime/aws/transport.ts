// runtime: what AWS' clients send and are answered, over the connections that everybody else uses: shared, bounded, by the proxy
// of the environment. The clients sign; they neither open connections nor try again.

import { type HttpExchange, NoAnswer } from '../network/exchange/http-exchange.ts';

/** What a client hands over to be sent. */
export interface AwsRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface AwsResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A client's `requestHandler`. */
export type AwsTransport = {
  readonly handle: (
    request: AwsRequest,
    options: { readonly abortSignal: AbortSignal },
  ) => Promise<{ readonly response: AwsResponse }>;
  readonly destroy: () => void;
};

/**
 * Every call has to name an `abortSignal`.
 *
 * @param maxBytes an answer that is larger counts as none
 */
export function awsTransport(exchange: HttpExchange, maxBytes: number): AwsTransport {
  return {
    handle: async ({ path, headers, body }, { abortSignal }) => {
      const call = { method: 'POST', path, headers, maxBytes } as const;
      const reply = await exchange.ask(body === undefined ? call : { ...call, body }, abortSignal);
      if (reply.text === undefined)
        throw new NoAnswer(`the answer is larger than ${maxBytes} bytes; name something smaller`);
      const single = Object.entries(reply.headers).map(([name, value]) => [name, String(value)] as const);
      return {
        response: {
          statusCode: reply.status,
          headers: Object.fromEntries(single),
          body: new TextEncoder().encode(reply.text),
        },
      };
    },
    destroy: () => undefined,
  };
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where a client's calls go, and as whom; without credentials it looks where AWS' command line does. */
export interface AwsTarget {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials?: AwsCredentials;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string;
}

/** What every client of AWS is made with. */
export function awsClientConfig({ endpoint, region, credentials }: AwsTarget, transport: AwsTransport) {
  return {
    endpoint,
    region,
    // Whoever asks decides when to ask again.
    maxAttempts: 1,
    requestHandler: transport,
    ...(credentials !== undefined && { credentials }),
  };
}
