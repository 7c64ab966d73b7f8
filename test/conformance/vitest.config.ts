// test: the suite of `npm run test:conformance`. It needs other people's programs and takes longer than `npm test`.

import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { TRIED_AGAIN } from '../support/suite/failed-once.ts';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, '../..'),
    include: ['test/conformance/**/*.conformance.ts'],
    globalSetup: ['test/support/suite/compiled-once.ts'],
    testTimeout: 60_000,
    // A Go toolchain with an empty cache compiles its HTTP library first.
    hookTimeout: 300_000,
    maxWorkers: 2,
    ...TRIED_AGAIN,
  },
});
