// bench: consumers of a real run tell whoever asks whether they are busy, each at the port that Marathon gave it.

import { createServer, type Server } from 'node:http';

export class BusySigns {
  readonly #servers = new Map<string, Server>();

  /** From now on `GET /busy` there is answered `idle` or `busy`; a port that cannot be had is not answered at all. */
  open(task: string, at: { readonly host: string; readonly port: number }, isIdle: () => boolean): void {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain', Connection: 'close' });
      response.end(isIdle() ? 'idle' : 'busy');
    });
    server.on('error', () => undefined);
    server.listen({ host: at.host, port: at.port });
    this.#servers.set(task, server);
  }

  close(task: string): void {
    this.#servers.get(task)?.close();
    this.#servers.delete(task);
  }

  closeAll(): void {
    for (const task of [...this.#servers.keys()]) this.close(task);
  }
}
