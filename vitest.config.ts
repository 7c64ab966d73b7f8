import { defineConfig } from 'vitest/config';
import { CountedFilesReporter } from './test/support/suite/counted-files.ts';
import { TRIED_AGAIN } from './test/support/suite/failed-once.ts';
import { ProgramsFirst } from './test/support/suite/programs-first.ts';

/** Rooms that are pure, and so are their tests: a worker keeps what it has loaded from one file to the next. */
const PURE = ['api', 'core', 'lang', 'simulator'].map((room) => `test/${room}/**/*.test.ts`);

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: PURE } },
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
    ],
    globalSetup: ['test/support/suite/compiled-once.ts'],
    // Who waits says after half a minute what for: a test gives up when several such waits were nearly in vain.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // As `until` waits: vitest's own second is over while a machine that does much else starts a program.
    expect: { poll: { timeout: 30_000, interval: 20 } },
    maxWorkers: 2,
    sequence: { sequencer: ProgramsFirst },
    ...TRIED_AGAIN,
    // A terminal has vitest's own count.
    reporters: [...TRIED_AGAIN.reporters, ...(process.stdout.isTTY ? [] : [new CountedFilesReporter()])],
  },
});
