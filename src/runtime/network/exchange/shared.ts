// runtime: connections to HTTP servers, shared by all that read the same one: thousands of queues have one server.

import type { Dispatcher } from 'undici';
import { isLoopback } from '../loopback.ts';
import { Slots } from './slots.ts';

type Undici = typeof import('undici');

export interface HttpServerIdentity {
  /** `https://host:port`. */
  readonly origin: string;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string | undefined;
}

/** What one of them holds until it closes. */
export interface SharedDispatcher {
  readonly dispatcher: Dispatcher;
  /** Of all who share it. */
  readonly slots: Slots;
  /** The last one closes the connections. Never throws. */
  release(): Promise<void>;
}

/** Servers and proxies commonly drop idle connections after a minute. */
const KEEP_ALIVE_MS = 30_000;
/** Questions at a time to one server: without a bound a server that is slow for a moment would get ever more of them. */
const MOST_QUESTIONS = 256;

interface Held {
  readonly dispatcher: Dispatcher;
  readonly slots: Slots;
  holders: number;
}

/** Credentials are part of a request, not of a connection. */
export class SharedConnections {
  readonly #held = new Map<string, Held>();

  hold(undici: Undici, server: HttpServerIdentity): SharedDispatcher {
    const key = JSON.stringify([server.origin, server.ca]);
    const held = this.#held.get(key) ?? {
      dispatcher: dispatcherFor(undici, server),
      slots: new Slots(MOST_QUESTIONS),
      holders: 0,
    };
    this.#held.set(key, held);
    held.holders += 1;
    let isReleased = false;
    return {
      dispatcher: held.dispatcher,
      slots: held.slots,
      release: async () => {
        if (isReleased) return;
        isReleased = true;
        held.holders -= 1;
        if (held.holders > 0) return;
        this.#held.delete(key);
        await held.dispatcher.destroy().catch(() => undefined);
      },
    };
  }
}

/** `HTTP_PROXY` and its like are honoured, except for this machine. */
function dispatcherFor(undici: Undici, { origin, ca }: HttpServerIdentity): Dispatcher {
  const options = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    ...(ca !== undefined && { connect: { ca } }),
  };
  if (isLoopback(new URL(origin).hostname)) return new undici.Agent(options);
  return new undici.EnvHttpProxyAgent({ ...options, ...(ca !== undefined && { requestTls: { ca } }) });
}
