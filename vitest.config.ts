import { defineConfig } from 'vitest/config';
import { CountedFilesReporter } from './test/support/suite/counted-files.ts';
import { TRIED_AGAIN } from './test/support/suite/failed-once.ts';
import { ProgramsFirst } from './test/support/suite/programs-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/suite/compiled-once.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    sequence: { sequencer: ProgramsFirst },
    ...TRIED_AGAIN,
    // A terminal has vitest's own count.
    reporters: [...TRIED_AGAIN.reporters, ...(process.stdout.isTTY ? [] : [new CountedFilesReporter()])],
  },
});
