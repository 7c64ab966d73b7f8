// test support: servers with a protocol of their own, as much of it as one read needs.

import { Frames, Writer } from '../../../../src/metric-sources/brokers/kafka/wire.ts';
import { answering, framed } from '../../brokers/kafka/answers.ts';
import { Scaler, status } from '../../queries/keda-external/scaler.ts';
import { json, NO_HTTP, NOT_A_QUERY, SAID, type StandIn, tcp } from './world.ts';

const PASSWORD = { fromEnv: 'PASSWORD' };

const redis: StandIn = {
  block: (address) => ({
    endpoint: `redis://${address}`,
    database: 0,
    list: { name: 'orders', markerKey: 'shop' },
    auth: { password: PASSWORD },
  }),
  start: (world, port) =>
    tcp((socket, flood) => {
      const answers: Readonly<Record<string, (words: readonly string[]) => string>> = {
        AUTH: ([, password]) =>
          password === world.password ? '+OK' : '-WRONGPASS invalid username-password pair',
        EXISTS: () => (world.hasQueue ? ':1' : ':0'),
        LLEN: () => {
          if (typeof world.answers === 'object') return `-MOVED 42 ${world.answers.leadingTo}`;
          if (!world.mayRead) return '-NOPERM this user has no permissions to run the command';
          if (/^-?\d+$/.test(world.waiting)) return `:${world.waiting}`;
          return `$${world.waiting.length}\r\n${world.waiting}`;
        },
      };
      socket.on('data', (piece: Buffer) => {
        // Commands arrive whole: they are small, and sent at once.
        for (const command of piece.toString().split(/(?=\*\d+\r\n)/)) {
          const words = command.split('\r\n').filter((_, i) => i > 0 && i % 2 === 0);
          if (words[0] === 'LLEN' && world.answers === 'WithoutEnd') {
            socket.write('+');
            flood(socket);
            return;
          }
          socket.write(`${answers[words[0] ?? '']?.(words) ?? '-ERR unknown command'}\r\n`);
        }
      });
    }, port),
  ...NOT_A_QUERY,
  numbers: SAID,
  refused: /the user does not exist, is off, or has another password; check auth/,
  forbidden: /the user has no right to these commands or keys/,
  lost: /the key shop is not there/,
  leadsElsewhere: /another of its nodes holds the key; name as endpoint the node that has it/,
  withoutEnd: /the answer is larger than 1048576 bytes/,
  aPage: NO_HTTP,
};

const nats: StandIn = {
  block: (address) => ({
    endpoint: `nats://${address}`,
    stream: 'ORDERS',
    consumer: 'workers',
    oldestAge: false,
    auth: { basic: { username: 'reader', password: PASSWORD } },
  }),
  start: (world, port) =>
    tcp((socket, flood) => {
      socket.write('INFO {}\r\n');
      socket.on('data', (piece: Buffer) => {
        const said = piece.toString();
        if (said.startsWith('CONNECT'))
          socket.write(
            said.includes(`"pass":"${world.password}"`) ? 'PONG\r\n' : "-ERR 'Authorization Violation'\r\n",
          );
        const [, subject, reply] = /^PUB (\S+) (\S+) /m.exec(said) ?? [];
        if (reply === undefined) return;
        if (typeof world.answers === 'object') {
          // As a server that is about to stop tells its clients.
          socket.end(`INFO {"ldm":true,"connect_urls":["${world.answers.leadingTo}"]}\r\n`);
          return;
        }
        if (world.answers === 'WithoutEnd') {
          socket.write(`MSG ${reply} 1 ${2 ** 31}\r\n`);
          flood(socket);
          return;
        }
        const body = world.hasQueue
          ? `{"num_pending":${json(world.waiting)},"num_ack_pending":2,"delivered":{"consumer_seq":9,"stream_seq":9}}`
          : '{"error":{"code":404,"err_code":10014}}';
        socket.write(
          world.mayRead
            ? `MSG ${reply} 1 ${body.length}\r\n${body}\r\n`
            : `-ERR 'Permissions Violation for Publish to "${subject}"'\r\n`,
        );
      });
    }, port),
  ...NOT_A_QUERY,
  numbers: SAID,
  refused: /the credentials are missing or were refused; check auth/,
  forbidden: /the user has no right to ask; allow it to publish to \$JS\.API/,
  lost: /there is no such consumer/,
  leadsElsewhere: /the connection was closed before the answer was complete/,
  withoutEnd: /the answer is larger than 1048576 bytes/,
  aPage: NO_HTTP,
};

const BINARY = { cannot: 'an offset is eight bytes: every one of them is a whole number' } as const;

const kafka: StandIn = {
  block: (address) => ({
    endpoint: `kafka://${address}`,
    topic: 'orders',
    group: 'workers',
    autoOffsetReset: 'Latest',
    brokers: [],
    auth: { mechanism: 'PLAIN', username: 'reader', password: PASSWORD },
  }),
  start: async (world, port) => {
    const running = await tcp((socket, flood) => {
      const frames = new Frames(100_000);
      socket.on('data', (piece: Buffer) => {
        for (const question of frames.push(piece)) {
          if (world.answers === 'WithoutEnd') {
            socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff]));
            flood(socket);
            return;
          }
          const answer = kafkaAnswer(question.readInt16BE(), question);
          if (answer !== undefined) socket.write(framed(question, answer));
        }
      });
    }, port);
    const kafkaAnswer = (key: number, question: Buffer): Writer | undefined => {
      if (key === 17) {
        const mechanisms = new Writer().int16(0);
        return mechanisms.list(['PLAIN'], (name) => mechanisms.text(name));
      }
      if (key === 36) {
        const isKnown = question.toString('latin1').endsWith(`\0${world.password}`);
        return new Writer()
          .int16(isKnown ? 0 : 58)
          .text('')
          .bytes(Buffer.alloc(0))
          .int64(0n);
      }
      const waiting = world.waiting === '1e300' ? 2n ** 62n : BigInt(world.waiting);
      const [host = '', port] = typeof world.answers === 'object' ? world.answers.leadingTo.split(':') : [];
      return answering({
        ...(port !== undefined && { leader: { host, port: Number(port) } }),
        begin: 0n,
        end: waiting < 0n ? waiting : waiting + 2n,
        topicError: world.hasQueue ? 0 : 3,
        groupError: world.mayRead ? 0 : 30,
      })(key, Number(running.address.split(':')[1]), question);
    };
    return running;
  },
  ...NOT_A_QUERY,
  numbers: { '-1': /negative \(-1\)/, NaN: BINARY, '1e300': /too large to be a count/, many: BINARY },
  refused: /the credentials were refused; check auth/,
  forbidden: /the user has no right to read the group/,
  lost: /there is no such topic/,
  leadsElsewhere: /the cluster leads to kafka:\/\/127\.0\.0\.1:\d+, which brokers does not name/,
  withoutEnd: /the answer is larger than 4194304 bytes/,
  aPage: NO_HTTP,
};

/** A message of gRPC has an end, which is told before it. */
const TOO_LARGE_BYTES = 2 ** 20;
const DOUBLE = { cannot: 'a double is always a number or NaN' } as const;

const kedaExternal: StandIn = {
  block: (address) => ({
    endpoint: `grpc://${address}`,
    isActive: false,
    scaledObject: { name: 'web', namespace: 'shop' },
    scalerMetadata: [{ name: 'password', secret: PASSWORD }],
    metrics: { waiting: 'ready' },
  }),
  start: async (world, port) => {
    const scaler = new Scaler();
    scaler.refusal = ({ scalerMetadata }) => {
      if (scalerMetadata['password'] !== world.password) return status.UNAUTHENTICATED;
      return world.mayRead ? undefined : status.PERMISSION_DENIED;
    };
    scaler.tells = () =>
      Array.from({ length: world.hasQueue ? world.found : 0 }, () => ({
        metricName: world.answers === 'WithoutEnd' ? 'ready'.padEnd(TOO_LARGE_BYTES) : 'ready',
        metricValueFloat: Number(world.waiting),
      }));
    const address = await scaler.start(undefined, port);
    return { address, stop: async () => scaler.stop(), drop: () => undefined, sentBytes: () => 0 };
  },
  numbers: {
    '-1': /negative \(-1\)/,
    NaN: /metric ready is not a number/,
    '1e300': /too large to be a count/,
    many: DOUBLE,
  },
  refused: /the credentials are missing or were refused; check auth/,
  forbidden: /these credentials have no right to read it/,
  lost: /the scaler tells no value of metric ready/,
  none: /the scaler tells no value of metric ready/,
  several: /the scaler tells 2 values of metric ready, which is not one/,
  leadsElsewhere: { cannot: 'a scaler has no words for another address' },
  withoutEnd: /larger than the bound/,
  aPage: NO_HTTP,
};

export const WITH_THEIR_OWN_PROTOCOL = { redis, nats, kafka, kedaExternal } as const;
