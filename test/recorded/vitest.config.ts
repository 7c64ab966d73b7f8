// test: the suite of `npm run test:recorded`. It replays what a real Marathon answered, from a folder that is not ours.

import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, '../..'),
    include: ['test/recorded/**/*.recorded.ts'],
    globalSetup: ['test/support/suite/compiled-once.ts'],
    testTimeout: 120_000,
    // The summary is for people: it is printed as it is, in the order of the files.
    disableConsoleIntercept: true,
    fileParallelism: false,
    sequence: { shuffle: false },
    passWithNoTests: true,
  },
});
