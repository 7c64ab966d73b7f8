// bench: consumers of a real run tell whoever asks whether they are busy, each at the port that Marathon gave it.

import { createServer, type Server } from 'node:http';

export class BusySigns {
  /** Of this run alone: another one on the same machine may have a port that this one's Marathon gives to its tasks. */
  readonly path = `/busy/${crypto.randomUUID()}`;
  readonly #servers = new Map<string, Server>();

  /** From now on GET of the path there is answered `idle` or `busy`; a port that cannot be had is not answered at all. */
  open(task: string, at: { readonly host: string; readonly port: number }, isIdle: () => boolean): void {
    const server = createServer((request, response) => {
      const isOurs = request.url === this.path;
      response.writeHead(isOurs ? 200 : 404, { 'Content-Type': 'text/plain', Connection: 'close' });
      response.end(!isOurs ? '' : isIdle() ? 'idle' : 'busy');
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
