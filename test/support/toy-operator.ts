// test support: the operator as it is, in this process, with toys among its schedulers and its metric sources.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type OperatorDeps, type RunningOperator, startOperator } from '../../src/app/operator/operator.ts';
import { defined } from '../../src/lang/defined.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { createRedactor } from '../../src/runtime/redact.ts';

/** Follows one policy until the test is over. */
export async function operatorWith(
  policy: string,
  {
    scheduler,
    ...toys
  }: { readonly scheduler?: string } & Pick<OperatorDeps, 'schedulers' | 'metricSources'>,
): Promise<RunningOperator> {
  const folder = mkdtempSync(join(tmpdir(), 'toy-'));
  writeFileSync(join(folder, 'policy.yaml'), policy);
  const stop = new AbortController();
  const operator = await startOperator(
    {
      ...defined({ scheduler }),
      policies: [folder],
      marathon: [],
      api: { host: '127.0.0.1', port: 0 },
      env: {},
    },
    { clock: systemClock, log: silentLogger, redactor: createRedactor(), ...toys },
    stop.signal,
  );
  onTestFinished(async () => {
    stop.abort();
    await operator.stopped;
    rmSync(folder, { recursive: true });
  });
  return operator;
}
