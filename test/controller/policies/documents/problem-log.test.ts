// The log says what is wrong with documents once, not at every listing.

import { expect, it } from 'vitest';
import { ProblemLog } from '../../../../src/controller/policies/documents/problem-log.ts';
import type { LogFields, Logger } from '../../../../src/runtime/log.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';

function recorded(): { readonly problems: ProblemLog; readonly lines: (string | LogFields)[][] } {
  const lines: (string | LogFields)[][] = [];
  const log: Logger = { ...silentLogger, warn: (message, fields = {}) => void lines.push([message, fields]) };
  return { problems: new ProblemLog(log), lines };
}

const bomb = { source: 'bomb.yaml:1', message: 'has too many values' };
const empty = { source: 'empty.yaml:1', message: 'holds no document' };

it('tells a problem when it is new, and again when it comes back', () => {
  const { problems, lines } = recorded();
  problems.report([bomb]);
  problems.report([bomb, empty]);
  problems.report([empty]);
  problems.report([bomb, empty]);
  const told = (problem: typeof bomb): (string | LogFields)[] => [
    'problem in the policies',
    { source: problem.source, problem: problem.message },
  ];
  expect(lines).toEqual([told(bomb), told(empty), told(bomb)]);
});

it('does not flood the log', () => {
  const { problems, lines } = recorded();
  problems.report(Array.from({ length: 500 }, (_, i) => ({ ...bomb, source: `bomb.yaml:${i}` })));
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)?.[1]).toEqual({ left: 480 });
});
