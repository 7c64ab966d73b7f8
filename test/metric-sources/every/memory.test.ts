// What holds for every source there is, the next one included: reads that fail leave nothing behind.

import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ASKING } from './readme-examples.ts';

describe('memory over 10,000 failing reads', () => {
  let growth: Readonly<Record<string, number>>;
  beforeAll(() => {
    const program = resolve(import.meta.dirname, 'failing-reads.ts');
    growth = JSON.parse(
      execFileSync(process.execPath, ['--expose-gc', '--no-flush-bytecode', program], { encoding: 'utf8' }),
    );
  }, 300_000);

  /** One listener or one promise that is kept for each read is more. */
  const MOST_BYTES_A_READ = 100;

  it.each(ASKING)('is flat for $type', ({ type }) => {
    expect(growth[type]).toBeLessThan(MOST_BYTES_A_READ);
  });
});
