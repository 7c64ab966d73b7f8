// What the laws of a pool have learned, on its way from one operator to another.

import { expect, it } from 'vitest';
import { Learning } from '../../../src/controller/persistence/learning.ts';
import type { SceneMemories } from '../../../src/controller/round/decide.ts';

const POOL = 'pool:default/shared';

function scenes(name: string): SceneMemories {
  return new Map([[name, { version: 2, apps: [] }]]);
}

function anOperator() {
  const live = new Map<string, SceneMemories>();
  const learning = new Learning({
    poolStore: {
      learnedText: (memories) => [...memories.keys()].join(),
      scenesIn: (text) => (text === 'junk' ? undefined : scenes(text)),
    },
    scenesOf: (pool) => live.get(pool),
  });
  return { live, learning };
}

it('is that of the rounds that go on, or of those that have ended, once', () => {
  const { live, learning } = anOperator();
  live.set(POOL, scenes('live'));
  expect(learning.of(POOL)).toBe('live');
  live.delete(POOL);
  learning.leave(POOL, scenes('left'));
  expect(learning.of(POOL)).toBe('left');
  expect(learning.of(POOL)).toBeUndefined();
});

it('goes on with a pool that is given back before its first round', () => {
  const { learning } = anOperator();
  learning.leave(POOL, scenes('of long ago'));
  learning.taken(POOL, 'newest');
  expect(learning.of(POOL)).toBe('newest');
  expect(learning.takeFor(POOL)).toBeUndefined();
});

it('is forgotten when the pool comes with something that nobody can read', () => {
  const { learning } = anOperator();
  learning.leave(POOL, scenes('of long ago'));
  learning.taken(POOL, 'junk');
  expect(learning.of(POOL)).toBeUndefined();
});
