import { describe, expect, it } from 'vitest';
import type { Condition, ConditionType } from '../../../../src/api/conditions.ts';
import type { ClusterView, PolicyView } from '../../../../src/controller/status/view.ts';
import { policyHealth } from '../../../../src/server/page/health/policy-health.ts';
import { aPolicyView, withApp, withCondition, withQueue } from '../../../support/page/operator-views.ts';

const calm = aPolicyView('orders');
const AT_CAPACITY = { status: 'True', reason: 'AtCapacity', message: 'orders gets 9 of 10' } as const;

function on(type: ConditionType, over: Partial<Omit<Condition, 'type'>>): PolicyView {
  return withCondition(calm, type, over);
}

const AWAY: ClusterView = {
  scheduler: 'marathon',
  urls: ['http://m:8080'],
  url: 'http://m:8080',
  reachable: false,
  message: 'connection refused',
};

const EVERY = { intervalMs: 500 };

function healthOf(policy: PolicyView, cluster?: ClusterView) {
  const pool = { ...EVERY, ...(cluster && { cluster }) };
  return policyHealth(policy, { pool, decisions: new Map() });
}

describe('policyHealth', () => {
  it.each([
    { name: 'all is well', policy: calm, level: 'ok', what: 'Within target' },
    {
      name: 'over target without a limit',
      policy: withQueue(calm, 80),
      level: 'limited',
      what: 'Over target',
    },
    {
      name: 'over target at capacity',
      policy: withCondition(withQueue(calm, 80), 'ScalingLimited', AT_CAPACITY),
      level: 'limited',
      what: 'Over target',
      limit: 'at capacity',
    },
    { name: 'at capacity within target', policy: on('ScalingLimited', AT_CAPACITY), level: 'ok' },
    {
      name: 'a metric that is not read',
      policy: on('MetricsAvailable', { status: 'False', reason: 'NotRead', message: '403' }),
      level: 'failing',
      what: 'Metric not read',
    },
    {
      name: 'an edit that is not valid',
      policy: on('Accepted', { status: 'False', reason: 'InvalidSpec' }),
      level: 'failing',
    },
    {
      name: 'an app that is being updated',
      policy: on('Applied', { status: 'False', reason: 'Deploying' }),
      level: 'limited',
    },
    {
      name: 'another operator that scales the same app',
      policy: on('Conflict', { status: 'True', reason: 'AlternatingCounts' }),
      level: 'failing',
    },
    {
      name: 'a person who scaled in Marathon',
      policy: on('Conflict', { status: 'True', reason: 'ManualScale' }),
      level: 'limited',
    },
    {
      name: 'instances that do not start',
      policy: on('NotLaunching', { status: 'True', reason: 'BackingOff' }),
      level: 'failing',
    },
    {
      name: 'nothing known yet',
      policy: on('Ready', { status: 'Unknown', reason: 'Pending' }),
      level: 'unknown',
    },
    {
      name: 'a policy that only observes',
      policy: withCondition(on('Applied', { status: 'Unknown', reason: 'Observing' }), 'Ready', {
        status: 'Unknown',
        reason: 'Observing',
      }),
      level: 'ok',
      kind: 'Observing',
      what: 'Observing: decides, and writes nothing',
    },
    {
      name: 'a policy that only observes and is over target',
      policy: withCondition(withQueue(calm, 80), 'Ready', { status: 'Unknown', reason: 'Observing' }),
      level: 'limited',
      what: 'Over target',
    },
    {
      name: 'a person who paused it, whatever else is wrong',
      policy: {
        ...on('Accepted', { status: 'False', reason: 'InvalidSpec' }),
        paused: { sinceMs: 7 },
      },
      level: 'paused',
      sinceMs: 7,
    },
  ])('says of $name: $level', ({ policy, name: _name, ...want }) => {
    expect(healthOf(policy)).toMatchObject(want);
  });

  it('says of a cluster that does not answer that it is the cause, and leaves its words to whoever says them for all', () => {
    const health = healthOf(withQueue(calm, 80), AWAY);
    expect(health).toMatchObject({
      level: 'failing',
      what: 'Marathon unreachable',
      cluster: 'http://m:8080',
      why: 'counts are left as they are',
    });
    expect(JSON.stringify(health)).not.toContain('connection refused');
  });

  it('says of one of several clusters that only its own counts are left as they are', () => {
    const there: ClusterView = { ...AWAY, urls: ['unix:///d.sock'], url: 'unix:///d.sock', reachable: true };
    const pool = { ...EVERY, clusters: [there, AWAY] };
    expect(policyHealth(calm, { pool, decisions: new Map() })).toMatchObject({
      level: 'failing',
      cluster: 'http://m:8080',
      why: 'counts there are left as they are, the rest goes on',
    });
  });

  it('names the last decision as what was tried', () => {
    const policy = withQueue(calm, 80);
    const decision = {
      atMs: Date.parse('2026-01-01T00:00:00Z'),
      pool: policy.pool,
      app: '/orders/consumer',
      from: 5,
      to: 9,
      wanted: 10,
      granted: 9,
      summary: '',
      steps: [],
    };
    const decisions = new Map([[decision.app, decision]]);
    expect(policyHealth(policy, { pool: EVERY, decisions }).tried).toBe(
      'consumer 5 → 9 at 2026-01-01T00:00:00.000Z',
    );
    expect(healthOf(policy).tried).toBe('no count was changed yet');
  });

  it.each([
    ['a reading that failed', { state: 'unavailable' as const, value: 80 }, 'ok'],
    ['messages that nobody works on', { infinite: true as const, unit: 'seconds' as const }, 'limited'],
    ['too many for each instance', { perInstance: { current: 9, target: 8 }, value: 9 }, 'limited'],
    ['exactly the target', { value: 50, target: 50 }, 'ok'],
  ])('takes %s for what it is', (_name, metric, level) => {
    const policy = withApp(calm, (app) => ({
      ...app,
      metrics: app.metrics.map(({ value: _value, ...each }) => ({ ...each, ...metric })),
    }));
    expect(healthOf(policy).level).toBe(level);
  });
});

describe('a metric that was read last some time ago', () => {
  const NOW = 1_000_000;
  const readAt = (state: 'stale' | 'unavailable', atMs: number, status: 'True' | 'False') =>
    withCondition(
      withApp(calm, (app) => ({
        ...app,
        metrics: app.metrics.map((metric) => ({ ...metric, state, atMs })),
      })),
      'MetricsAvailable',
      { status, reason: status === 'True' ? 'StaleRead' : 'NotRead', message: 'connection refused' },
    );
  const lagging = (policy: PolicyView, unreadSinceMs: number) =>
    withApp(policy, (app) => ({
      ...app,
      metrics: app.metrics.map((metric) => ({ ...metric, unreadSinceMs })),
    }));
  const health = (policy: PolicyView, intervalMs = EVERY.intervalMs) =>
    policyHealth(policy, { pool: { lastRoundAtMs: NOW, intervalMs }, decisions: new Map() });

  it.each([
    { name: 'is no trouble after one answer that is missing', agoMs: 600, level: 'ok' },
    { name: 'is none after one of few, either', agoMs: 5_100, intervalMs: 5_000, level: 'ok' },
    { name: 'is one after two of few', agoMs: 10_100, intervalMs: 5_000, level: 'limited' },
    { name: 'is one after two seconds, though the last reading serves', agoMs: 2_000, level: 'limited' },
  ])('$name', ({ agoMs, intervalMs, level }) => {
    expect(health(readAt('stale', NOW - agoMs, 'True'), intervalMs).level).toBe(level);
  });

  it('counts from when it was read, however old the value was then', () => {
    expect(health(lagging(readAt('stale', NOW - 15_500, 'True'), NOW - 600)).level).toBe('ok');
    expect(health(lagging(readAt('stale', NOW - 17_000, 'True'), NOW - 2_000))).toMatchObject({
      level: 'limited',
      sinceMs: NOW - 2_000,
    });
    const unavailable = lagging(readAt('unavailable', NOW - 30_000, 'False'), NOW - 15_000);
    expect(health(unavailable).sinceMs).toBe(NOW - 15_000);
  });

  it('is what the condition says of one that this operator has never read: it was so before it started', () => {
    const began = withCondition(readAt('unavailable', NOW, 'False'), 'MetricsAvailable', {
      lastTransitionTime: new Date(NOW - 600_000).toISOString(),
    });
    const unread = withApp(began, (app) => ({
      ...app,
      metrics: app.metrics.map(({ atMs: _never, ...metric }) => ({ ...metric, unreadSinceMs: NOW - 5_000 })),
    }));
    expect(health(unread).sinceMs).toBe(NOW - 600_000);
  });

  it('is not read since then, also when the last reading serves no more', () => {
    const whileItServes = health(readAt('stale', NOW - 9_000, 'True'));
    expect(whileItServes).toMatchObject({
      what: 'Metric not read',
      sinceMs: NOW - 9_000,
      why: 'connection refused',
    });
    const later = health(readAt('unavailable', NOW - 12_000, 'False'));
    expect(later).toMatchObject({ level: 'failing', what: 'Metric not read', sinceMs: NOW - 12_000 });
  });
});
