// metric-sources: what a NATS server says, cut into its messages
// (https://docs.nats.io/reference/reference-protocols/nats-protocol). Nothing of it is trusted, and no more than a bound is kept.

export type Frame =
  | { readonly kind: 'INFO'; readonly text: string }
  | { readonly kind: 'ERR'; readonly text: string }
  | { readonly kind: 'PING' | 'PONG' | 'OK' }
  | {
      readonly kind: 'MSG';
      readonly subject: string;
      /** Of its headers: 503 means that nobody listens to the request. */
      readonly status?: number;
      readonly payload: string;
    };

/** What is no NATS, or too much of it. */
export class FrameError extends Error {}

const MOST_LINE_BYTES = 64 * 1024;
const MOST_PAYLOAD_BYTES = 1024 * 1024;

export class Frames {
  #rest: Buffer = Buffer.alloc(0);

  /** Bytes that belong to no whole message yet. */
  get pendingBytes(): number {
    return this.#rest.length;
  }

  /** The messages that are whole now. @throws FrameError */
  push(chunk: Buffer): readonly Frame[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | undefined {
    const end = this.#rest.indexOf('\r\n');
    if (end > MOST_LINE_BYTES || (end < 0 && this.#rest.length > MOST_LINE_BYTES))
      throw new FrameError('the answer is not that of NATS; check host and port');
    if (end < 0) return undefined;
    const line = this.#rest.toString('utf8', 0, end);
    const [, verb = '', rest = ''] = /^(\S+)[ \t]*(.*)$/s.exec(line) ?? [];
    const kind = verb.toUpperCase();
    if (kind === 'MSG' || kind === 'HMSG') return this.#message(kind, rest.split(/[ \t]+/), end + 2);
    this.#rest = this.#rest.subarray(end + 2);
    if (kind === 'PING' || kind === 'PONG') return { kind };
    if (kind === '+OK') return { kind: 'OK' };
    if (kind === 'INFO') return { kind, text: rest };
    if (kind === '-ERR') return { kind: 'ERR', text: rest.replace(/^'|'$/g, '') };
    throw new FrameError('the answer is not that of NATS; check host and port');
  }

  /** `MSG subject sid [reply] size`, or `HMSG subject sid [reply] headerSize size`. */
  #message(kind: 'MSG' | 'HMSG', words: readonly string[], start: number): Frame | undefined {
    const size = sizeIn(words.at(-1));
    const headerSize = kind === 'HMSG' ? sizeIn(words.at(-2)) : 0;
    const [subject] = words;
    if (subject === undefined || size === undefined || headerSize === undefined || headerSize > size)
      throw new FrameError('the answer is not that of NATS; check host and port');
    if (size > MOST_PAYLOAD_BYTES)
      throw new FrameError(`the answer is larger than ${MOST_PAYLOAD_BYTES} bytes`);
    if (this.#rest.length < start + size + 2) return undefined;
    const header = this.#rest.toString('latin1', start, start + headerSize);
    const payload = this.#rest.toString('utf8', start + headerSize, start + size);
    this.#rest = this.#rest.subarray(start + size + 2);
    const status = /^NATS\/1\.\d+ (\d{3})/.exec(header)?.[1];
    return { kind: 'MSG', subject, payload, ...(status !== undefined && { status: Number(status) }) };
  }
}

function sizeIn(word: string | undefined): number | undefined {
  return word !== undefined && /^\d{1,10}$/.test(word) ? Number(word) : undefined;
}
