// A client is replaced while it is being asked.

import { expect, it } from 'vitest';
import { ClientInUse } from '../../../../src/schedulers/marathon/login/client-in-use.ts';

function aWorld() {
  const closed: string[] = [];
  const inUse = new ClientInUse<{ readonly close: () => void }>();
  const ask = (id: string) => {
    const answer = Promise.withResolvers<string>();
    const asked = inUse.with(
      id,
      () => ({ close: () => void closed.push(id) }),
      () => answer.promise,
    );
    return { asked, ...answer };
  };
  return { closed, inUse, ask };
}

it('one that is replaced is closed when its last call has ended, whichever way', async () => {
  const { closed, ask } = aWorld();
  const [one, other] = [ask('a'), ask('a')];
  const next = ask('b');
  expect(closed).toEqual([]);
  one.resolve('done');
  expect(await one.asked).toBe('done');
  expect(closed).toEqual([]);
  other.reject(new Error('a deployment holds it'));
  await expect(other.asked).rejects.toThrow('a deployment holds it');
  expect(closed).toEqual(['a']);
  next.resolve('done');
  await next.asked;
  expect(closed).toEqual(['a']);
});

it('one that is idle is closed as soon as it is replaced, and the one in use at the end', async () => {
  const { closed, inUse, ask } = aWorld();
  const one = ask('a');
  one.resolve('done');
  await one.asked;
  expect(closed).toEqual([]);
  ask('b');
  expect(closed).toEqual(['a']);
  inUse.close();
  expect(closed).toEqual(['a', 'b']);
});
