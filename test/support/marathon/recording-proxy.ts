// test support: stands before a server for one client, and writes down what that client changes there, with when.

import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedWrite {
  readonly writer: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** Monotonic: when the server was asked, and when it had answered. */
  readonly beganAtMs: number;
  readonly endedAtMs: number;
}

export interface RecordingProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** @param writes in the order in which they ended */
export async function recordingProxy(
  target: string,
  writer: string,
  writes: RecordedWrite[],
): Promise<RecordingProxy> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = '', url: path = '', headers } = incoming;
    const beganAtMs = performance.now();
    const { host: _, ...passed } = headers;
    const onward = request(new URL(path, target), { method, headers: passed, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
      answer.once('end', () => {
        if (method !== 'GET')
          writes.push({
            writer,
            method,
            path,
            body: body.toString(),
            beganAtMs,
            endedAtMs: performance.now(),
          });
      });
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
