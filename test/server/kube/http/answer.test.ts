import { describe, expect, it } from 'vitest';
import { poolSchema } from '../../../../src/api/schema/schema.ts';
import { listAnswer } from '../../../../src/server/kube/http/answer.ts';
import { representationOf } from '../../../../src/server/kube/http/representation.ts';
import { poolKind } from '../../../../src/server/kube/kinds/our-kinds.ts';

const request = new Request('http://127.0.0.1/');
const representation = representationOf(request, poolKind(poolSchema), () => 0);

function answerOf(pieces: Iterable<string>): Response {
  if (representation === undefined) throw new Error('everything is accepted, and nothing is there');
  const bytes = Iterator.from(pieces).map((piece) => Buffer.from(piece));
  return listAnswer(bytes, { representation, warnings: ['two policies were refused'] });
}

describe('the answer to a list', () => {
  it('makes a piece when its reader takes it: of a list that nobody reads on no more is made', async () => {
    const made: number[] = [];
    function* pieces(): Generator<string> {
      for (let n = 0; n < 20; n++) {
        made.push(n);
        yield `${n},`;
      }
    }
    const reader = answerOf(pieces()).body?.getReader();
    expect(made).toEqual([0, 1]);
    for (let n = 0; n < 4; n++) await reader?.read();
    expect(made).toEqual([0, 1, 2, 3]);
    await reader?.cancel();
    expect(made).toEqual([0, 1, 2, 3]);
  });

  it('lets other work be done between two pieces', async () => {
    const order: string[] = [];
    function* pieces(): Generator<string> {
      for (let n = 0; n < 4; n++) {
        order.push(`piece ${n}`);
        yield `${n}`;
      }
    }
    const text = answerOf(pieces()).text();
    setImmediate(() => order.push('other'));
    expect(await text).toBe('0123');
    expect(order.indexOf('other')).toBeLessThan(order.indexOf('piece 3'));
  });

  it.each([[[]], [['{}']], [['{"a":', '1}']], [['é', '…', '😀']], [['é'.repeat(20_000)]]])(
    'is the text of all its pieces, however many and however long: %#',
    async (pieces) => {
      const answer = answerOf(pieces);
      expect(await answer.text()).toBe(pieces.join(''));
      expect(answer.headers.get('content-type')).toBe('application/json');
      const length = answer.headers.get('content-length');
      if (length !== null) expect(Number(length)).toBe(Buffer.byteLength(pieces.join('')));
      expect(answer.headers.get('warning')).toBe('299 - "two policies were refused"');
    },
  );
});
