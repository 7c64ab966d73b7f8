// The line in which a problem of a document is told.

import { expect, it } from 'vitest';
import { problemLine } from '../../../src/cli/output/problems.ts';

const PROBLEM = {
  severity: 'warning',
  source: 'shop.yaml',
  line: 7,
  pointer: '/spec/apps/0/instances',
} as const;

it.each([
  {
    name: 'once where the sentence begins with it',
    message: 'spec.apps[0].instances.min 0: nothing wakes it',
    told: 'shop.yaml:7: warning: spec.apps[0].instances.min 0: nothing wakes it',
  },
  {
    name: 'before a sentence that does not',
    message: 'is not a number',
    told: 'shop.yaml:7: warning: /spec/apps/0/instances: is not a number',
  },
])('says the place of a problem $name', ({ message, told }) => {
  expect(problemLine({ ...PROBLEM, message })).toBe(told);
});
