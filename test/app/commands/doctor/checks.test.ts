import { describe, expect, it } from 'vitest';
import { CREATION_LABEL } from '../../../../src/api/labels/creation-label.ts';
import { diagnose } from '../../../../src/app/commands/doctor/doctor.ts';
import type {
  EngineEvidence,
  Evidence,
  TargetEvidence,
  TargetReading,
} from '../../../../src/app/commands/doctor/evidence.ts';
import type { CheckName, Severity } from '../../../../src/app/commands/doctor/finding.ts';
import { durationMs } from '../../../../src/app/commands/doctor/mesos.ts';
import type { MetricSample } from '../../../../src/core/observation.ts';
import { anAppSpec, aSample, T0 } from '../../../support/builders.ts';
import {
  aDemo,
  aDeployment,
  aMarathonApp,
  aPolicy,
  aQueueItem,
  evidence,
  MESOS,
  withFlags,
} from './evidence.ts';

/** One change to a healthy cluster and the only thing that is to be found then; nothing where there is no word. */
interface Row {
  readonly name: string;
  readonly over: Partial<Evidence>;
  readonly found?: readonly [CheckName, Severity, RegExp];
}

const unread = { ok: false, reason: 'answered 403' } as const;
const apps = (...value: ReturnType<typeof aMarathonApp>[]): Partial<Evidence> => ({
  apps: { ok: true, value },
});
const queue = (...value: ReturnType<typeof aQueueItem>[]): Partial<Evidence> => ({
  queue: { ok: true, value },
});
const deployments = (...value: ReturnType<typeof aDeployment>[]): Partial<Evidence> => ({
  deployments: { ok: true, value },
});
const withoutTime = ({ sinceMs: _, ...deployment }: ReturnType<typeof aDeployment>) => deployment;
const withoutDefinition = ({ app: _, ...spec }: ReturnType<typeof anAppSpec>) => spec;
const withoutInterval = ({ allocationIntervalMs: _, ...reading }: typeof MESOS) => reading;
const mesos = (over: Partial<typeof MESOS>): Partial<Evidence> => ({
  mesos: { ok: true, value: { ...MESOS, ...over } },
});

const metric = (
  read: ({ reason: string } | { sample: MetricSample; ageMs: number }) & { ms?: number },
): Partial<Evidence> => {
  const place = { policy: 'default/demo', app: '/demo/consumer', target: 'queueLength 50' };
  const report = { ...place, metric: 'queue orders', ms: 3, firstMs: 90, calls: 2, ...read };
  return { metrics: [{ report, intervalMs: 500, staleAfterMs: 10_000 }] };
};

const engine = (answer: EngineEvidence['answer']): Partial<Evidence> => ({
  engines: [{ app: 'container shop/batch', image: 'shop/batch:1', answer }],
});

const seen = (over: Partial<NonNullable<TargetReading['seen']>> = {}): TargetReading => ({
  missingRights: [],
  seen: { requested: 1, waiting: 0, waitingFor: [], hasHealthChecks: true, ...over },
});
const target = (
  answer: TargetReading | { readonly reason: string },
  over: Partial<TargetEvidence> = {},
): Partial<Evidence> => ({
  targets: [
    {
      ...{ app: 'Deployment shop/workers', isMetricApp: false, startupTime: undefined },
      answer: 'reason' in answer ? { ok: false, ...answer } : { ok: true, value: answer },
      ...over,
    },
  ],
});

const tasks = (...seconds: readonly number[]) =>
  seconds.map((s, i) => ({
    id: `t${i}`,
    state: 'TASK_RUNNING',
    stagedAtMs: T0,
    startedAtMs: T0 + s * 1000,
  }));

/** The app of policy `demo`, made by it, with this in its definition. */
const defined = (definition: Record<string, unknown>, more: Parameters<typeof aMarathonApp>[0] = {}) => ({
  policies: [aDemo()],
  ...apps(
    aMarathonApp({
      labels: { [CREATION_LABEL]: 'default/demo' },
      definition: { ...aMarathonApp().definition, ...definition },
      ...more,
    }),
  ),
});

const ROWS: readonly Row[] = [
  { name: 'a healthy cluster', over: {} },

  { name: 'Marathon 1.8', over: { info: { version: '1.8.244', flags: {} } } },
  { name: 'a version with a suffix', over: { info: { version: '1.10.26-abcdef', flags: {} } } },
  {
    name: 'Marathon 1.5',
    over: { info: { version: '1.5.15', flags: {} } },
    found: ['version', 'warning', /1\.5\.15/],
  },
  {
    name: 'Marathon 0.15',
    over: { info: { version: '0.15.3', flags: {} } },
    found: ['version', 'error', /0\.15\.3/],
  },
  {
    name: 'Marathon 1.3',
    over: { info: { version: '1.3.0', flags: {} } },
    found: ['version', 'error', /1\.3\.0/],
  },
  {
    name: 'a newer Marathon',
    over: { info: { version: '1.12.0', flags: {} } },
    found: ['version', 'note', /1\.12/],
  },
  { name: 'no version', over: { info: { flags: {} } }, found: ['version', 'note', /none/] },

  {
    name: 'the revive interval of 1.8',
    over: withFlags({ min_revive_offers_interval: 30_000 }),
    found: ['pace', 'warning', /--min_revive_offers_interval is 30 s/],
  },
  {
    name: 'the usual revive interval',
    over: withFlags({ min_revive_offers_interval: 5000 }),
    found: ['pace', 'note', /is 5 s/],
  },
  {
    name: 'one instance per offer',
    over: withFlags({ max_instances_per_offer: 1 }),
    found: ['pace', 'warning', /is 1$/],
  },
  {
    name: 'few launch tokens',
    over: withFlags({ launch_token: 10 }),
    found: ['pace', 'warning', /--launch_tokens is 10$/],
  },
  {
    name: 'fewer launch tokens than slots',
    over: { ...withFlags({ launch_token: 100 }), policies: [aDemo({}, { capacity: { slots: 300 } })] },
    found: ['pace', 'warning', /100, and a policy shares 300 slots/],
  },
  {
    name: 'as many tokens as slots',
    over: { ...withFlags({ launch_token: 100 }), policies: [aDemo({}, { capacity: { slots: 100 } })] },
  },
  {
    name: 'fewer deployments than apps',
    over: {
      ...withFlags({ max_running_deployments: 1 }),
      policies: [aPolicy('demo', [anAppSpec(), anAppSpec({ id: '/b' })])],
    },
    found: ['pace', 'warning', /--max_running_deployments is 1/],
  },
  {
    name: 'a long offer matching',
    over: withFlags({ offer_matching_timeout: 9000 }),
    found: ['pace', 'warning', /9 s/],
  },
  {
    name: 'flags that are not set',
    over: withFlags({ launch_token: null, ha: null, min_revive_offers_interval: null }),
  },
  {
    name: 'one address of several nodes',
    over: { passedOn: true },
    found: ['pace', 'note', /one address/],
  },
  { name: 'several addresses of several nodes', over: { passedOn: true, urlCount: 3 } },
  { name: 'a single node that could have others, as every one could', over: withFlags({ ha: true }) },

  {
    name: 'a slow allocation',
    over: mesos({ allocationIntervalMs: 10_000 }),
    found: ['mesos', 'warning', /--allocation_interval of the Mesos master is 10 s/],
  },
  {
    name: 'an unknown allocation',
    over: { mesos: { ok: true, value: withoutInterval(MESOS) } },
    found: ['mesos', 'note', /flags/],
  },
  {
    name: 'no active agent',
    over: mesos({ agents: { ok: true, value: { active: 0, inactive: 2 } } }),
    found: ['mesos', 'error', /no agent/],
  },
  {
    name: 'inactive agents',
    over: mesos({ agents: { ok: true, value: { active: 3, inactive: 2 } } }),
    found: ['mesos', 'note', /2 of 5 agents/],
  },
  { name: 'agents that cannot be read', over: mesos({ agents: unread }), found: ['mesos', 'note', /403/] },

  {
    name: 'a clock that is ahead',
    over: { clock: { ok: true, value: { aheadMs: 3_600_000, toleranceMs: 500 } } },
    found: ['clock', 'warning', /3600 s ahead of/],
  },
  {
    name: 'a clock that is behind',
    over: { clock: { ok: true, value: { aheadMs: -8000, toleranceMs: 500 } } },
    found: ['clock', 'warning', /8 s behind/],
  },
  {
    name: 'a difference within the tolerance',
    over: { clock: { ok: true, value: { aheadMs: 5400, toleranceMs: 500 } } },
  },

  {
    name: 'an old lock on somebody’s app',
    over: deployments(aDeployment()),
    found: ['locks', 'warning', /d1 has held \/demo\/consumer for 90 s \(scale\)/],
  },
  {
    name: 'an old lock on an app of a policy',
    over: { ...deployments(aDeployment()), policies: [aDemo()] },
    found: ['locks', 'error', /d1/],
  },
  { name: 'a young lock', over: deployments(aDeployment({ sinceMs: T0 - 59_000 })) },
  { name: 'a lock of unknown age', over: deployments(withoutTime(aDeployment())) },
  {
    name: 'many deployments',
    over: deployments(...Array.from({ length: 80 }, (_, i) => aDeployment({ id: `d${i}`, sinceMs: T0 }))),
    found: ['locks', 'warning', /80 deployments are running, and Marathon takes 100/],
  },

  {
    name: 'an app without room',
    over: queue(aQueueItem({ reasons: ['InsufficientCpus'], processedOffers: 9 })),
    found: [
      'room',
      'warning',
      /3 instances of \/demo\/consumer wait for 60 s: offers are refused \(InsufficientCpus\)/,
    ],
  },
  {
    name: 'an app without offers',
    over: queue(aQueueItem({ processedOffers: 0 })),
    found: ['room', 'warning', /sends Marathon no offers/],
  },
  {
    name: 'an app that waits for nothing said',
    over: queue(aQueueItem()),
    found: ['room', 'warning', /no reason/],
  },
  {
    name: 'an app that fails',
    over: queue(aQueueItem({ count: 1, backoffMs: 30_000, sinceMs: T0 })),
    found: ['room', 'warning', /1 instance of \/demo\/consumer wait 30 s before the next try/],
  },
  { name: 'an app that is just starting', over: queue(aQueueItem({ sinceMs: T0 - 3000 })) },
  { name: 'an app that is listed for nothing', over: queue(aQueueItem({ count: 0 })) },

  { name: 'a metric that is read', over: metric({ sample: aSample(5), ageMs: 0 }) },
  {
    name: 'a metric that cannot be read',
    over: metric({ reason: 'the queue does not exist' }),
    found: ['metrics', 'error', /^queue orders, the metric of .* cannot be read: the queue does not exist$/],
  },
  {
    name: 'a metric whose numbers are too old',
    over: metric({ sample: aSample(5), ageMs: 10_001 }),
    found: ['metrics', 'error', /tells numbers that are 10 s old/],
  },
  {
    name: 'a metric that is slower than its policy decides',
    over: metric({ sample: aSample(5), ageMs: 0, ms: 501 }),
    found: ['metrics', 'warning', /^reading queue orders, .* takes 501 ms/],
  },

  { name: 'a target with probes', over: target(seen()) },
  {
    name: 'a target without probes that is only a remainder',
    over: target(seen({ hasHealthChecks: false })),
  },
  {
    name: 'a target without probes that a metric scales',
    over: target(seen({ hasHealthChecks: false }), { isMetricApp: true }),
    found: ['targets', 'note', /Deployment shop\/workers have no readiness probe/],
  },
  {
    name: 'one whose startup time is said',
    over: target(seen({ hasHealthChecks: false }), { isMetricApp: true, startupTime: '3s' }),
  },
  {
    name: 'a target whose pods wait',
    over: target(
      seen({ requested: 3, waiting: 2, waitingFor: [{ reason: 'NoRoom', text: '3 Insufficient cpu' }] }),
    ),
    found: ['targets', 'warning', /^2 of the 3 pods of Deployment shop\/workers wait: 3 Insufficient cpu$/],
  },
  {
    name: 'a target that another autoscaler scales',
    over: target(seen({ refused: 'HorizontalPodAutoscaler shop/x scales it too' })),
    found: ['targets', 'error', /not ours to scale: HorizontalPodAutoscaler shop\/x/],
  },
  {
    name: 'a target that is not there',
    over: target({ missingRights: [], isAbsent: true }),
    found: ['targets', 'error', /^there is no Deployment shop\/workers$/],
  },
  {
    name: 'a target that cannot be seen',
    over: target({ missingRights: [], unseen: 'Job.batch has no scale subresource' }),
    found: ['targets', 'error', /cannot be seen: Job\.batch has no scale/],
  },
  {
    name: 'rights that are missing',
    over: target({ missingRights: ['list pods in namespace shop', 'get x'] }),
    found: ['targets', 'error', /may not list pods in namespace shop, get x$/],
  },
  {
    name: 'a cluster that cannot be asked',
    over: target({ reason: 'no answer within 10 s' }),
    found: [
      'targets',
      'error',
      /the cluster of Deployment shop\/workers cannot be asked: no answer within 10 s/,
    ],
  },
  { name: 'an engine that has the image', over: engine({ ok: true, value: { hasImage: true } }) },
  {
    name: 'an engine that does not have the image',
    over: engine({ ok: true, value: { hasImage: false } }),
    found: ['engines', 'error', /^the engine of container shop\/batch has no image shop\/batch:1$/],
  },
  {
    name: 'an engine that cannot be asked',
    over: engine({ ok: false, reason: 'there is no socket' }),
    found: ['engines', 'error', /^the engine of container shop\/batch cannot be asked: there is no socket$/],
  },

  {
    name: 'apps that cannot be read',
    over: { apps: unread, policies: [] },
    found: ['access', 'error', /\/v2\/apps cannot be read: answered 403/],
  },
  {
    name: 'writes without credentials',
    over: { authenticated: false },
    found: ['access', 'note', /without credentials/],
  },
  ...[401, 403, 405].map((status) => ({
    name: `a write answered with ${status}`,
    over: {
      writing: { ok: true, value: { status, fromMarathon: status !== 405, words: `${status}` } },
    } as const,
    found: ['access', 'error', new RegExp(`${status}`)] as const,
  })),
  {
    name: 'a 404 that is a proxy’s',
    over: { writing: { ok: true, value: { status: 404, fromMarathon: false, words: 'nginx' } } },
    found: ['access', 'error', /nginx/],
  },
  {
    name: 'a write that gets no answer',
    over: { writing: unread },
    found: ['access', 'error', /a write gets no answer/],
  },
  { name: 'no event stream', over: { events: unread }, found: ['access', 'warning', /cannot be opened/] },
  {
    name: 'an event stream that is held back',
    over: { events: { ok: true, value: { greeted: false } } },
    found: ['access', 'warning', /first event does not arrive/],
  },

  { name: 'an app of the policy', over: defined({}) },
  {
    name: 'a forced pull',
    over: defined({ container: { docker: { image: 'a', forcePullImage: true } } }),
    found: ['apps', 'warning', /\/demo\/consumer pulls its image at every start/],
  },
  {
    name: 'an image that is not pulled',
    over: defined({ container: { docker: { image: 'a', forcePullImage: false } } }),
  },
  {
    name: 'a download',
    over: defined({ fetch: [{ uri: 'http://a', cache: false }] }),
    found: ['apps', 'note', /downloads/],
  },
  { name: 'a cached download', over: defined({ fetch: [{ uri: 'http://a', cache: true }] }) },
  {
    name: 'slow starts',
    over: defined({}, { tasks: tasks(40, 12, 1) }),
    found: ['apps', 'warning', /takes 12 s from staging to running \(median of 3\)/],
  },
  { name: 'quick starts and a slow one', over: defined({}, { tasks: tasks(2, 1, 60) }) },
  {
    name: 'rare health checks',
    over: defined({ healthChecks: [{ protocol: 'HTTP' }] }),
    found: ['apps', 'warning', /every 60 s/],
  },
  { name: 'frequent health checks', over: defined({ healthChecks: [{ intervalSeconds: 5 }] }) },
  {
    name: 'a slow end',
    over: defined({ taskKillGracePeriodSeconds: 60 }),
    found: ['apps', 'warning', /60 s to end/],
  },
  {
    name: 'rare readiness checks',
    over: defined({ readinessChecks: [{}] }),
    found: ['apps', 'note', /every 30 s/],
  },
  {
    name: 'a restart over the budget',
    over: defined({ upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 } }),
    found: ['apps', 'note', /100 % more instances/],
  },
  {
    name: 'a single instance app',
    over: defined({ labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' } }),
    found: ['apps', 'error', /limited to one instance/],
  },
  {
    name: 'one instance per agent',
    over: defined({ constraints: [['hostname', 'UNIQUE']] }),
    found: ['apps', 'note', /UNIQUE constraint/],
  },
  {
    name: 'a definition that is yet to be created',
    over: { policies: [aDemo({ app: { container: { docker: { image: 'a', forcePullImage: true } } } })] },
    found: ['apps', 'warning', /pulls its image/],
  },
  {
    name: 'a fixed app, whatever its definition',
    over: { ...defined({ taskKillGracePeriodSeconds: 60 }), policies: [aDemo({ instances: { fixed: 1 } })] },
  },

  {
    name: 'an app of somebody else',
    over: { policies: [aDemo()], ...apps(aMarathonApp()) },
    found: ['adoption', 'error', /made by somebody else/],
  },
  {
    name: 'an app of another policy',
    over: {
      policies: [aDemo(), aPolicy('other', [anAppSpec({ id: '/other/x' })])],
      ...apps(aMarathonApp({ labels: { [CREATION_LABEL]: 'default/other' } })),
    },
    found: ['adoption', 'error', /made by policy default\/other/],
  },
  { name: 'an adopted app', over: { policies: [aDemo({ adopt: true })], ...apps(aMarathonApp()) } },
  {
    name: 'an app that is missing and cannot be made',
    over: { policies: [aPolicy('demo', [withoutDefinition(anAppSpec())])] },
    found: ['adoption', 'error', /does not exist/],
  },
  { name: 'an app that will be made', over: { policies: [aDemo()] } },

  {
    name: 'an app whose policy is gone',
    over: apps(aMarathonApp({ id: '/old/app', instances: 4, labels: { [CREATION_LABEL]: 'default/old' } })),
    found: ['labels', 'warning', /\/old\/app was created by policy default\/old.*4 instances/],
  },
  { name: 'an app without our label', over: apps(aMarathonApp({ labels: { team: 'a' } })) },
];

describe('the doctor', () => {
  it.each(ROWS)('finds in $name: $found', ({ over, found }) => {
    const { findings } = diagnose(evidence(over));
    expect(findings.map(({ check, severity }) => [check, severity])).toEqual(
      found === undefined ? [] : [found.slice(0, 2)],
    );
    if (found !== undefined) expect(findings[0]?.what).toMatch(found[2]);
    for (const { why, change } of findings) expect(Math.min(why.length, change.length)).toBeGreaterThan(9);
  });

  it('takes no app for left behind while policies cannot be read', () => {
    const left = aMarathonApp({ labels: { [CREATION_LABEL]: 'default/unreadable' } });
    const { findings, unchecked } = diagnose(evidence({ ...apps(left), policiesLack: true }));
    expect(findings).toEqual([]);
    expect(unchecked).toEqual([{ check: 'labels', reason: expect.stringContaining('cannot be read') }]);
  });

  it('puts errors before warnings before notes', () => {
    const over = { ...withFlags({ min_revive_offers_interval: 5000, launch_token: 1 }), writing: unread };
    const { findings } = diagnose(evidence(over));
    expect(findings.map(({ severity }) => severity)).toEqual(['error', 'warning', 'note']);
  });

  it('says what it could not look at, and why', () => {
    const { policies: _, ...none } = evidence({ mesos: unread, clock: unread, queue: unread });
    expect(diagnose(none).unchecked).toEqual([
      { check: 'mesos', reason: 'answered 403' },
      { check: 'clock', reason: 'answered 403' },
      { check: 'room', reason: 'answered 403' },
      { check: 'apps', reason: expect.stringContaining('-f') },
      { check: 'adoption', reason: expect.stringContaining('-f') },
      { check: 'labels', reason: expect.stringContaining('-f') },
    ]);
  });
});

describe('durations as Mesos writes them', () => {
  it.each([
    ['1secs', 1000],
    ['500ms', 500],
    ['1.5mins', 90_000],
    ['1weeks', undefined],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });
});
