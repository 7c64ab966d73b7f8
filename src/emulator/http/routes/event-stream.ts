// emulator: /v2/events. Frames as Jetty writes them: CRLF, no ids, not chunked, a blank line as heartbeat.

import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { MarathonEvent } from '../../marathon/event-bus.ts';
import type { Marathon } from '../../marathon/marathon.ts';
import { type Call, clientIp, htmlError } from '../protocol/call.ts';
import { type Route, route } from '../protocol/router.ts';

const HEARTBEAT_MS = 10_000;
/** As `--event_stream_max_outstanding_messages`. */
const MAX_OUTSTANDING = 1024;

export function eventRoutes(streams: EventStreams, headers: () => Readonly<Record<string, string>>): Route[] {
  return [route('GET', '/v2/events', (call) => stream(streams, call, headers()), { anyType: true })];
}

function stream(streams: EventStreams, call: Call, headers: Readonly<Record<string, string>>): Response {
  const { bindings } = call;
  if (call.request.headers.get('accept') !== 'text/event-stream' || bindings === undefined)
    return htmlError(405, 'HTTP method GET is not supported by this URL');
  const wanted = new Set(call.query.getAll('event_type'));
  const subscriber = new Subscriber(bindings.outgoing, wanted);
  subscriber.open(headers);
  streams.attach(subscriber, clientIp(call));
  return RESPONSE_ALREADY_SENT;
}

export interface EventStreamOptions {
  /** What is sent of an event; all of it by default. */
  readonly view?: (event: MarathonEvent) => unknown;
}

/** Everybody who listens at one server. */
export class EventStreams {
  /** The connections stay and nothing is sent on them: what a firewall does to a stream. */
  silent = false;
  readonly #marathon: Marathon;
  readonly #view: (event: MarathonEvent) => unknown;
  readonly #open = new Set<Subscriber>();

  constructor(marathon: Marathon, options: EventStreamOptions = {}) {
    this.#marathon = marathon;
    this.#view = options.view ?? ((event) => event);
  }

  get count(): number {
    return this.#open.size;
  }

  /** Ends every stream, as when leadership is lost. */
  drop(): void {
    for (const subscriber of [...this.#open]) subscriber.drop();
  }

  attach(subscriber: Subscriber, remoteAddress: string): void {
    const { events } = this.#marathon;
    const unsubscribe = events.subscribe((event) => {
      if (!this.silent) subscriber.send(event.eventType, this.#view(event));
    });
    const gone = new AbortController();
    this.#open.add(subscriber);
    events.publish('event_stream_attached', { remoteAddress });
    subscriber.onClose(() => {
      this.#open.delete(subscriber);
      unsubscribe();
      gone.abort();
      events.publish('event_stream_detached', { remoteAddress });
    });
    this.#beat(subscriber, gone.signal);
  }

  #beat(subscriber: Subscriber, gone: AbortSignal): void {
    this.#marathon.clock.sleep(HEARTBEAT_MS, gone).then(
      () => {
        if (!this.silent) subscriber.heartbeat();
        this.#beat(subscriber, gone);
      },
      () => undefined,
    );
  }
}

class Subscriber {
  readonly #response: ServerResponse;
  readonly #wanted: ReadonlySet<string>;
  #outstanding = 0;

  /** @param wanted names of events; none means all */
  constructor(response: ServerResponse, wanted: ReadonlySet<string>) {
    this.#response = response;
    this.#wanted = wanted;
  }

  open(headers: Readonly<Record<string, string>>): void {
    const response = this.#response;
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
    response.writeHead(200, {
      ...headers,
      'Content-Type': 'text/event-stream;charset=utf-8',
      Connection: 'close',
    });
    response.flushHeaders();
    response.on('error', () => undefined);
  }

  onClose(listener: () => void): void {
    this.#response.once('close', listener);
  }

  send(eventType: string, event: unknown): void {
    if (this.#wanted.size > 0 && !this.#wanted.has(eventType)) return;
    this.#write(`event: ${eventType}\r\ndata: ${JSON.stringify(event)}\r\n\r\n`);
  }

  drop(): void {
    this.#response.destroy();
  }

  heartbeat(): void {
    this.#write('\r\n');
  }

  /** Who does not keep up is cut off, as since 1.8. */
  #write(text: string): void {
    if (this.#response.destroyed) return;
    this.#outstanding++;
    this.#response.write(text, () => this.#outstanding--);
    if (this.#outstanding > MAX_OUTSTANDING) this.#response.destroy();
  }
}
