import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TerminalError, TransientError } from '../../../src/runtime/errors.ts';
import { engineAddress } from '../../../src/schedulers/docker-engine/address.ts';
import { connectionFailure, EngineRefusal } from '../../../src/schedulers/docker-engine/failure.ts';
import { clientOf, engineOnPort, engineThat, failureOf, never } from './setup.ts';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'socket-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

describe('an engine that cannot be reached', () => {
  it('says that there is no socket, and what to do', async () => {
    const socket = join(folder(), 'docker.sock');
    const said = await failureOf(clientOf(`unix://${socket}`).info(never));
    expect(said).toContain(`there is no socket ${socket}; start the engine`);
  });

  it('says that nobody listens at a socket that was left behind', async () => {
    const socket = join(folder(), 'docker.sock');
    writeFileSync(socket, '');
    const said = await failureOf(clientOf(`unix://${socket}`).info(never));
    expect(said).toContain(`nobody listens at ${socket}; start the engine`);
  });

  it.each(['EACCES', 'EPERM'])('says that it may not open the socket: %s', (code) => {
    const address = engineAddress('unix:///var/run/docker.sock');
    const error = Object.assign(new Error('connect'), { code });
    const failure = connectionFailure(new Error('request', { cause: error }), 'listing containers', {
      block: 'docker',
      address,
    });
    expect(failure).toBeInstanceOf(TransientError);
    expect(failure?.message).toContain(
      "listing containers at unix:///var/run/docker.sock: this process may not open /var/run/docker.sock; run it as a member of the socket's group",
    );
  });

  it('is not blamed for an error of our own', () => {
    const address = engineAddress('unix:///var/run/docker.sock');
    expect(
      connectionFailure(new TypeError('x is not a function'), 'listing', { block: 'docker', address }),
    ).toBeUndefined();
  });

  it('is asked again for its version when it is back: it may be another one', async () => {
    const paths: string[] = [];
    const versions = ['1.41', '1.45'];
    const host = await engineOnPort((request, response) => {
      paths.push(request.url ?? '');
      if (request.url === '/version') response.end(JSON.stringify({ ApiVersion: versions.shift() }));
      else if (paths.length === 2) request.socket.destroy();
      else response.end('{}');
    });
    const client = clientOf(host);
    await expect(client.info(never)).rejects.toThrow(TransientError);
    await client.info(never);
    expect(paths).toEqual(['/version', '/v1.41/info', '/version', '/v1.45/info']);
  });

  it('is told apart from one that hangs', async () => {
    const host = await engineThat(() => undefined);
    const said = failureOf(clientOf(host, { deadlineMs: 50 }).info(never));
    expect(await said).toContain('no answer within 0.05 s; the engine hangs or is overloaded');
  });

  it('stops with the reason of whoever aborts', async () => {
    const host = await engineThat(() => undefined);
    const stop = new AbortController();
    const asking = failureOf(clientOf(host).info(stop.signal));
    stop.abort(new Error('enough'));
    expect(await asking).toBe('enough');
  });
});

describe('an engine that answers otherwise', () => {
  it('hands on its own words for what it refuses', async () => {
    const host = await engineThat((_, response) => {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"message":"No such image:\\n nope:1"}');
    });
    const refusal = await clientOf(host)
      .create('a', {}, never)
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(EngineRefusal);
    expect(refusal).toMatchObject({ status: 404, words: 'No such image: nope:1' });
  });

  it('cuts words that never end', async () => {
    const host = await engineThat((_, response) => response.writeHead(500).end('x'.repeat(100_000)));
    expect((await failureOf(clientOf(host).info(never))).length).toBeLessThan(700);
  });

  it('does not read an answer without end', async () => {
    const host = await engineThat((_, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(1024 * 1024)));
        response.once('drain', more);
      };
      more();
    });
    expect(await failureOf(clientOf(host).info(never))).toContain('is larger than');
  });

  it.each([
    ['is no JSON', 'hello'],
    ['is cut short', '{"ID":'],
  ])('says so when the answer %s', async (_, body) => {
    const host = await engineThat((_request, response) => response.end(body));
    expect(await failureOf(clientOf(host).info(never))).toContain('is not JSON');
  });

  it('is refused when it is too old', async () => {
    const host = await engineOnPort((_, response) => response.end('{"ApiVersion":"1.30"}'));
    await expect(clientOf(host).info(never)).rejects.toThrow(TerminalError);
  });

  it('is not taken for an engine when it speaks no HTTP', async () => {
    const host = await engineOnPort((request) => request.socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await failureOf(clientOf(host).info(never))).toContain('is not HTTP');
  });

  it.each([
    ['start', 304],
    ['stop', 304],
    ['stop', 404],
    ['remove', 404],
    ['remove', 409],
  ] as const)('takes %s answered %s for done', async (call, status) => {
    const host = await engineThat((_, response) => response.writeHead(status).end('{"message":"already"}'));
    const client = clientOf(host);
    const done = {
      start: () => client.start('a', never),
      stop: () => client.stop('a', { graceSeconds: 1 }, never),
      remove: () => client.remove('a', never),
    }[call]();
    await expect(done).resolves.toBeUndefined();
  });
});
