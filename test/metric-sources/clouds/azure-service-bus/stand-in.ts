// test support: a namespace of Service Bus as its management API shows it: it counts, checks who asks, and refuses in the
// service's own words, as its documentation and reports of its users have them.

import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Certificate } from '../../../support/programs/tls/certificate.ts';

export type Right = 'Listen' | 'Send' | 'Manage';

interface Entity {
  ready: number;
  /** Given to a consumer and not settled yet. */
  locked: number;
  deferred: number;
  scheduled: number;
  deadLettered: number;
  status: string;
}

export class ServiceBusStandIn {
  /** Shared access policies. */
  readonly policies = new Map<string, { key: string; rights: readonly Right[] }>();
  /** Bearer tokens of identities with the role of an owner. */
  readonly tokens = new Set<string>();
  readonly asked: string[] = [];
  readonly #entities = new Map<string, Entity>();
  readonly #nowS: number;
  #server: Server | undefined;
  #port = 0;

  /** @param nowMs the service's clock */
  constructor(nowMs: number) {
    this.#nowS = nowMs / 1000;
    onTestFinished(() => this.stop());
  }

  async start(certificate?: Certificate): Promise<string> {
    const serve: RequestListener = (request, response) => {
      const { status, body } = this.#answer(request);
      response.writeHead(status, { 'content-type': 'application/atom+xml' }).end(body);
    };
    this.#server =
      certificate === undefined
        ? createServer(serve)
        : createTlsServer(
            { cert: readFileSync(certificate.certFile), key: readFileSync(certificate.keyFile) },
            serve,
          );
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    // The same one after a restart.
    this.#port = (this.#server.address() as AddressInfo).port;
    return `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}`;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.closeAllConnections();
    server.close();
    await closed;
  }

  /** @param path `orders`, or `TOPIC/subscriptions/NAME` */
  create(path: string): void {
    const counts = { ready: 0, locked: 0, deferred: 0, scheduled: 0, deadLettered: 0 };
    this.#entities.set(path, { ...counts, status: 'Active' });
  }

  delete(path: string): void {
    this.#entities.delete(path);
  }

  set(path: string, status: string): void {
    this.#of(path).status = status;
  }

  send(path: string, count: number): void {
    this.#of(path).ready += count;
  }

  schedule(path: string, count: number): void {
    this.#of(path).scheduled += count;
  }

  /** A consumer takes them, and keeps them locked. */
  receive(path: string, count: number): void {
    const entity = this.#of(path);
    if (entity.ready < count) throw new Error(`there are only ${entity.ready} to receive`);
    entity.ready -= count;
    entity.locked += count;
  }

  settle(path: string, how: 'complete' | 'abandon' | 'defer' | 'deadLetter', count: number): void {
    const entity = this.#of(path);
    entity.locked -= count;
    if (how === 'abandon') entity.ready += count;
    if (how === 'defer') entity.deferred += count;
    if (how === 'deadLetter') entity.deadLettered += count;
  }

  #of(path: string): Entity {
    const entity = this.#entities.get(path);
    if (entity === undefined) throw new Error(`there is no ${path}`);
    return entity;
  }

  #answer(request: IncomingMessage): { readonly status: number; readonly body: string } {
    const { pathname, searchParams, origin } = new URL(request.url ?? '/', `http://${request.headers.host}`);
    this.asked.push(request.url ?? '');
    const refusal = this.#refusal(String(request.headers.authorization ?? ''), `${origin}${pathname}`);
    if (refusal !== undefined)
      return {
        status: 401,
        body: refusal && `<Error><Code>401</Code><Detail>${refusal}. TrackingId:1_G1</Detail></Error>`,
      };
    if (searchParams.get('api-version') !== '2021-05') return { status: 400, body: '' };
    const path = decodeURIComponent(pathname.slice(1));
    const entity = this.#entities.get(path);
    return { status: 200, body: entity === undefined ? this.#listBelow(path) : entryOf(path, entity) };
  }

  /** Undefined: welcome. */
  #refusal(authorization: string, url: string): string | undefined {
    const [scheme, rest = ''] = authorization.split(/ (.*)/s);
    if (scheme === 'Bearer') return this.tokens.has(rest) ? undefined : '';
    if (scheme !== 'SharedAccessSignature') return 'MissingToken: The authorization header was not found';
    const given = new Map(
      rest.split('&').map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
    );
    const [sr = '', se = ''] = [given.get('sr'), given.get('se')];
    const policy = this.policies.get(decodeURIComponent(given.get('skn') ?? ''));
    const expected = createHmac('sha256', policy?.key ?? '')
      .update(`${sr}\n${se}`)
      .digest('base64');
    if (policy === undefined || decodeURIComponent(given.get('sig') ?? '') !== expected)
      return 'InvalidSignature: The token has an invalid signature';
    if (Number(se) <= this.#nowS) return 'ExpiredToken: The token is expired';
    const resource = decodeURIComponent(sr).replace(/^\w+:/, '');
    if (!url.replace(/^\w+:/, '').toLowerCase().startsWith(resource.toLowerCase()))
      return 'InvalidAudience: The audience is not the resource';
    return policy.rights.includes('Manage')
      ? undefined
      : 'Manage,EntityRead claims required for this operation';
  }

  #listBelow(path: string): string {
    const below = [...this.#entities.keys()].filter((each) => each.startsWith(`${path}/`));
    const entries = below.map((each) => `<entry><title type="text">${each}</title></entry>`);
    return `<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Publicly Listed Services</title>${entries.join('')}</feed>`;
  }
}

function entryOf(path: string, entity: Entity): string {
  const { ready, locked, deferred, scheduled, deadLettered, status } = entity;
  const kind = path.includes('/subscriptions/') ? 'Subscription' : 'Queue';
  const active = ready + locked + deferred;
  const count = (name: string, value: number): string => `<d2p1:${name}>${value}</d2p1:${name}>`;
  const details = [
    count('ActiveMessageCount', active),
    count('DeadLetterMessageCount', deadLettered),
    count('ScheduledMessageCount', scheduled),
    count('TransferMessageCount', 0),
    count('TransferDeadLetterMessageCount', 0),
  ];
  return `<?xml version="1.0" encoding="utf-8"?><entry xmlns="http://www.w3.org/2005/Atom"><id>sb://ns/${path}</id><title type="text">${path}</title><content type="application/xml"><${kind}Description xmlns="http://schemas.microsoft.com/netservices/2010/10/servicebus/connect" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><LockDuration>PT1M</LockDuration><MessageCount>${active + scheduled + deadLettered}</MessageCount><Status>${status}</Status><CountDetails xmlns:d2p1="http://schemas.microsoft.com/netservices/2011/06/servicebus">${details.join('')}</CountDetails><EntityAvailabilityStatus>Available</EntityAvailabilityStatus></${kind}Description></content></entry>`;
}
