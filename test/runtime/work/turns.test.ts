import { describe, expect, it } from 'vitest';
import { Turns } from '../../../src/runtime/work/turns.ts';

const never = new AbortController().signal;

/** Works that end when they are told to. */
function works(turns: Turns): {
  readonly begun: string[];
  readonly begin: (name: string, signal?: AbortSignal) => Promise<string>;
  readonly end: (name: string) => Promise<void>;
  readonly fail: (name: string) => Promise<void>;
} {
  const begun: string[] = [];
  const open = new Map<string, PromiseWithResolvers<string>>();
  const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
  const opened = (name: string): PromiseWithResolvers<string> => {
    const work = open.get(name) ?? Promise.withResolvers<string>();
    open.set(name, work);
    return work;
  };
  return {
    begun,
    begin: (name, signal = never) =>
      turns.run(() => {
        begun.push(name);
        return opened(name).promise;
      }, signal),
    end: async (name) => {
      opened(name).resolve(name);
      await settle();
    },
    fail: async (name) => {
      opened(name).reject(new Error(name));
      await settle();
    },
  };
}

describe('turns', () => {
  it('lets so many begin, and each next one when one ends, in their order', async () => {
    const { begun, begin, end } = works(new Turns(2));
    const all = ['a', 'b', 'c', 'd'].map((name) => begin(name));
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    await end('c');
    await end('a');
    await end('d');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('goes on after one that failed', async () => {
    const { begun, begin, end, fail } = works(new Turns(1));
    const failing = begin('a').catch((error: Error) => error.message);
    const next = begin('b');
    await fail('a');
    expect(await failing).toBe('a');
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(await next).toBe('b');
  });

  it('never begins one that was aborted while it waited, and loses no turn by it', async () => {
    const { begun, begin, end } = works(new Turns(1));
    const stop = new AbortController();
    const first = begin('a');
    const second = begin('b', stop.signal).catch((error: Error) => error.message);
    const third = begin('c');
    stop.abort(new Error('not any more'));
    expect(await second).toBe('not any more');
    await end('a');
    expect(begun).toEqual(['a', 'c']);
    await end('c');
    expect(await Promise.all([first, third])).toEqual(['a', 'c']);
  });

  it('begins nothing that is aborted already', async () => {
    const { begun, begin } = works(new Turns(1));
    await expect(begin('a', AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
    expect(begun).toEqual([]);
  });

  it('does as many at once again after any number of them', async () => {
    const { begun, begin, end } = works(new Turns(2));
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      const work = begin(name);
      await end(name);
      await work;
    }
    void begin('x');
    void begin('y');
    void begin('z');
    expect(begun.slice(5)).toEqual(['x', 'y']);
  });
});
