// programs: tells whoever asks whether the program is at work, so that an idle instance is stopped before a busy one.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { messageOf, TerminalError } from '../runtime/errors.ts';
import type { ProgramContext } from './program.ts';
import { numberSetting } from './settings.ts';

export interface BusySign {
  close(): void;
}

/**
 * With CONSUMER_TELLS_BUSY=true answers GET /busy with `idle` or `busy` at $HOST:$PORT0, as Marathon sets them. A port
 * that cannot be had is said, and the work goes on.
 *
 * @param promiseIdle whether the program is idle and will be for long enough to be stopped in the place of another
 */
export async function tellBusy(
  { env, print }: Pick<ProgramContext, 'env' | 'print'>,
  promiseIdle: () => boolean,
): Promise<BusySign> {
  if (env['CONSUMER_TELLS_BUSY'] !== 'true') return { close: () => undefined };
  const port = numberSetting(env, { name: 'PORT0', default: 0, min: 0, max: 65_535, integer: true });
  const server = createServer((request, response) => {
    const known = request.method === 'GET' && request.url === '/busy';
    response.writeHead(known ? 200 : 404, { 'Content-Type': 'text/plain', Connection: 'close' });
    response.end(known ? `${promiseIdle() ? 'idle' : 'busy'}\n` : '');
  });
  server.unref();
  try {
    if (port === 0) throw new TerminalError('PORT0 is not set');
    server.listen({ port, host: env['HOST'] || '127.0.0.1' });
    await once(server, 'listening');
  } catch (error) {
    print(`nobody is told whether this consumer is busy (${messageOf(error)})`);
  }
  return { close: () => void server.close() };
}
