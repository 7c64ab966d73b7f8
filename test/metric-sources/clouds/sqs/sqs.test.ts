// Against a small server that speaks SQS' JSON protocol, also its errors. A whole service is asked in test/sources.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import type { MetricSpec } from '../../../../src/api/policy.ts';
import { createTrustCheck } from '../../../../src/api/trust/trust.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';
import { METRIC_SOURCES, metricSources } from '../../../../src/metric-sources/registry.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { metricSourceContract } from '../../../contract/metric-source.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { fakeValues, NOTHING_ALLOWED } from '../../../support/values.ts';
import { FEW_HANDLES, NOW_MS, never, ok, reasonOf, serverThat, serverWith, sourceOf } from '../../servers.ts';

const KEY = 's3cr3t-access-key';
const values = () => fakeValues({ KEY_ID: 'AKIDEXAMPLE', KEY, TOKEN: 't0ken' });
const auth = { accessKeyId: { fromEnv: 'KEY_ID' }, secretAccessKey: { fromEnv: 'KEY' } };

function metric(origin: string, over: object = {}): MetricSpec {
  return { sqs: { queueUrl: `${origin}/123456789012/orders`, region: 'eu-west-1', auth, ...over } };
}

function sourceAt(origin: string, over: object = {}, onCall?: () => void): ReturnType<typeof sourceOf> {
  return sourceOf(metric(origin, over), { values: values(), onCall });
}

const counts = (waiting: unknown, inFlight: unknown): string =>
  JSON.stringify({
    Attributes: {
      ApproximateNumberOfMessages: waiting,
      ApproximateNumberOfMessagesNotVisible: inFlight,
    },
  });

interface Asked {
  readonly target: unknown;
  readonly authorization: string;
  readonly token: unknown;
  readonly body: unknown;
}

async function asked(request: IncomingMessage): Promise<Asked> {
  let text = '';
  for await (const part of request) text += String(part);
  const { headers } = request;
  return {
    target: headers['x-amz-target'],
    authorization: String(headers.authorization),
    token: headers['x-amz-security-token'],
    body: JSON.parse(text),
  };
}

/** A server that answers by what is asked. */
function service(answer: (asked: Asked, response: ServerResponse) => void): Promise<string> {
  return serverThat((request, response) => {
    void asked(request).then((question) => answer(question, response));
  });
}

metricSourceContract('sqs', {
  answering: async (onCall) => sourceAt(await serverWith(200, counts('5', '2')), {}, onCall),
  failing: async () => sourceAt(`http://127.0.0.1:${await freePort()}`),
  hanging: async () => sourceAt(await serverThat(() => undefined)),
  cannot: {},
});

describe('an sqs reading', () => {
  it('tells what waits from what is in flight, by one signed call', async () => {
    const questions: Asked[] = [];
    const origin = await service((question, response) => {
      questions.push(question);
      response.end(counts('5', '2'));
    });
    const source = sourceAt(origin, {
      inFlightPerInstance: 10,
      auth: { ...auth, sessionToken: { fromEnv: 'TOKEN' } },
    });
    expect(ok(await source.read(never))).toEqual({
      state: 'ok',
      asOfMs: expect.any(Number),
      waiting: 5,
      inFlight: 2,
      heldPerInstance: 10,
    });
    expect(questions).toEqual([
      {
        target: 'AmazonSQS.GetQueueAttributes',
        authorization: expect.stringMatching(/Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/sqs\/aws4_request/),
        token: 't0ken',
        body: {
          QueueUrl: `${origin}/123456789012/orders`,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        },
      },
    ]);
    expect(JSON.stringify(questions)).not.toContain(KEY);
  });

  it('is as of when it was asked for, however long the answer takes: the counts are no newer', async () => {
    const clock = new VirtualClock(NOW_MS);
    const origin = await service(async (_, response) => {
      await clock.advance(700);
      response.end(counts('5', '2'));
    });
    const source = sourceOf(metric(origin), { values: values(), clock });
    expect(ok(await source.read(never)).asOfMs).toBe(NOW_MS);
    expect(ok(await source.read(never)).asOfMs).toBe(NOW_MS + 700);
  });

  it('asks for the URL of a queue by its name once, and goes nowhere else than its endpoint', async () => {
    let strangers = 0;
    const elsewhere = await service((_, response) => {
      strangers++;
      response.end(counts('1', '1'));
    });
    const targets: unknown[] = [];
    const origin = await service(({ target }, response) => {
      targets.push(target);
      const isUrl = target === 'AmazonSQS.GetQueueUrl';
      response.end(isUrl ? JSON.stringify({ QueueUrl: `${elsewhere}/1/orders` }) : counts('5', '2'));
    });
    const source = sourceOf(
      { sqs: { queueName: 'orders', region: 'eu-west-1', endpoint: origin, auth } },
      { values: values() },
    );
    ok(await source.read(never));
    expect(ok(await source.read(never)).waiting).toBe(5);
    expect(targets).toEqual([
      'AmazonSQS.GetQueueUrl',
      'AmazonSQS.GetQueueAttributes',
      'AmazonSQS.GetQueueAttributes',
    ]);
    expect(strangers).toBe(0);
  });

  it('is made with the credentials of the environment without any of its own', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDOFENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of-env');
    try {
      let authorization = '';
      const origin = await service((question, response) => {
        authorization = question.authorization;
        response.end(counts('0', '0'));
      });
      const source = sourceAt(origin, { auth: undefined });
      expect(ok(await source.read(never)).waiting).toBe(0);
      expect(authorization).toContain('Credential=AKIDOFENV/');
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it.each([
    [undefined, '2', 'ApproximateNumberOfMessages is not there'],
    ['-1', '2', 'ApproximateNumberOfMessages is negative (-1)'],
    ['NaN', '2', 'ApproximateNumberOfMessages is a text'],
    ['5', '1e300', 'ApproximateNumberOfMessagesNotVisible is too large'],
    ['5', 'two', 'ApproximateNumberOfMessagesNotVisible is a text'],
  ])('is none when the counts are %j and %j', async (waiting, inFlight, why) => {
    const reason = reasonOf(await sourceAt(await serverWith(200, counts(waiting, inFlight))).read(never));
    expect(reason).toMatch(/^reading queue orders at 127\.0\.0\.1:\d+: /);
    expect(reason).toContain(why);
  });

  it.each([
    ['com.amazonaws.sqs#QueueDoesNotExist', 400, 'there is no such queue'],
    ['AWS.SimpleQueueService.NonExistentQueue', 400, 'there is no such queue'],
    ['com.amazon.coral.service#AccessDeniedException', 403, 'no right to read it; allow sqs:GetQueueAttrib'],
    ['AccessDenied', 403, 'no right to read it'],
    ['com.amazon.coral.service#InvalidClientTokenId', 403, 'the access key is not known'],
    ['UnrecognizedClientException', 403, 'the access key is not known'],
    ['InvalidSignatureException', 403, 'the signature was refused'],
    ['SignatureDoesNotMatch', 403, 'the signature was refused'],
    ['ExpiredToken', 403, 'the credentials have expired'],
    ['com.amazonaws.sqs#RequestThrottled', 403, 'too many requests'],
    ['ThrottlingException', 400, 'too many requests'],
    ['Whatever', 400, 'answered 400 Whatever'],
    ['InternalFailure', 500, 'answered 500: the service is not well'],
  ])('is none after the error %s, asked once', async (code, status, why) => {
    let calls = 0;
    const body = JSON.stringify({ __type: code, message: `signed with ${KEY}` });
    const origin = await serverWith(status, body, { 'content-type': 'application/x-amz-json-1.0' });
    const reason = reasonOf(await sourceAt(origin, {}, () => calls++).read(never));
    expect(reason).toContain(why);
    expect(reason).not.toContain(KEY);
    expect(calls).toBe(1);
  });

  it.each([
    [200, '<html>login</html>', {}, 'the answer is not that of SQS'],
    [200, '', {}, 'ApproximateNumberOfMessages is not there'],
    [302, '', { location: 'http://127.0.0.1:1/' }, 'answered 302, a redirect, which is not followed'],
    [503, 'busy', {}, 'answered 503'],
    [200, ' '.repeat(70_000), {}, 'the answer is larger than 65536 bytes'],
  ])('is none after %d with %j', async (status, body, headers, why) => {
    expect(reasonOf(await sourceAt(await serverWith(status, body, headers)).read(never))).toContain(why);
  });

  it('comes back by itself when the queue does, and uses a key that was changed at once', async () => {
    let isThere = false;
    const seen: string[] = [];
    const origin = await service(({ authorization }, response) => {
      seen.push(authorization);
      const gone = JSON.stringify({ __type: 'com.amazonaws.sqs#QueueDoesNotExist' });
      response.writeHead(isThere ? 200 : 400).end(isThere ? counts('7', '0') : gone);
    });
    const variables: Record<string, string> = { KEY_ID: 'AKIDOLD', KEY };
    const source = sourceOf(metric(origin), {
      values: {
        ...values(),
        resolve: ({ fromEnv }) => variables[fromEnv ?? ''] ?? '',
      },
    });
    reasonOf(await source.read(never));
    isThere = true;
    variables['KEY_ID'] = 'AKIDNEW';
    expect(ok(await source.read(never)).waiting).toBe(7);
    expect(seen.map((each) => /Credential=(\w+)/.exec(each)?.[1])).toEqual(['AKIDOLD', 'AKIDNEW']);
  });

  it('fails a thousand times over a closed port without keeping a handle', async () => {
    const source = sourceAt(`http://127.0.0.1:${await freePort()}`);
    reasonOf(await source.read(never));
    const before = process.getActiveResourcesInfo().length;
    for (let i = 0; i < 1_000; i++) reasonOf(await source.read(never));
    expect(process.getActiveResourcesInfo().length).toBeLessThan(before + FEW_HANDLES);
  });

  it.each([
    [{ queueUrlFrom: { fromEnv: 'NOWHERE' }, region: 'r' }, 'sqs.queueUrlFrom'],
    [{ queueUrlFrom: { fromEnv: 'KEY' }, region: 'r' }, 'sqs.queueUrlFrom'],
    [{ queueUrlFrom: { fromEnv: 'URL' } }, 'sqs.region: is missing'],
    [{ queueUrlFrom: { fromEnv: 'BARE' }, region: 'r' }, 'sqs.queueUrlFrom: names no queue'],
  ])('cannot be had with %j', async (block, says) => {
    const given = fakeValues({ KEY, URL: 'http://127.0.0.1:1/1/orders', BARE: 'http://127.0.0.1:1' });
    const source = sourceOf({ sqs: block }, { values: given });
    await expect(source.read(never)).rejects.toThrow(says);
    await expect(source.read(never)).rejects.not.toThrow(KEY);
  });
});

describe('an sqs block', () => {
  const aws = 'https://sqs.eu-west-1.amazonaws.com';
  const queueUrl = `${aws}/123456789012/orders`;

  function policy(sqs: object, target: object = { queueLength: 5 }): string {
    return JSON.stringify({
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'MicroscalingPolicy',
      metadata: { name: 'shop' },
      spec: {
        capacity: { slots: 4 },
        apps: [{ name: 'front', priority: 1, targets: [{ ...target, metric: { sqs } }] }],
      },
    });
  }

  function problemsOf(block: object, target?: object): string {
    const { problems } = loadPolicies(policy(block, target), 'shop.yaml');
    return problems.map(({ pointer, message }) => `${pointer} ${message}`).join('\n');
  }

  it.each([
    [{ queueUrl: 'https://u:p@sqs.eu-west-1.amazonaws.com/1/orders' }, 'holds credentials'],
    [{ queueUrl: aws }, 'names no queue'],
    [{ queueUrl: 'orders' }, 'is not an address'],
    [{ queueUrl: 'http://elasticmq:9324/000000000000/orders' }, 'region'],
    [{ queueName: 'orders' }, 'region'],
    [{ queueName: 'a b', region: 'eu-west-1' }, 'queueName'],
    [{ queueUrl, queueName: 'orders' }, 'queueName'],
    [{ region: 'eu-west-1' }, 'queueUrl'],
    [{ queueUrl, region: 'evil.com/' }, 'region'],
    [{ queueUrl, auth: { accessKeyId: { fromEnv: 'A' } } }, 'secretAccessKey'],
    [{ queueUrl, auth: { accessKeyId: 'AKID', secretAccessKey: 's3cret' } }, 'secretAccessKey'],
  ])('%j is refused with its place', (block, says) => {
    expect(problemsOf(block)).toContain(says);
    expect(problemsOf(block)).not.toMatch(/u:p@|s3cret/);
  });

  it.each([
    { queueUrl },
    { queueUrl: 'https://eu-west-1.queue.amazonaws.com/1/orders' },
    { queueName: 'orders.fifo', region: 'eu-west-1' },
    {
      queueName: 'orders',
      endpoint: 'https://vpce-0a1b-c2d3.sqs.eu-west-1.vpce.amazonaws.com',
    },
    { queueUrlFrom: { fromEnv: 'QUEUE' } },
  ])('%j says where it is', (block) => {
    expect(problemsOf(block)).toBe('');
  });

  it('knows no ages', () => {
    expect(problemsOf({ queueUrl }, { messageAge: '5s' })).toContain('SQS tells no ages');
  });

  const OWN = "the operator's own credentials of AWS are not lent";
  it.each([
    [{ queueUrl }, [aws], [OWN]],
    [{ queueUrl, auth }, [], [`--allow-endpoint '${aws}'`]],
    [{ queueUrl, auth }, [aws], []],
    [{ queueName: 'orders', region: 'eu-west-1', auth }, [], [`--allow-endpoint '${aws}'`]],
    [{ queueName: 'orders', region: 'eu-west-1', auth }, [aws], []],
    [{ queueUrl, endpoint: 'http://other:9324', auth }, [aws], ["--allow-endpoint 'http://other:9324'"]],
    [{ queueUrlFrom: { fromEnv: 'QUEUE' }, auth }, [aws], ['may not read variable QUEUE']],
  ])('from an untrusted home %j with %j: %j', (block, endpoints, says) => {
    const [loaded] = loadPolicies(policy(block), 'f').resources;
    if (loaded === undefined) throw new Error('it is not valid');
    const check = createTrustCheck(
      {
        ...NOTHING_ALLOWED,
        secretEnv: ['KEY*'],
        endpoints,
      },
      METRIC_SOURCES,
    );
    const messages = check(loaded.resource).map(({ message }) => message);
    expect(messages).toEqual(says.map((each) => expect.stringContaining(each)));
  });

  it.each([
    [{ queueUrl }, 'queue orders'],
    [{ queueName: 'mails' }, 'queue mails'],
    [{ queueUrlFrom: { fromEnv: 'QUEUE' } }, 'queue named by QUEUE'],
    [{ queueUrl: 'nonsense' }, 'a queue without a name'],
  ])('%j is called %s', (block, name) => {
    expect(metricSources.describe({ sqs: block }, fakeValues())).toContain(name);
  });
});
