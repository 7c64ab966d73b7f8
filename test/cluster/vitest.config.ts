// test: the suite of `npm run test:cluster`: what needs a whole Kubernetes control plane, which is started once for all of it.

import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { TRIED_AGAIN } from '../support/suite/failed-once.ts';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, '../..'),
    include: [
      'test/cluster/**/*.cluster.ts',
      'test/contract/schedulers/kubernetes.test.ts',
      'test/policy-sources/kubernetes/real-cluster.test.ts',
    ],
    globalSetup: ['test/support/suite/compiled-once.ts', 'test/cluster/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 90_000,
    maxWorkers: 2,
    ...TRIED_AGAIN,
  },
});
