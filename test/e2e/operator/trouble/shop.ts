// test support: a whole operator over a policy `shop` with a pool of 20 slots, and what is seen and said of its apps.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startOperator } from '../../../../src/app/operator/operator.ts';
import type { AppView } from '../../../../src/controller/status/view.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import { createRedactor } from '../../../../src/runtime/redact.ts';
import { until } from '../../../support/until.ts';

const PATIENCE_MS = 90_000;

export interface Shop {
  /** Conditions and counts, a line each. */
  said(): string;
  seen(app: string): AppView | undefined;
  /** @throws what is said, where it does not come to be */
  toBe(what: string, look: () => boolean | Promise<boolean>): Promise<void>;
}

/** @param removed takes away what the operator made, once it has ended */
export async function openShop(
  apps: readonly object[],
  env: Readonly<Record<string, string | undefined>>,
  removed: () => Promise<unknown> = async () => undefined,
): Promise<Shop> {
  const dir = mkdtempSync(join(tmpdir(), 'trouble-'));
  const stop = new AbortController();
  const policy = {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: { interval: '200ms', capacity: { slots: 20 }, apps },
  };
  const path = join(dir, 'policy.yaml');
  writeFileSync(path, JSON.stringify(policy));
  const { state, stopped } = await startOperator(
    { policies: [path], marathon: [], api: { host: '127.0.0.1', port: 0 }, env },
    { clock: systemClock, log: silentLogger, redactor: createRedactor() },
    stop.signal,
  );
  onTestFinished(async () => {
    stop.abort();
    await stopped;
    await removed();
    rmSync(dir, { recursive: true, force: true });
  });
  const policies = () => state.view().pools.flatMap((pool) => pool.policies);
  const said = (): string =>
    policies()
      .flatMap(({ conditions, apps: views }) => [
        ...conditions.map(({ type, status, message }) => `${type} ${status}: ${message}`),
        ...views.map(({ name, requested, running }) => `${name}: ${running} of ${requested}`),
      ])
      .join('\n');
  return {
    said,
    seen: (app) =>
      policies()
        .flatMap(({ apps: views }) => views)
        .find(({ name }) => name === app),
    toBe: async (what, look) => {
      await until(what, look, PATIENCE_MS).catch((error: unknown) => {
        throw new Error(`${String(error)}; it is said: ${said()}`);
      });
    },
  };
}
