// test support: TLS in front of a server that speaks without it, as a terminating proxy is.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificate } from './certificate.ts';

export interface TlsFront {
  readonly port: number;
  /** Bytes that clients have sent inside of TLS. */
  heard(): number;
  close(): void;
}

/** @param port of the server behind, on this machine */
export async function tlsFront(port: number, { certFile, keyFile }: Certificate): Promise<TlsFront> {
  const open = new Set<Socket>();
  let heard = 0;
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket));
  };
  const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (client) => {
    const behind = keep(connect(port, '127.0.0.1'));
    client.on('data', (piece: Buffer) => {
      heard += piece.length;
    });
    keep(client).pipe(behind).pipe(client);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    heard: () => heard,
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
