// metric-sources: Redis' protocol, version 2 (RESP2), as far as a reader of counts needs it. No reply is read beyond a bound.

import { TransientError } from '../../../runtime/errors.ts';

export type Reply = string | number | null | ErrorReply | readonly Reply[];

/** What the server says instead of an answer. Its text may hold a key or an address: for people there is `wordsOf`. */
export class ErrorReply {
  /** `WRONGTYPE`, `NOAUTH`, … */
  readonly code: string;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
    this.code = /^[A-Z]+(?= |$)/.exec(text)?.[0] ?? 'ERR';
  }
}

export type Command = readonly [name: string, ...args: readonly string[]];

export function encode(commands: readonly Command[]): string {
  const words = (command: Command): string =>
    command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
  return commands.map((command) => `*${command.length}\r\n${words(command)}`).join('');
}

const MOST_BYTES = 1024 * 1024;
const DEEPEST = 8;
const NOT_REDIS = 'the answer is not that of a Redis; check host, port and whether it is TLS';
const TOO_LARGE = `the answer is larger than ${MOST_BYTES} bytes, and is not read`;

/** Replies from the pieces that a connection brings. */
export class ReplyReader {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws TransientError for what is no reply, and for one that is too large; then the connection is of no use any more */
  push(piece: Buffer): readonly Reply[] {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const replies: Reply[] = [];
    for (;;) {
      const found = replyAt(this.#rest, 0, DEEPEST);
      if (found === undefined) break;
      replies.push(found.reply);
      this.#rest = this.#rest.subarray(found.end);
    }
    if (this.#rest.length > MOST_BYTES) throw new TransientError(TOO_LARGE);
    return replies;
  }
}

interface Found<T> {
  readonly reply: T;
  /** Where the next one begins. */
  readonly end: number;
}

/** Undefined while it is not complete. */
function replyAt(bytes: Buffer, at: number, depth: number): Found<Reply> | undefined {
  if (at >= bytes.length) return undefined;
  if (depth === 0 || !'+-:$*'.includes(String.fromCharCode(bytes[at] ?? 0)))
    throw new TransientError(NOT_REDIS);
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd < 0) return undefined;
  const line = bytes.toString('utf8', at + 1, lineEnd);
  const end = lineEnd + 2;
  switch (bytes.toString('latin1', at, at + 1)) {
    case '+':
      return { reply: line, end };
    case '-':
      return { reply: new ErrorReply(line), end };
    case ':':
      return { reply: numberIn(line), end };
    case '$':
      return textAt(bytes, end, numberIn(line));
    default:
      return listAt(bytes, end, { length: numberIn(line), depth });
  }
}

function textAt(bytes: Buffer, at: number, length: number): Found<string | null> | undefined {
  if (length === -1) return { reply: null, end: at };
  if (length < 0) throw new TransientError(NOT_REDIS);
  if (length > MOST_BYTES) throw new TransientError(TOO_LARGE);
  const end = at + length + 2;
  return end > bytes.length ? undefined : { reply: bytes.toString('utf8', at, at + length), end };
}

function listAt(
  bytes: Buffer,
  at: number,
  { length, depth }: { readonly length: number; readonly depth: number },
): Found<readonly Reply[] | null> | undefined {
  if (length === -1) return { reply: null, end: at };
  if (length < 0) throw new TransientError(NOT_REDIS);
  if (length > MOST_BYTES) throw new TransientError(TOO_LARGE);
  const list: Reply[] = [];
  let end = at;
  while (list.length < length) {
    const found = replyAt(bytes, end, depth - 1);
    if (found === undefined) return undefined;
    list.push(found.reply);
    end = found.end;
  }
  return { reply: list, end };
}

function numberIn(line: string): number {
  if (!/^[-+]?\d{1,20}$/.test(line)) throw new TransientError(NOT_REDIS);
  return Number(line);
}
