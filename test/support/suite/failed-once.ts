// Says at the end of a run which tests failed at first and then passed: each is a defect to mend, in the test or in the code.

import type { Reporter, TestModule } from 'vitest/node';

/** What failed once, each with its first error; none: nothing. */
export function failedOnce(modules: readonly TestModule[]): readonly string[] {
  const lines: string[] = [];
  for (const module of modules) {
    for (const test of module.children.allTests('passed')) {
      if (test.diagnostic()?.flaky !== true) continue;
      const [first] = test.result().errors ?? [];
      lines.push(
        `${module.relativeModuleId} > ${test.fullName}\n    ${first?.message ?? 'no error was kept'}`,
      );
    }
  }
  return lines;
}

export class FailedOnceReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = failedOnce(modules);
    if (lines.length === 0) return;
    process.stderr.write(
      `\nFailed at first and passed when tried again, to be mended:\n  ${lines.join('\n  ')}\n`,
    );
  }
}

/**
 * For the configuration of a suite: real browsers, engines and servers share the machine with it. Where nobody sits who could
 * look, what failed is tried once more, and the run ends with a list of it.
 */
export const TRIED_AGAIN = {
  retry: process.env['CI'] === undefined ? 0 : 1,
  reporters: ['default', new FailedOnceReporter()] as ['default', Reporter],
};
