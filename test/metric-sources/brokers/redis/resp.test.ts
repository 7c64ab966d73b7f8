import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ErrorReply,
  encode,
  type Reply,
  ReplyReader,
} from '../../../../src/metric-sources/brokers/redis/resp.ts';

function written(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (reply instanceof ErrorReply) return `-${reply.text}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  return `*${reply.length}\r\n${reply.map(written).join('')}`;
}

const { reply: anyReply } = fc.letrec<{ reply: Reply }>((tie) => ({
  reply: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'grapheme' }),
    fc.maxSafeInteger(),
    fc.constant(null),
    fc.constant(new ErrorReply('WRONGTYPE Operation against a key')),
    fc.array(tie('reply'), { maxLength: 4 }),
  ),
}));

describe('replies of Redis', () => {
  it('are the same however the connection cuts them', () => {
    fc.assert(
      fc.property(fc.array(anyReply, { maxLength: 5 }), fc.integer({ min: 1, max: 9 }), (replies, size) => {
        const bytes = Buffer.from(replies.map(written).join(''));
        const reader = new ReplyReader();
        const read: Reply[] = [];
        for (let at = 0; at < bytes.length; at += size)
          read.push(...reader.push(bytes.subarray(at, at + size)));
        expect(read).toEqual(replies);
      }),
    );
  });

  it('are refused, never guessed, when they are none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        try {
          for (const reply of new ReplyReader().push(Buffer.from(bytes)))
            expect(['string', 'number', 'object']).toContain(typeof reply);
        } catch (error) {
          expect(String(error)).toMatch(/not that of a Redis|larger than/);
        }
      }),
    );
  });

  it.each([
    ['HTTP/1.1 400 Bad Request\r\n\r\n', 'the answer is not that of a Redis'],
    [`${'*1\r\n'.repeat(20)}:1\r\n`, 'the answer is not that of a Redis'],
    [':1e3\r\n', 'the answer is not that of a Redis'],
    ['$999999999999\r\n', 'larger than 1048576 bytes'],
    ['*999999999999\r\n', 'larger than 1048576 bytes'],
    [`+${'x'.repeat(1024 * 1024 + 1)}`, 'larger than 1048576 bytes'],
  ])('are not read: %.20j', (text, says) => {
    expect(() => new ReplyReader().push(Buffer.from(text))).toThrow(says);
  });

  it('have an error by its code', () => {
    const [reply] = new ReplyReader().push(Buffer.from('-NOAUTH Authentication required.\r\n'));
    expect(reply).toMatchObject({ code: 'NOAUTH' });
  });

  it('answer commands whose words are counted in bytes', () => {
    expect(encode([['LLEN', 'é\r\n'], ['TIME']])).toBe(
      '*2\r\n$4\r\nLLEN\r\n$4\r\né\r\n\r\n*1\r\n$4\r\nTIME\r\n',
    );
  });
});
