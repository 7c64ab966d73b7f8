import { expect, it } from 'vitest';
import { programsFirst } from './programs-first.ts';

it('begins with what takes long, and changes no other order', () => {
  const files = ['/x/test/core/a.test.ts', '/x/test/e2e/b.test.ts', '/x/test/api/c.test.ts'];
  const more = ['/x/test/metric-sources/every/memory.test.ts', '/x/test/app/e2e.test.ts'];
  const sorted = programsFirst([...files, ...more].map((moduleId) => ({ moduleId })));
  expect(sorted.map(({ moduleId }) => moduleId)).toEqual([
    '/x/test/e2e/b.test.ts',
    '/x/test/metric-sources/every/memory.test.ts',
    '/x/test/core/a.test.ts',
    '/x/test/api/c.test.ts',
    '/x/test/app/e2e.test.ts',
  ]);
});
