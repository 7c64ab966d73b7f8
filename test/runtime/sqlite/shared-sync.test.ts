import { describe, expect, it } from 'vitest';
import { SharedSync } from '../../../src/runtime/sqlite/shared-sync.ts';

/** A disk that takes what was written when it is asked to, and is done when it is told. */
function aDisk() {
  let written = '';
  const onDisk: string[] = [];
  const asked: { readonly has: string; readonly end: PromiseWithResolvers<void> }[] = [];
  const sync = new SharedSync(async () => {
    const has = written;
    const end = Promise.withResolvers<void>();
    asked.push({ has, end });
    await end.promise;
    onDisk.push(has);
  });
  const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
  return {
    asked,
    onDisk,
    settle,
    write: (name: string): Promise<string> => {
      written += name;
      return sync.done().then(
        () => (onDisk.at(-1)?.includes(name) === true ? 'on disk' : 'lost'),
        (error: Error) => error.message,
      );
    },
    end: async (error?: Error): Promise<void> => {
      const { end } = asked.at(-1) ?? {};
      if (error === undefined) end?.resolve();
      else end?.reject(error);
      await settle();
    },
  };
}

describe('a wait for the disk', () => {
  it('serves all who wrote before it began', async () => {
    const disk = aDisk();
    const all = ['a', 'b', 'c'].map((name) => disk.write(name));
    await disk.settle();
    await disk.end();
    expect(await Promise.all(all)).toEqual(['on disk', 'on disk', 'on disk']);
    expect(disk.onDisk).toEqual(['abc']);
  });

  it('does not serve who wrote since: the next one serves all of them', async () => {
    const disk = aDisk();
    const first = disk.write('a');
    await disk.settle();
    const later = [disk.write('b'), disk.write('c')];
    await disk.settle();
    expect(disk.asked.map(({ has }) => has)).toEqual(['a']);
    await disk.end();
    expect(await first).toBe('on disk');
    expect(disk.asked.map(({ has }) => has)).toEqual(['a', 'abc']);
    await disk.end();
    expect(await Promise.all(later)).toEqual(['on disk', 'on disk']);
  });

  it('that fails says so to those whom it was for, and the next one is made all the same', async () => {
    const disk = aDisk();
    const first = disk.write('a');
    await disk.settle();
    const second = disk.write('b');
    await disk.end(new Error('EIO'));
    expect(await first).toBe('EIO');
    await disk.end();
    expect(await second).toBe('on disk');
  });
});
