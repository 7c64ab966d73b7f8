// What a result makes of a task's health.

import { describe, expect, it } from 'vitest';
import type { HealthCheck } from '../../../src/emulator/definition/app.ts';
import { type Health, nextHealth, UNKNOWN } from '../../../src/emulator/health/health.ts';

const CHECK: HealthCheck = {
  protocol: 'HTTP',
  gracePeriodSeconds: 10,
  intervalSeconds: 1,
  timeoutSeconds: 1,
  maxConsecutiveFailures: 2,
  delaySeconds: 0,
};
const BAD = { ok: false, cause: 'bad' } as const;
const at = (nowMs: number) => ({ nowMs, runningSinceMs: 0 });

/** Health and reasons to kill after one result a second from the 11th on. */
function healthAfter(check: Partial<HealthCheck>, results: string): { health: Health; kills: number[] } {
  let health = UNKNOWN;
  const kills: number[] = [];
  [...results].forEach((result, index) => {
    const verdict = nextHealth(
      { ...CHECK, ...check },
      health,
      result === '+' ? { ok: true } : BAD,
      at(11_000 + index),
    );
    health = verdict.health;
    if (verdict.kill !== undefined) kills.push(index + 1);
  });
  return { health, kills };
}

describe('judge', () => {
  it.each([
    ['the failure after the most', {}, '---', [3]],
    ['not before', {}, '--', []],
    ['not when a success lies between', {}, '--+--', []],
    ['after a success too', {}, '+---', [4]],
    ['never with 0', { maxConsecutiveFailures: 0 }, '----------', []],
    ['Mesos counts the one at hand', { protocol: 'COMMAND' }, '--', [2]],
    ['so do its own probes', { protocol: 'MESOS_TCP' }, '--', [2]],
  ])('kills at %s', (_name, check, results, kills) => {
    expect(healthAfter(check, results).kills).toEqual(kills);
  });

  it('counts failures, forgets them with a success, and keeps what was', () => {
    expect(healthAfter({}, '-')).toMatchObject({ health: { alive: false, consecutiveFailures: 1 } });
    expect(healthAfter({}, '-+-+').health).toEqual({
      alive: true,
      consecutiveFailures: 0,
      firstSuccessMs: 11_001,
      lastSuccessMs: 11_003,
      lastFailureMs: 11_002,
      lastFailureCause: 'bad',
    });
  });

  it('overlooks failures in the grace, until the first success', () => {
    expect(nextHealth(CHECK, UNKNOWN, BAD, at(9_999))).toEqual({ health: UNKNOWN, ignored: true });
    expect(nextHealth(CHECK, UNKNOWN, BAD, at(10_000)).health.consecutiveFailures).toBe(1);
    const { health } = nextHealth(CHECK, UNKNOWN, { ok: true }, at(1000));
    expect(nextHealth(CHECK, health, BAD, at(2000)).health).toMatchObject({
      alive: false,
      consecutiveFailures: 1,
    });
  });
});
