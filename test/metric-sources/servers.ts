// Servers and sources for the tests of metric sources: what each needs, and taken down after each test.

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished, type TestContext } from 'vitest';
import type { MetricSpec } from '../../src/api/policy.ts';
import type { MetricReading, MetricSample } from '../../src/core/observation.ts';
import { METRIC_SOURCES } from '../../src/metric-sources/registry.ts';
import type { MetricSource } from '../../src/metric-sources/source.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { type FakeValues, fakeValues } from '../support/values.ts';

/** 2026-01-01, a whole second. */
export const NOW_MS = Date.parse('2026-01-01T00:00:00Z');

export const never = new AbortController().signal;

/** One that each of a hundred reads leaves is more than so many handles; timers of the suite itself come and go. */
export const FEW_HANDLES = 50;

/** A server of our own in place of the real one, for faults; its origin. */
export async function serverThat(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** One that answers every request with this. */
export function serverWith(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): Promise<string> {
  return serverThat((_, response) => {
    response.writeHead(status, { date: new Date(NOW_MS).toUTCString(), ...headers }).end(body);
  });
}

/**
 * The source that a policy's `metric` names, without its deadline; closed after the test, which is to be named where several run
 * at once.
 */
export function sourceOf(
  spec: MetricSpec,
  {
    values = fakeValues(),
    clock = new VirtualClock(NOW_MS),
    onCall,
    test = { onTestFinished },
  }: {
    values?: FakeValues;
    clock?: VirtualClock;
    onCall?: (() => void) | undefined;
    test?: Pick<TestContext, 'onTestFinished'>;
  } = {},
): MetricSource {
  const [type, config = {}] = Object.entries(spec)[0] ?? [];
  const source = METRIC_SOURCES.find((each) => each.type === type)?.create(config, {
    clock,
    log: silentLogger,
    values,
    onCall,
  });
  if (source === undefined) throw new Error(`there is no metric source ${type}`);
  test.onTestFinished(() => source.close());
  return source;
}

export function ok(reading: MetricReading): MetricSample {
  if (reading.state !== 'ok') throw new Error(reading.reason);
  return reading;
}

export function reasonOf(reading: MetricReading): string {
  if (reading.state === 'ok') throw new Error(`was ok with ${reading.waiting}`);
  return reading.reason;
}
