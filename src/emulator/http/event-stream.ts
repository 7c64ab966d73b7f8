// emulator: /v2/events. Frames as Jetty writes them: CRLF, no ids, not chunked, a blank line as heartbeat.

import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { MarathonEvent } from '../marathon/event-bus.ts';
import type { Marathon } from '../marathon/marathon.ts';
import { type Call, clientIp } from './call.ts';
import { type Route, route } from './router.ts';

const HEARTBEAT_MS = 10_000;
/** As `--event_stream_max_outstanding_messages`. */
const MAX_OUTSTANDING = 1024;

export function eventRoutes(marathon: Marathon, headers: () => Readonly<Record<string, string>>): Route[] {
  return [route('GET', '/v2/events', (call) => stream(marathon, call, headers()))];
}

function stream(marathon: Marathon, call: Call, headers: Readonly<Record<string, string>>): Response {
  const { bindings } = call;
  if (call.request.headers.get('accept') !== 'text/event-stream' || bindings === undefined) {
    const page =
      '<html><body><h2>HTTP ERROR 405</h2><p>HTTP method GET is not supported by this URL</p></body></html>';
    return new Response(page, { status: 405, headers: { 'Content-Type': 'text/html;charset=iso-8859-1' } });
  }
  const wanted = new Set(call.query.getAll('event_type'));
  const subscriber = new Subscriber(bindings.outgoing, wanted);
  subscriber.open(headers);
  attach(marathon, subscriber, clientIp(call));
  return RESPONSE_ALREADY_SENT;
}

function attach({ events, clock }: Marathon, subscriber: Subscriber, remoteAddress: string): void {
  const unsubscribe = events.subscribe((event) => subscriber.send(event));
  const gone = new AbortController();
  events.publish('event_stream_attached', { remoteAddress });
  subscriber.onClose(() => {
    unsubscribe();
    gone.abort();
    events.publish('event_stream_detached', { remoteAddress });
  });
  const beat = (): void =>
    void clock.sleep(HEARTBEAT_MS, gone.signal).then(
      () => {
        subscriber.heartbeat();
        beat();
      },
      () => undefined,
    );
  beat();
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

  send(event: MarathonEvent): void {
    if (this.#wanted.size > 0 && !this.#wanted.has(event.eventType)) return;
    this.#write(`event: ${event.eventType}\r\ndata: ${JSON.stringify(event)}\r\n\r\n`);
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
