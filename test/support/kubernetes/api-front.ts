// test support: stands before a real API server and passes everything on, but for what a test has it do to the next request.

import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** What is done to a request in the place of passing it on, or after. */
export type Fault =
  | { readonly answer: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** Passed on, and the connection is cut before the answer. */
  | 'lose answer'
  /** Never answered. */
  | 'hang';

export interface Passed {
  readonly method: string;
  readonly url: string;
}

interface Planned {
  readonly when: (passed: Passed) => boolean;
  readonly fault: Fault;
  used: number;
  readonly times: number;
}

export class ApiFront {
  readonly passed: Passed[] = [];
  readonly #upstream: URL;
  #planned: Planned[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #isCut = false;

  private constructor(upstream: string) {
    this.#upstream = new URL(upstream);
    this.#server.on('connection', (socket) => {
      if (this.#isCut) socket.destroy();
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async open(upstream: string): Promise<ApiFront> {
    const front = new ApiFront(upstream);
    await new Promise<void>((done) => front.#server.listen(0, '127.0.0.1', done));
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /**
   * The next `times` requests that it is about get the fault.
   *
   * @returns how many got it up to now
   */
  plan(fault: Fault, when: (passed: Passed) => boolean, times = 1): () => number {
    const planned: Planned = { when, fault, used: 0, times };
    this.#planned.push(planned);
    return () => planned.used;
  }

  /** Every connection ends, and none is taken until `mend`. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  /** Nothing is done to any request any more. */
  forgive(): void {
    this.mend();
    this.#planned = [];
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((done) => this.#server.close(done));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const passed = { method: request.method ?? '', url: request.url ?? '' };
    this.passed.push(passed);
    const planned = this.#planned.find(({ when, used, times }) => used < times && when(passed));
    if (planned !== undefined) planned.used += 1;
    const fault = planned?.fault;
    if (fault === 'hang') return;
    if (fault !== undefined && fault !== 'lose answer') {
      const body = fault.body ?? { kind: 'Status', code: fault.answer, message: 'a fault of the test' };
      response.writeHead(fault.answer, { 'content-type': 'application/json', ...fault.headers });
      // An event of a watch is a line.
      response.end(`${JSON.stringify(body)}\n`);
      return;
    }
    this.#pass(request, response, fault === 'lose answer');
  }

  #pass(request: IncomingMessage, response: ServerResponse, losesAnswer: boolean): void {
    const send = this.#upstream.protocol === 'https:' ? httpsRequest : httpRequest;
    const { hostname, port } = this.#upstream;
    const options = { hostname, port, method: request.method, path: request.url, headers: request.headers };
    const upstream = send({ ...options, rejectUnauthorized: false }, (answer) => {
      if (losesAnswer) {
        answer.resume().once('end', () => request.socket.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      // A watch has begun when its headers are there, whenever its first event comes.
      response.flushHeaders();
      answer.pipe(response);
    });
    upstream.on('error', () => request.socket.destroy());
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  }
}
