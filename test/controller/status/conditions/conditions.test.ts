import { describe, expect, it } from 'vitest';
import type { ConditionType } from '../../../../src/api/conditions.ts';
import { initialConditions, setCondition } from '../../../../src/api/conditions.ts';
import type { AppSpec, PolicySpec, ResourceKey } from '../../../../src/api/policy.ts';
import { membersOfPolicy } from '../../../../src/controller/policies/members.ts';
import { ACCEPTED, type PolicyRecord, refusal } from '../../../../src/controller/policies/records.ts';
import type { AppAssessment } from '../../../../src/controller/round/assess.ts';
import type { Round } from '../../../../src/controller/round/round.ts';
import { appViewOf } from '../../../../src/controller/status/app-view.ts';
import { conditionsOf } from '../../../../src/controller/status/conditions/conditions.ts';
import { conditionEvents } from '../../../../src/controller/status/events/event-rules.ts';
import type { AppDecision } from '../../../../src/core/decision.ts';
import type { AppObservation, MetricReading, OperationKind } from '../../../../src/core/observation.ts';
import { TerminalError, TransientError, UnresolvedReference } from '../../../../src/runtime/errors.ts';
import { MARATHON_WORDS } from '../../../../src/schedulers/marathon/words.ts';
import { aSample, aTarget, aTotal, notRead, observed, T0 } from '../../../support/builders.ts';
import { anApp, aPolicy, wants } from '../../../support/fakes.ts';

interface Scene {
  readonly spec?: Partial<PolicySpec>;
  readonly app?: Partial<AppSpec>;
  readonly record?: Partial<PolicyRecord>;
  readonly observed?: Partial<AppObservation>;
  readonly assessment?: Partial<AppAssessment>;
  readonly decision?: Partial<AppDecision>;
  readonly readings?: readonly MetricReading[];
  readonly round?: Partial<Round>;
  readonly missing?: boolean;
}

/** A policy with one scaled app `/a` of 3 instances that is as it should be, but for what a row says. */
function aScene(scene: Scene): { record: PolicyRecord; round: Round; assessment: AppAssessment } {
  const policy = aPolicy('demo', [anApp('a', { ...wants(1), ...scene.app })], scene.spec);
  const version = { policy, source: 'dir', place: 'demo.yaml:1', revision: 'r', generation: 2 };
  const record: PolicyRecord = {
    key: 'default/demo' as ResourceKey,
    latest: version,
    running: version,
    accepted: ACCEPTED,
    generation: 2,
    createdAtMs: T0,
    ...scene.record,
  };
  const app = membersOfPolicy({ ...record, running: version })[0]!;
  const now = observed(3, { id: '/a', owner: 'default/demo', ...scene.observed });
  const assessment: AppAssessment = {
    app,
    part: 'live',
    foreignScale: { situation: 'none' },
    frozen: false,
    adopt: false,
    ...(scene.missing ? {} : { observed: now }),
    ...scene.assessment,
  };
  const decision: AppDecision = {
    id: '/a',
    name: 'a',
    role: 'scaled',
    from: 3,
    wanted: 3,
    granted: 3,
    to: 3,
    steps: [],
    summary: 'wanted 3',
    figures: {},
    ...scene.decision,
  };
  const round: Round = {
    pool: { key: 'default/demo', members: [record] },
    startedAtMs: T0,
    atMs: T0,
    wallAheadMs: 0,
    world: {
      readings: new Map([['/a', scene.readings ?? [aSample(3)]]]),
      view: { apps: new Map(), atMs: T0 },
    },
    assessments: [assessment],
    decisions: new Map([['/a', decision]]),
    drift: new Map(),
    results: [],
    ...scene.round,
  };
  return { record, round, assessment };
}

function conditionIn(scene: Scene, type: ConditionType): { told: string; message: string } {
  const { record, round } = aScene(scene);
  const found = conditionsOf(record, round, MARATHON_WORDS).find((c) => c.type === type);
  return { told: `${found?.status}/${found?.reason}`, message: found?.message ?? '' };
}

const create = {
  kind: 'create',
  app: '/a',
  instances: 1,
  definition: {},
  envFrom: [],
  owner: '',
  reason: '',
} as const;
const scale = { kind: 'scale', app: '/a', from: 3, to: 4, reason: '' } as const;
const drift = new Map([['/a', [{ field: 'cmd', before: 'x', after: 'y' }]]]);
const deployment = (kind: OperationKind) => [{ id: 'd1', affectedApps: ['/a'], kinds: [kind] }];
const readings = (reading: MetricReading): Scene => ({ readings: [reading] });
const failed = (obstacle: 'locked' | 'refused' | 'unresolved' | 'unavailable', message: string): Scene => ({
  round: { results: [{ change: scale, result: 'failed', obstacle, message }] },
});
const noView = (error: unknown): Scene => ({ round: { world: { readings: new Map(), error } } });

const rows: readonly [ConditionType, string, Scene, string?][] = [
  ['Accepted', 'True/Valid', {}],
  [
    'Accepted',
    'False/InvalidSpec',
    { record: { accepted: refusal('InvalidSpec', 'no max') } },
    'generation 2 goes on',
  ],
  [
    'Accepted',
    'False/AdoptionRequired',
    { assessment: { part: 'off', trouble: { reason: 'AdoptionRequired', message: '/a exists' } } },
    'nothing of this policy is touched',
  ],
  ['MetricsAvailable', 'True/AllRead', {}],
  ['MetricsAvailable', 'False/NotRead', readings(notRead()), '/a: the queue does not answer'],
  [
    'MetricsAvailable',
    'True/StaleRead',
    readings(notRead({ last: aSample(3, { asOfMs: T0 - 10_000 }) })),
    '/a: the queue does not answer; the last reading serves until it is 10s old',
  ],
  ['MetricsAvailable', 'False/NotRead', readings(notRead({ last: aSample(3, { asOfMs: T0 - 10_001 }) }))],
  ['MetricsAvailable', 'True/AllRead', readings(aSample(3, { asOfMs: T0 - 10_000 }))],
  // A source that answers, with what was so long ago: the count is held, as if it did not.
  [
    'MetricsAvailable',
    'False/NotRead',
    readings(aSample(3, { asOfMs: T0 - 10_001 })),
    '/a: the last reading is too old; counts are kept meanwhile',
  ],
  [
    'MetricsAvailable',
    'False/NotRead',
    {
      app: { targets: [aTarget(), aTarget()] },
      readings: [notRead({ reason: 'slow', last: aSample(3) }), notRead({ reason: 'gone' })],
    },
    '/a: gone; counts',
  ],
  ['MetricsAvailable', 'Unknown/Pending', { readings: [] }],
  ['MetricsAvailable', 'True/NoMetrics', { app: { targets: [] }, readings: [] }],
  ['Applied', 'True/UpToDate', {}],
  ['Applied', 'Unknown/PausedBySpec', { spec: { mode: 'Paused' } }],
  ['Applied', 'Unknown/Observing', { spec: { mode: 'Observe' } }],
  [
    'Applied',
    'Unknown/MarathonUnavailable',
    noView(new TransientError('away')),
    'away; counts are left as they are',
  ],
  ['Applied', 'False/MarathonRefused', noView(new TerminalError('401'))],
  ['Applied', 'False/WaitingForLock', failed('locked', 'locked by d2'), 'locked by d2'],
  ['Applied', 'False/MarathonRefused', failed('refused', '422')],
  ['Applied', 'False/SecretUnavailable', failed('unresolved', 'KEY is not set'), 'KEY is not set'],
  ['Applied', 'False/SecretUnavailable', noView(new UnresolvedReference('TOKEN is not set')), 'TOKEN'],
  ['Applied', 'False/MarathonUnavailable', failed('unavailable', '503')],
  [
    'Applied',
    'False/AppMissing',
    {
      missing: true,
      assessment: { part: 'off', trouble: { reason: 'AppMissing', message: '/a does not exist' } },
    },
  ],
  ['Applied', 'False/Drifted', { spec: { drift: 'Report' }, round: { drift } }, 'in cmd'],
  ['Applied', 'False/Deploying', { round: { drift } }, 'waits for its update'],
  ['Applied', 'False/Deploying', { round: { results: [{ change: create, result: 'accepted' }] } }],
  ['Applied', 'False/Deploying', { missing: true }, 'to be created'],
  ['Applied', 'False/Deploying', { observed: { operations: deployment('Restart') } }, 'd1'],
  ['Applied', 'True/UpToDate', { observed: { operations: deployment('Scale') } }],
  ['ScalingLimited', 'False/WithinLimits', {}],
  ['ScalingLimited', 'True/AtCapacity', { decision: { limitedBy: 'capacity' } }],
  ['ScalingLimited', 'True/AtMaximum', { decision: { limitedBy: 'max' } }],
  ['ScalingLimited', 'True/AtMinimum', { decision: { limitedBy: 'min' } }],
  ['ScalingLimited', 'False/WithinLimits', { decision: { limitedBy: 'handover' } }],
  ['ScalingLimited', 'False/WithinLimits', { decision: { limitedBy: 'handover' } }, 'as soon as slots'],
  ...(
    [
      ['cluster', 'ClusterFull'],
      ['creation', 'NotCreated'],
      ['launching', 'BackingOff'],
      ['metric', 'NotRead'],
      ['held', 'Held'],
      ['behavior', 'LimitedByBehavior'],
    ] as const
  ).map(([limitedBy, reason]): (typeof rows)[number] => {
    const steps = [{ rule: limitedBy, before: 3, after: 2, reason: 'because' }];
    return ['ScalingLimited', `True/${reason}`, { decision: { limitedBy, steps } }, 'because'];
  }),
  ['NotLaunching', 'False/Running', {}],
  [
    'NotLaunching',
    'False/Launching',
    { observed: { waiting: 2, waitingFor: [{ reason: 'NoRoom', text: 'InsufficientCpus' }] } },
    'InsufficientCpus',
  ],
  ['NotLaunching', 'True/BackingOff', { observed: { backoffMs: 1 } }, 'look at its tasks'],
  [
    'NotLaunching',
    'True/BackingOff',
    {
      observed: {
        backoffMs: 1,
        waiting: 1,
        waitingFor: [{ reason: 'BackingOff', text: 'No such image: a:1' }],
      },
    },
    'is backing off: No such image: a:1',
  ],
  ['NotLaunching', 'True/BackingOff', { decision: { limitedBy: 'launching' } }],
  ['Paused', 'False/Running', {}],
  ['Paused', 'True/PausedBySpec', { spec: { mode: 'Paused' } }],
  ['Conflict', 'False/NoConflict', {}],
  ['Conflict', 'True/ManualScale', { assessment: { foreignScale: { situation: 'manual' } } }],
  ['Conflict', 'True/AlternatingCounts', { assessment: { foreignScale: { situation: 'conflict' } } }],
  ['Ready', 'True/AllTrue', {}],
  ['Ready', 'True/AllTrue', readings(notRead({ last: aSample(3) }))],
  ['Ready', 'False/NotRead', readings(notRead()), 'MetricsAvailable is False (NotRead)'],
  ['Ready', 'Unknown/Observing', { spec: { mode: 'Observe' } }, 'writes nothing'],
  ['Ready', 'Unknown/Paused', { spec: { mode: 'Paused' } }, 'mode: Paused'],
  ['Ready', 'Unknown/Paused', { spec: { mode: 'Paused' }, ...readings(notRead()) }],
  ['Ready', 'False/NotRead', { spec: { mode: 'Observe' }, ...readings(notRead()) }],
  [
    'Ready',
    'False/InvalidSpec',
    { spec: { mode: 'Paused' }, record: { accepted: refusal('InvalidSpec', 'no max') } },
  ],
];

describe('conditions', () => {
  it.each(rows)('%s is %s', (type, told, scene, words = '') => {
    const found = conditionIn(scene, type);
    expect(found.told).toBe(told);
    expect(found.message).toContain(words);
    expect(found.message).not.toBe('');
  });

  it('are unknown for a policy that never ran, except for Accepted', () => {
    const { record, round } = aScene({ record: { accepted: refusal('PoolNotFound', 'no pool') } });
    const { running: _, ...never } = record;
    const told = conditionsOf(never, { ...round, assessments: [] }, MARATHON_WORDS).map(
      (c) => `${c.type}=${c.status}`,
    );
    expect(told).toEqual([
      'Accepted=False',
      'MetricsAvailable=Unknown',
      'Applied=Unknown',
      'ScalingLimited=Unknown',
      'NotLaunching=Unknown',
      'Paused=Unknown',
      'Conflict=Unknown',
      'Ready=False',
    ]);
  });
});

describe('events of transitions', () => {
  function told(...scenes: readonly Scene[]): readonly string[] {
    let before = initialConditions(1, T0);
    let last: readonly string[] = [];
    for (const scene of scenes) {
      const { record, round } = aScene(scene);
      const after = conditionsOf(record, round, MARATHON_WORDS).reduce(
        (all, next) => setCondition(all, next, T0),
        before,
      );
      last = conditionEvents('policy default/demo', before, after).map((e) => `${e.type} ${e.reason}`);
      before = after;
    }
    return last;
  }

  it.each([
    { name: 'a policy that is seen for the first time', scenes: [{}], events: ['Normal PolicyAccepted'] },
    { name: 'a second round like the first', scenes: [{}, {}], events: [] },
    {
      name: 'a metric that cannot be read any more',
      scenes: [{}, readings(notRead())],
      events: ['Warning MetricsUnavailable'],
    },
    {
      name: 'a metric that can be read again',
      scenes: [readings(notRead()), {}],
      events: ['Normal MetricsRecovered'],
    },
    {
      name: 'a Marathon that does not answer any more',
      scenes: [{}, noView(new TransientError('x'))],
      events: ['Warning MarathonUnavailable'],
    },
    {
      name: 'a Marathon that answers again',
      scenes: [noView(new TransientError('x')), {}],
      events: ['Normal AppliedAgain'],
    },
    {
      name: 'a policy that is paused',
      scenes: [{}, { spec: { mode: 'Paused' } }],
      events: ['Normal Paused'],
    },
    {
      name: 'a policy that is resumed',
      scenes: [{ spec: { mode: 'Paused' } }, {}],
      events: ['Normal Resumed'],
    },
    {
      name: 'an app whose launches are delayed by a backoff',
      scenes: [{}, { observed: { backoffMs: 9 } }],
      events: ['Warning NotLaunching'],
    },
    { name: 'a count that meets its maximum', scenes: [{}, { decision: { limitedBy: 'max' } }], events: [] },
    {
      name: 'a bad edit after another one',
      scenes: [
        { record: { accepted: refusal('InvalidSpec', 'no max') } },
        { record: { accepted: refusal('InvalidSpec', 'no min') } },
      ],
      events: ['Warning InvalidSpec'],
    },
  ] satisfies readonly { name: string; scenes: readonly Scene[]; events: readonly string[] }[])(
    '$name',
    ({ scenes, events }) => {
      expect(told(...scenes)).toEqual(events);
    },
  );
});

describe('the metric that people see', () => {
  const label = () => 'queue orders';
  function metric(scene: Scene) {
    const { assessment, round } = aScene(scene);
    return appViewOf(assessment, round, label).metrics[0];
  }
  const metricSpec = aTarget().metric;
  const target = (over: Parameters<typeof aTarget>[0]): Partial<AppSpec> => ({
    targets: [aTarget({ metric: metricSpec, ...over })],
  });

  it.each([
    {
      name: 'is the figure of the law, beside its target',
      scene: {
        app: target({ queueLength: 50 }),
        readings: [aSample(60)],
        decision: { figures: { waiting: 57 } },
      },
      view: { state: 'ok', value: 57, target: 50, unit: 'messages', atMs: T0 },
    },
    {
      name: 'is the sample where the law has no figure',
      scene: { app: target({ perInstance: 2 }), readings: [aSample(60)] },
      view: { state: 'ok', value: 60, unit: 'messages' },
    },
    {
      name: 'of each instance is off by its share of what all may be off by',
      scene: {
        app: target({ perInstance: 2 }),
        readings: [aTotal(60)],
        observed: { running: 4, ready: 4 },
      },
      view: { value: 56, valueMargin: 4, perInstance: { current: 14, currentMargin: 1, target: 2 } },
    },
    {
      name: 'is the last good sample while that serves',
      scene: {
        app: target({ queueLength: 50 }),
        readings: [notRead({ last: aSample(9, { asOfMs: T0 - 10_000 }) })],
      },
      view: { state: 'stale', value: 9, reason: 'the queue does not answer' },
    },
    {
      name: 'is no number where there is none',
      scene: {
        app: target({ queueLength: 50 }),
        readings: [notRead({ last: aSample(9, { asOfMs: T0 - 10_001 }) })],
      },
      view: { state: 'unavailable', reason: 'the queue does not answer' },
    },
    {
      name: 'is the age of the oldest message of a target for ages',
      scene: {
        app: target({ messageAge: '30s' }),
        readings: [aSample(9, { oldestAgeMs: 12_000 })],
      },
      view: { state: 'ok', value: 12, target: 30, unit: 'seconds' },
    },
    {
      name: 'is the time to drain at the rate that the law has learned',
      scene: {
        app: target({ drainTime: '1m' }),
        readings: [aSample(90)],
        decision: { figures: { waiting: 90, servicePerS: 3 }, paces: [{ perS: 9, margin: 1.8 }] },
      },
      view: { state: 'ok', value: 10, valueMargin: expect.closeTo(2.11, 2), target: 60, unit: 'seconds' },
    },
  ] satisfies readonly { name: string; scene: Scene; view: object }[])('$name', ({ scene, view }) => {
    expect(metric(scene)).toMatchObject({ label: 'queue orders', ...view });
  });

  it('an unknown one has no value', () => {
    expect(metric({ readings: [notRead()] })).not.toHaveProperty('value');
  });
});
