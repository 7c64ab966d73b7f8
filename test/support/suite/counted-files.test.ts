import { expect, it } from 'vitest';
import { CountedFilesReporter } from './counted-files.ts';

it('says at once how many files there are, and every ten seconds how many have ended', () => {
  let nowMs = 5_000;
  const written: string[] = [];
  const reporter = new CountedFilesReporter({ write: (text) => void written.push(text), nowMs: () => nowMs });
  reporter.onTestRunStart({ length: 3 });
  expect(written).toEqual(['0 of 3 test files, 0 s\n']);
  nowMs += 9_000;
  reporter.onTestModuleEnd();
  nowMs += 1_000;
  reporter.onTestModuleEnd();
  expect(written.slice(1)).toEqual(['2 of 3 test files, 10 s\n']);
});
