import { describe, expect, it } from 'vitest';
import { DemoRecorder } from '../../src/app/commands/demo/recorder.ts';
import { summaryLine } from '../../src/cli/output/live-line.ts';
import type { AppView, MetricView, OperatorView } from '../../src/controller/status/view.ts';

function app(name: string, running: number, extra: Partial<AppView> = {}): AppView {
  return {
    name,
    id: `/demo/${name}`,
    policy: 'default/demo',
    role: 'scaled',
    exists: true,
    wanted: running,
    granted: running,
    requested: running,
    running,
    staging: 0,
    killing: 0,
    waiting: 0,
    ready: running,
    metrics: [],
    tasks: [],
    summary: '',
    steps: [],
    figures: {},
    counters: {},
    ...extra,
  };
}

function queue(value: number | undefined, target = 50): MetricView {
  const known = value === undefined ? { state: 'unavailable' as const } : { state: 'ok' as const, value };
  return { type: 'QueueLength', label: 'queue demo-queue', unit: 'messages', target, ...known };
}

function view(atMs: number, apps: readonly AppView[]): OperatorView {
  return {
    atMs,
    version: '0',
    ready: true,
    cluster: { scheduler: 'Marathon', url: '', reachable: true, message: '' },
    clusters: [],
    pools: [
      {
        name: 'default/demo',
        capacity: { total: 10, used: 0, unit: 'slots' },
        intervalMs: 500,
        policies: [
          {
            namespace: 'default',
            name: 'demo',
            source: 'directory policies',
            labels: {},
            annotations: {},
            pool: 'default/demo',
            generation: 1,
            observedGeneration: 1,
            mode: 'Reconcile',
            createdAt: '2026-01-01T00:00:00Z',
            place: 'demo.yaml:1',
            revision: '',
            spec: { mode: 'Reconcile', interval: '500ms', onDelete: 'Retain', drift: 'Revert', apps: [] },
            conditions: [],
            apps,
          },
        ],
      },
    ],
    capacityPools: [],
    refused: [],
    leaving: [],
    interventions: [],
    decisions: [],
    events: [],
    problems: [],
    stats: { rounds: 9, decisions: 3, writes: 7, conflicts: 1 },
  };
}

describe('DemoRecorder', () => {
  it('weighs the queue by time, and leaves out time in which it was unknown', () => {
    const recorder = new DemoRecorder('demo');
    recorder.observe(view(0, [app('consumer', 1, { metrics: [queue(10)] })]));
    recorder.observe(view(3000, [app('consumer', 4, { metrics: [queue(40)] })]));
    recorder.observe(view(4000, [app('consumer', 3, { metrics: [queue(90)] })]));
    recorder.observe(view(9000, [app('consumer', 2, { metrics: [queue(undefined)] })]));
    expect(recorder.result(0)).toMatchObject({
      seconds: 9,
      queue: { target: 50, max: 90, last: 90, withinTarget: 0.75 },
      apps: { consumer: { min: 1, max: 4, last: 2 } },
      decisions: 3,
      marathon: { writes: 7, conflicts: 1 },
      leftProcesses: 0,
    });
  });

  it('sums what the programs counted', () => {
    const recorder = new DemoRecorder('demo');
    recorder.observe(
      view(0, [
        app('producer', 3, { counters: { produced: 12 } }),
        app('consumer', 1, { counters: { consumed: 9, handed_back: 2 } }),
        app('remainder', 6, { counters: { work: 100 } }),
      ]),
    );
    expect(recorder.result(0)).toMatchObject({
      messages: { produced: 12, consumed: 9, handedBack: 2 },
      remainder: { work: 100 },
    });
  });

  it('has no queue where the policy has none', () => {
    const recorder = new DemoRecorder('demo');
    recorder.observe(view(0, [app('one', 1)]));
    expect(recorder.result(2)).not.toHaveProperty('queue');
    expect(recorder.result(2).leftProcesses).toBe(2);
  });

  it('is ready when every app of the policy runs', () => {
    expect(DemoRecorder.isReady(view(0, [app('a', 1), app('b', 0)]), 'demo')).toBe(false);
    expect(DemoRecorder.isReady(view(0, [app('a', 1), app('b', 2)]), 'demo')).toBe(true);
    const fixed = (running: number): AppView => app('p', running, { role: 'fixed', requested: 3 });
    expect(DemoRecorder.isReady(view(0, [app('a', 1), fixed(2)]), 'demo')).toBe(false);
    expect(DemoRecorder.isReady(view(0, [app('a', 1), fixed(3)]), 'demo')).toBe(true);
    expect(DemoRecorder.isReady(view(0, []), 'demo')).toBe(false);
    expect(DemoRecorder.isReady(view(0, [app('a', 1)]), 'other')).toBe(false);
  });
});

describe('summaryLine', () => {
  it('shows queue against target, counts, what is on its way, and the work', () => {
    const apps = [
      app('consumer', 4, { requested: 6, metrics: [queue(34)] }),
      app('remainder', 6, { counters: { work: 1204 } }),
    ];
    expect(summaryLine(view(0, apps), 'demo')).toBe(
      'queue demo-queue: 34/50 · consumer 4→6 · remainder 6 · work 1204',
    );
  });

  it('says unknown instead of a number that was not read', () => {
    expect(summaryLine(view(0, [app('consumer', 4, { metrics: [queue(undefined)] })]), 'demo')).toBe(
      'queue demo-queue: unknown/50 · consumer 4',
    );
  });
});
