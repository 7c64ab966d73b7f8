// test support: a way to a server that can be cut and mended, with the port that it had.

import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../suite/free-port.ts';

export class Tunnel {
  readonly port: number;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  private constructor(port: number, target: { readonly host: string; readonly port: number }) {
    this.port = port;
    this.#target = target;
  }

  static async to(host: string, port: number): Promise<Tunnel> {
    const tunnel = new Tunnel(await freePort(), { host, port });
    await tunnel.mend();
    return tunnel;
  }

  async mend(): Promise<void> {
    const server = createServer((socket) => this.#join(socket, connect(this.#target)));
    this.#server = server;
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(this.port, '127.0.0.1', () => done());
    });
  }

  /** Connections end, and new ones are refused. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== undefined) await new Promise((done) => server.close(done));
  }

  #join(near: Socket, far: Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.once('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
