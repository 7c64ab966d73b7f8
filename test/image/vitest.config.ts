// test: the suite of `npm run test:image`: the Dockerfile is built and run on an engine of its own.

import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { TRIED_AGAIN } from '../support/suite/failed-once.ts';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, '../..'),
    include: ['test/image/**/*.image.ts'],
    globalSetup: ['test/support/suite/compiled-once.ts'],
    testTimeout: 120_000,
    // A base image from Debian's packages first, then npm ci, twice.
    hookTimeout: 900_000,
    ...TRIED_AGAIN,
  },
});
