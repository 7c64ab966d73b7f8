// test: the suite of `npm run test:sources`: metric sources against servers and libraries that take longer to get.

import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { TRIED_AGAIN } from '../support/suite/failed-once.ts';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, '../..'),
    include: ['test/sources/**/*.sources.ts', 'test/contract/schedulers/ecs-moto.test.ts'],
    globalSetup: ['test/support/suite/compiled-once.ts'],
    testTimeout: 60_000,
    // What is missing is downloaded first.
    hookTimeout: 300_000,
    maxWorkers: 2,
    ...TRIED_AGAIN,
  },
});
