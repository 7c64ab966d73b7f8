// test support: servers that are spoken to over HTTP, each with its own words.

import type { IncomingMessage } from 'node:http';
import {
  http,
  json,
  NOT_A_QUERY,
  NOT_FOLLOWED,
  type Running,
  SAID,
  type StandIn,
  type World,
} from './world.ts';

const PASSWORD = { fromEnv: 'PASSWORD' };
const BY_STATUS = {
  refused: /answered 401: .*(refused|check auth)/,
  forbidden: /answered 403: .*no right/,
} as const;

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @param who whether the request shows this password */
function serverOf(
  who: (request: IncomingMessage, password: string) => boolean,
  answer: (world: World, request: IncomingMessage) => Answer,
): (world: World, port?: number) => Promise<Running> {
  return (world, port) =>
    http(
      world,
      (request, response) => {
        const refusal = !who(request, world.password) ? 401 : world.mayRead ? undefined : 403;
        const { status = 200, headers = {}, body } = refusal ? { body: '' } : answer(world, request);
        request.resume();
        response.writeHead(refusal ?? status, headers).end(body);
      },
      port,
    );
}

const bearer = ({ headers }: IncomingMessage, password: string): boolean =>
  headers.authorization === `Bearer ${password}`;
const anybody = (): boolean => true;

const NOT_FOUND: Answer = { status: 404, body: '{}' };

const httpEndpoint: StandIn = {
  block: (address) => ({
    url: `http://${address}/queue`,
    pointers: { waiting: '/waiting' },
    auth: { token: PASSWORD },
  }),
  start: serverOf(bearer, ({ waiting, hasQueue, found }) => {
    if (!hasQueue) return NOT_FOUND;
    if (found === 0) return { body: '{"other":7}' };
    return { body: `{"waiting":${found === 2 ? `[${json(waiting)}]` : json(waiting)}}` };
  }),
  ...BY_STATUS,
  numbers: SAID,
  lost: /answered 404: there is no such thing/,
  none: /the value at \/waiting is not there/,
  several: /the value at \/waiting is a list, not a number/,
  ...NOT_FOLLOWED,
  aPage: /the answer is not JSON/,
};

const prometheus: StandIn = {
  block: (address) => ({
    endpoint: `http://${address}`,
    queries: { waiting: 'ready' },
    auth: { token: PASSWORD },
  }),
  start: serverOf(bearer, ({ waiting, hasQueue, found }, { url = '' }) => {
    const value = url.includes('timestamp') ? '1767225600' : waiting;
    const series = Array.from({ length: hasQueue ? found : 0 }, () => ({
      metric: {},
      value: [1_767_225_600, value],
    }));
    return { body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result: series } }) };
  }),
  ...BY_STATUS,
  numbers: SAID,
  lost: /it finds nothing: the series does not exist/,
  none: /it finds nothing: the series does not exist/,
  several: /it finds 2 series; make one of them/,
  ...NOT_FOLLOWED,
  aPage: /the answer is not JSON/,
};

const rabbitmq: StandIn = {
  block: (address) => ({
    endpoint: `http://${address}`,
    vhost: '/',
    queueName: 'orders',
    statisticsInterval: '5s',
    auth: { token: PASSWORD },
  }),
  start: serverOf(bearer, ({ waiting, hasQueue }) =>
    hasQueue
      ? { body: `{"type":"classic","messages_ready":${json(waiting)},"messages_unacknowledged":2}` }
      : NOT_FOUND,
  ),
  ...NOT_A_QUERY,
  ...BY_STATUS,
  numbers: SAID,
  lost: /answered 404: there is no such queue in this virtual host/,
  ...NOT_FOLLOWED,
  aPage: /the answer is not JSON/,
};

const nsq: StandIn = {
  block: (address) => ({ nsqd: [`http://${address}`], topic: 'orders', channel: 'workers' }),
  start: serverOf(anybody, ({ waiting, hasQueue }) => {
    const counts = `"depth":${json(waiting)},"in_flight_count":2,"deferred_count":0,"message_count":9`;
    const topic = `{"topic_name":"orders","channels":[{"channel_name":"workers",${counts}}]}`;
    return { body: `{"version":"1.3.0","topics":[${hasQueue ? topic : ''}]}` };
  }),
  ...NOT_A_QUERY,
  forbidden: BY_STATUS.forbidden,
  refused: { cannot: 'nsqd asks nobody who he is' },
  numbers: SAID,
  lost: /no node has this topic/,
  ...NOT_FOLLOWED,
  aPage: /the answer is not JSON/,
};

const sqs: StandIn = {
  block: (address) => ({
    queueUrl: `http://${address}/123456789012/orders`,
    region: 'eu-west-1',
    auth: { accessKeyId: PASSWORD, secretAccessKey: PASSWORD },
  }),
  start: (world, port) =>
    http(
      world,
      (request, response) => {
        request.resume();
        const isKnown = request.headers.authorization?.includes(`Credential=${world.password}/`) === true;
        const refusal = !isKnown
          ? 'UnrecognizedClientException'
          : !world.mayRead
            ? 'AccessDeniedException'
            : !world.hasQueue
              ? 'QueueDoesNotExist'
              : undefined;
        const counts = {
          ApproximateNumberOfMessages: world.waiting,
          ApproximateNumberOfMessagesNotVisible: '2',
        };
        const body =
          refusal === undefined ? { Attributes: counts } : { __type: `com.amazonaws.sqs#${refusal}` };
        response
          .writeHead(refusal === undefined ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' })
          .end(JSON.stringify(body));
      },
      port,
    ),
  ...NOT_A_QUERY,
  numbers: SAID,
  refused: /the access key is not known; check auth\.accessKeyId/,
  forbidden: /no right to read it; allow sqs:GetQueueAttributes/,
  lost: /there is no such queue; check its name, account and region/,
  ...NOT_FOLLOWED,
  aPage: /the answer is not that of SQS/,
};

const azureStorageQueue: StandIn = {
  block: (address) => ({
    queueName: 'orders',
    endpoint: `http://${address}/account`,
    sasToken: PASSWORD,
    count: 'Waiting',
    inFlightPerInstance: 1,
  }),
  start: (world, port) =>
    http(
      world,
      ({ url = '' }, response) => {
        const isKnown = url.includes(`sig=${world.password.replace(/^.*=/, '')}`);
        if (!isKnown || !world.mayRead) {
          const code = isKnown ? 'AuthorizationPermissionMismatch' : 'AuthenticationFailed';
          response.writeHead(403, { 'x-ms-error-code': code }).end();
        } else if (!world.hasQueue) response.writeHead(404, { 'x-ms-error-code': 'QueueNotFound' }).end();
        else if (url.includes('/messages'))
          response.end(`<QueueMessagesList>${'<QueueMessage></QueueMessage>'.repeat(5)}</QueueMessagesList>`);
        else response.writeHead(200, { 'x-ms-approximate-messages-count': world.waiting }).end();
      },
      port,
    ),
  ...NOT_A_QUERY,
  numbers: {
    '-1': /not from Azure Queue Storage/,
    NaN: /not from Azure Queue Storage/,
    '1e300': /not from Azure Queue Storage/,
    many: /not from Azure Queue Storage/,
  },
  refused: /answered 403 AuthenticationFailed: the SAS token \(expired\?\) was refused/,
  forbidden: /answered 403 AuthorizationPermissionMismatch: the SAS token/,
  lost: /the queue does not exist; create it, or correct queueName/,
  ...NOT_FOLLOWED,
  // Of the count, which is a header.
  withoutEnd: /not from Azure Queue Storage/,
  aPage: /not from Azure Queue Storage/,
};

const azureServiceBus: StandIn = {
  block: (address) => ({ endpoint: `http://${address}`, queueName: 'orders', auth: { token: PASSWORD } }),
  start: (world, port) =>
    http(
      world,
      (request, response) => {
        const count = `<d2p1:ActiveMessageCount>${world.waiting}</d2p1:ActiveMessageCount>`;
        const queue = `<entry><QueueDescription xmlns="x">${count}</QueueDescription></entry>`;
        if (!bearer(request, world.password)) response.writeHead(401).end();
        else if (!world.mayRead)
          response.writeHead(401).end('<Error><Detail>Manage,EntityRead claims required</Detail></Error>');
        else response.end(world.hasQueue ? queue : '<feed xmlns="x"></feed>');
      },
      port,
    ),
  ...NOT_A_QUERY,
  numbers: SAID,
  refused: /answered 401: the credentials were refused; check auth/,
  forbidden: /these credentials have no right to read it/,
  lost: /there is no such queue or subscription/,
  ...NOT_FOLLOWED,
  aPage: /the answer describes no queue and no subscription; check the address/,
};

export const OVER_HTTP = {
  http: httpEndpoint,
  prometheus,
  rabbitmq,
  nsq,
  sqs,
  azureStorageQueue,
  azureServiceBus,
} as const;
