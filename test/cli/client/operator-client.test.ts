import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { apiTokenOf } from '../../../src/cli/client/api-token.ts';
import { baseUrl, OperatorClient, OperatorRefusal } from '../../../src/cli/client/operator-client.ts';
import { TransientError } from '../../../src/runtime/errors.ts';

const never = new AbortController().signal;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serving(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const status = (code: number, message: string, more = {}) => ({
  code,
  body: JSON.stringify({ kind: 'Status', message, ...more }),
});

describe('an answer that cannot be read', () => {
  const rows: readonly {
    readonly name: string;
    readonly code: number;
    readonly body: string;
    readonly token?: string;
    readonly says: RegExp;
  }[] = [
    {
      name: 'a page',
      code: 200,
      body: '<html>',
      says: /not a microscaling operator \(its answer is not JSON\)/,
    },
    {
      name: 'another program',
      code: 404,
      body: '{"message":"URI not found"}',
      says: /not a microscaling operator \(it answered 404\)/,
    },
    {
      name: 'an operator that knows better',
      ...status(422, 'spec.apps is missing'),
      says: /: spec\.apps is missing$/,
    },
    {
      name: 'kube-apiserver, unknown path',
      ...status(404, 'the server could not find the requested resource'),
      says: /Kubernetes API server.*use kubectl there/,
    },
    {
      name: 'kube-apiserver, nobody',
      ...status(403, 'pods is forbidden: User "system:anonymous" cannot list'),
      says: /Kubernetes API server/,
    },
    {
      name: 'no token',
      ...status(401, 'a token is needed'),
      says: /this operator wants a token: give it with --api-token-file/,
    },
    {
      name: 'the wrong token',
      ...status(401, 'the token is not known here'),
      token: 'x'.repeat(20),
      says: /the token is not known here/,
    },
    {
      name: 'a reader that writes',
      ...status(403, 'this token may only read'),
      says: /this token may only read/,
    },
  ];
  it.each(rows)('from $name', async ({ code, body, token, says }) => {
    const base = await serving((_, answer) => answer.writeHead(code).end(body));
    const asked = new OperatorClient(base, token).get('/apis', never);
    await expect(asked).rejects.toThrow(says);
    await expect(asked).rejects.toThrow(base);
  });

  it('carries the token nowhere else', async () => {
    const seen: (string | undefined)[] = [];
    const thief = await serving((request, answer) => {
      seen.push(request.headers.authorization);
      answer.end('{}');
    });
    const base = await serving((_, answer) => answer.writeHead(307, { location: `${thief}/apis` }).end());
    const asked = new OperatorClient(base, 'a-token-of-some-length').get('/apis', never);
    await expect(asked).rejects.toThrow(/it sends elsewhere/);
    expect(seen).toEqual([]);
  });

  it('of a server that does not listen says what to do, and may be tried again', async () => {
    const base = await serving(() => undefined);
    for (const server of servers.splice(0)) server.close();
    const asked = new OperatorClient(base).get('/apis', never);
    await expect(asked).rejects.toThrow(/no operator answers at .*ECONNREFUSED.*microscaling run.*--server/);
    await expect(asked).rejects.toBeInstanceOf(TransientError);
  });
});

it('an answer that breaks off may be asked for again', async () => {
  const base = await serving((_, answer) => {
    answer.writeHead(200, { 'content-length': 100 }).write('{"items":', () => answer.destroy());
  });
  const asked = new OperatorClient(base).get('/apis', never);
  await expect(asked).rejects.toThrow(/the connection was lost/);
  await expect(asked).rejects.toBeInstanceOf(TransientError);
});

it('says which fields are wrong', async () => {
  const causes = [{ field: 'spec.apps[0].id', message: 'is not yours' }];
  const { body } = status(422, 'two things', { details: { causes } });
  const base = await serving((_, answer) => answer.writeHead(422).end(body));
  const refusal = await new OperatorClient(base).get('/', never).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(OperatorRefusal);
  expect((refusal as OperatorRefusal).causes).toEqual(causes);
});

it('reads a watch line by line, however it is cut, and says when it broke', async () => {
  const lines = '{"type":"ADDED","object":{"n":"é"}}\n{"type":"DELETED","object":{"n":2}}\n';
  const bytes = Buffer.from(lines);
  const base = await serving((_, answer) => {
    answer.writeHead(200);
    for (let i = 0; i < bytes.length; i += 7) answer.write(bytes.subarray(i, i + 7));
    answer.write('', () => answer.destroy());
  });
  const seen: unknown[] = [];
  const watching = (async () => {
    for await (const event of new OperatorClient(base).watch('/w', never)) seen.push(event);
  })();
  await expect(watching).rejects.toBeInstanceOf(TransientError);
  expect(seen).toEqual([
    { type: 'ADDED', object: { n: 'é' } },
    { type: 'DELETED', object: { n: 2 } },
  ]);
});

it('takes no password in a URL, and does not repeat it', () => {
  expect(() => baseUrl('http://me:hunter2@operator:8090')).toThrow(
    /operator:8090 carries a user name or password/,
  );
  expect(() => baseUrl('http://me:hunter2@operator:8090')).not.toThrow(/hunter2/);
  expect(baseUrl('operator:8090/')).toBe('http://operator:8090');
  expect(baseUrl(':8090')).toBe('http://127.0.0.1:8090');
});

it.each([
  ['short', /at least 16/],
  ['a token with blanks in it', /one word/],
  ['a-token-with-a\nline-break: in it', /one word/],
])('takes no token that is none: %j', (token, says) => {
  expect(() => apiTokenOf({}, { env: { MICROSCALING_API_TOKEN: token } })).toThrow(says);
});

describe('warnings beside an answer', () => {
  it('are shown one by one, as they were before they were quoted', async () => {
    const url = await serving((_, response) => {
      response.setHeader('warning', ['299 - "a \\"b\\" c"', '299 - "git main/p.yaml:3: no"']);
      response.end('{}');
    });
    const told: string[] = [];
    await new OperatorClient(url, undefined, undefined, (text) => told.push(text)).get('/', never);
    expect(told).toEqual(['a "b" c', 'git main/p.yaml:3: no']);
  });
});
