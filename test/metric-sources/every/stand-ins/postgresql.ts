// test support: PostgreSQL's protocol, as much of it as one read needs
// (https://www.postgresql.org/docs/current/protocol-message-formats.html).

import type { Socket } from 'node:net';
import { NO_HTTP, SAID, type StandIn, tcp, type World } from './world.ts';

/** A message: its letter, its length, its body. */
function message(letter: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.from(`${letter}0000`);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const TEXT = 25;
const READY = message('Z', 'T');
const ASK_FOR_PASSWORD = message('R', int32(3));
const WELCOME = Buffer.concat([message('R', int32(0)), message('Z', 'I')]);

const refusal = (code: string, words: string): Buffer =>
  message('E', 'SERROR\0VERROR\0', `C${code}\0`, `M${words}\0`, '\0');
const columns = (name: string): Buffer =>
  message('T', int16(1), `${name}\0`, int32(0), int16(0), int32(TEXT), int16(-1), int32(-1), int16(0));
const row = (value: string): Buffer => message('D', int16(1), int32(value.length), value);
const done = (tag: string): Buffer => message('C', `${tag}\0`);

/** The query alone is asked in the extended way; what is around it is not. */
function answerTo(letter: string, text: string, world: World): Buffer | undefined {
  if (letter === 'p')
    return text === `${world.password}\0` ? WELCOME : refusal('28P01', 'password authentication failed');
  if (letter === 'Q' && text.startsWith('BEGIN'))
    return Buffer.concat([
      done('BEGIN'),
      done('SET'),
      done('SET'),
      columns('t'),
      row('1767225600000'),
      done('SELECT 1'),
      READY,
    ]);
  if (letter === 'Q') return Buffer.concat([done('ROLLBACK'), message('Z', 'I')]);
  if (letter !== 'S') return undefined;
  if (!world.mayRead) return Buffer.concat([refusal('42501', 'permission denied for table jobs'), READY]);
  if (!world.hasQueue) return Buffer.concat([refusal('42P01', 'relation "jobs" does not exist'), READY]);
  if (world.answers === 'WithoutEnd') return Buffer.concat([message('1'), message('2'), columns('waiting')]);
  const rows = Array.from({ length: world.found }, () => row(world.waiting));
  return Buffer.concat([
    message('1'),
    message('2'),
    columns('waiting'),
    ...rows,
    done(`SELECT ${world.found}`),
    READY,
  ]);
}

/** The head of a row of 1 GiB. */
const ROW_WITHOUT_END = Buffer.concat([Buffer.from('D'), int32(2 ** 30), int16(1), int32(2 ** 30 - 10)]);

function serve(socket: Socket, flood: (to: Socket) => void, world: World): void {
  let rest = Buffer.alloc(0);
  let isStarted = false;
  socket.on('data', (piece: Buffer) => {
    rest = Buffer.concat([rest, piece]);
    for (;;) {
      // The first message has no letter.
      const head = isStarted ? 1 : 0;
      if (rest.length < head + 4) return;
      const end = head + rest.readInt32BE(head);
      if (rest.length < end) return;
      const [letter, text] = [rest.toString('latin1', 0, head), rest.toString('utf8', head + 4, end)];
      rest = rest.subarray(end);
      const answer = isStarted ? answerTo(letter, text, world) : ASK_FOR_PASSWORD;
      isStarted = true;
      if (answer !== undefined) socket.write(answer);
      if (letter === 'S' && world.answers === 'WithoutEnd') {
        socket.write(ROW_WITHOUT_END);
        flood(socket);
        return;
      }
    }
  });
}

export const postgresql: StandIn = {
  block: (address) => ({
    endpoint: `postgresql://${address}/shop`,
    query: 'SELECT count(*) AS waiting FROM jobs',
    auth: { username: 'reader', password: { fromEnv: 'PASSWORD' } },
  }),
  start: (world, port) => tcp((socket, flood) => serve(socket, flood, world), port),
  numbers: SAID,
  refused: /the password or the role is wrong; check auth/,
  forbidden: /the role has no right to read it; GRANT SELECT/,
  lost: /the query was refused: relation "jobs" does not exist/,
  none: /the query gives no row, which is not the same as none waiting/,
  several: /the query gives 2 rows; it must give one/,
  leadsElsewhere: { cannot: 'the protocol has no words for another address' },
  withoutEnd: /larger than 1 MiB/,
  aPage: NO_HTTP,
};
