import { describe, expect, it } from 'vitest';
import { isSettled, toObservation } from '../../../src/schedulers/marathon/observation.ts';
import {
  ListedApps,
  type MarathonApp,
  parseDeployments,
  parseError,
  parseQueue,
  parseSingleApp,
  UnexpectedAnswer,
} from '../../../src/schedulers/marathon/schema.ts';

type Fields = Record<string, unknown>;

const task = (state: string, more: Fields = {}): Fields => ({
  id: `orders.instance-${Math.abs(state.length)}._app.1`,
  appId: '/orders',
  host: 'a1',
  state,
  stagedAt: '2024-05-01T09:30:00.000Z',
  startedAt: '2024-05-01T09:30:02.500Z',
  ...more,
});

function anApp(more: Fields = {}): MarathonApp {
  const app = { id: '/orders', instances: 3, tasks: [], labels: {}, deployments: [], ...more };
  return parseSingleApp({ app });
}

const observed = (app: Fields, queue?: Fields, deployments: readonly Fields[] = []) => {
  const [queued] = queue === undefined ? [] : parseQueue({ queue: [{ app: { id: '/orders' }, ...queue }] });
  return toObservation(anApp(app), { queued, deployments: parseDeployments(deployments) });
};

describe('counts', () => {
  it.each([
    ['TASK_STAGING', 'staging'],
    ['TASK_STARTING', 'staging'],
    ['TASK_RUNNING', 'running'],
    ['TASK_KILLING', 'killing'],
    ['TASK_UNREACHABLE', 'unreachable'],
    ['TASK_SOMETHING_NEW', 'staging'],
  ] as const)('%s counts as %s and holds its slot', (state, phase) => {
    const app = observed({ tasks: [task(state)] });
    expect(app).toMatchObject({ [phase]: 1, tasks: [{ phase }] });
    expect(app.running + app.staging + app.killing + app.unreachable).toBe(1);
  });

  it.each([
    'FINISHED',
    'FAILED',
    'KILLED',
    'ERROR',
    'LOST',
    'GONE',
    'GONE_BY_OPERATOR',
    'DROPPED',
    'UNKNOWN',
  ])('TASK_%s, listed while its instance lives, counts for nothing', (state) => {
    const app = observed({ tasks: [task(`TASK_${state}`)] });
    expect(app).toMatchObject({ running: 0, staging: 0, killing: 0, unreachable: 0, tasks: [] });
  });

  it.each([
    ['no health checks: what runs', [], [{}, {}], 2],
    ['health checks: what they found well', [{ protocol: 'HTTP' }], [{ alive: true }, { alive: false }], 1],
    ['health checks that have not answered: nothing', [{ protocol: 'HTTP' }], [undefined, undefined], 0],
  ] as const)('ready with %s', (_, healthChecks, results, ready) => {
    const tasks = results.map((r) =>
      task('TASK_RUNNING', r === undefined ? {} : { healthCheckResults: [r] }),
    );
    expect(observed({ healthChecks, tasks })).toMatchObject({ running: 2, ready });
  });

  it('takes all checks of a task, and none of one that does not run', () => {
    const tasks = [
      task('TASK_RUNNING', { healthCheckResults: [{ alive: true }, { alive: false }] }),
      task('TASK_KILLING', { healthCheckResults: [{ alive: true }] }),
    ];
    expect(observed({ healthChecks: [{}], tasks })).toMatchObject({
      ready: 0,
      tasks: [{ healthy: false }, {}],
    });
  });
});

describe('the queue', () => {
  const running = (n: number) => Array.from({ length: n }, () => task('TASK_RUNNING'));

  it.each([
    ['not queued', { tasks: running(3) }, undefined, 0],
    ['what has no task', { tasks: running(1) }, { count: 2 }, 2],
    [
      'not what is provisioned and listed as staging',
      { tasks: [...running(1), task('TASK_STAGING')] },
      { count: 2 },
      1,
    ],
    ['also what outlives running ones while shrinking', { instances: 3, tasks: running(3) }, { count: 3 }, 3],
    ['what replaces a stopping one', { instances: 1, tasks: [task('TASK_KILLING')] }, { count: 1 }, 1],
    ['never more than the queue says', { instances: 9, tasks: running(1) }, { count: 2 }, 2],
  ])('waiting: %s', (_, app, queue, waiting) => {
    expect(observed(app, queue).waiting).toBe(waiting);
  });

  it.each([
    ['none left', { timeLeftSeconds: 0, overdue: true }, 0],
    ['some left', { timeLeftSeconds: 12, overdue: false }, 12_000],
    ['less than a second left', { timeLeftSeconds: 0, overdue: false }, 1],
  ])('back-off with %s', (_, delay, backoffMs) => {
    expect(observed({}, { count: 3, delay })).toMatchObject({ backoffMs });
  });

  it('gives the reasons that refused an offer, and only while something waits', () => {
    const rejectSummaryLastOffers = [
      { reason: 'UnfulfilledRole', declined: 0, processed: 9 },
      { reason: 'InsufficientCpus', declined: 4, processed: 9 },
      { reason: 'InsufficientMemory', declined: 5, processed: 5 },
    ];
    const queue = { processedOffersSummary: { rejectSummaryLastOffers } };
    expect(observed({}, { count: 3, ...queue }).waitingFor).toEqual([
      { reason: 'NoRoom', text: 'InsufficientCpus' },
      { reason: 'NoRoom', text: 'InsufficientMemory' },
    ]);
    expect(observed({ tasks: running(3) }, { count: 0, ...queue }).waitingFor).toEqual([]);
  });

  it('passes over pods', () => {
    expect(parseQueue({ queue: [{ pod: { id: '/pod' }, count: 1 }] })).toEqual([]);
  });
});

describe('the rest of an app', () => {
  it('has its times, its owner, and its definition without what Marathon counts', () => {
    const app = observed({
      cmd: 'work',
      labels: { 'microscaling.io/policy': 'default/shop', team: 'x' },
      version: '2024-05-01T09:30:00.000Z',
      versionInfo: { lastScalingAt: '2024-05-01T09:30:00.5Z', lastConfigChangeAt: '2024-05-01T09:00:00Z' },
      tasksRunning: 3,
      lastTaskFailure: {},
      tasks: [task('TASK_RUNNING')],
    });
    expect(app).toMatchObject({
      owner: 'default/shop',
      version: '2024-05-01T09:30:00.000Z',
      lastScalingAtMs: Date.UTC(2024, 4, 1, 9, 30, 0, 500),
      lastConfigChangeAtMs: Date.UTC(2024, 4, 1, 9),
      tasks: [
        {
          host: 'a1',
          stagedAtMs: Date.UTC(2024, 4, 1, 9, 30),
          startedAtMs: Date.UTC(2024, 4, 1, 9, 30, 2, 500),
        },
      ],
    });
    expect(Object.keys(app.definition).toSorted()).toEqual(['cmd', 'id', 'instances', 'labels']);
  });

  it('has no owner and no times when Marathon tells none', () => {
    const app = observed({ labels: undefined, versionInfo: { lastScalingAt: 'soon' } });
    expect(app).not.toHaveProperty('owner');
    expect(app).not.toHaveProperty('lastScalingAtMs');
  });

  it('has the deployments that affect it, with the actions of all steps', () => {
    const steps = [
      { actions: [{ action: 'StartApplication', app: '/orders' }] },
      { actions: [{ action: 'ScaleApplication', app: '/orders' }] },
    ];
    const deployments = [
      { id: 'one', affectedApps: ['/orders'], steps },
      { id: 'two', affectedApps: ['/other'], steps: [] },
    ];
    expect(observed({}, undefined, deployments).operations).toEqual([
      { id: 'one', affectedApps: ['/orders'], kinds: ['Start', 'Scale'] },
    ]);
  });

  it.each([
    ['all run and nothing is deployed', {}, true],
    ['a deployment runs', { deployments: [{ id: 'x' }] }, false],
    ['fewer tasks than instances', { tasks: [] }, false],
    ['one still starts', { tasks: [task('TASK_STAGING')] }, false],
    ['one stops', { tasks: [task('TASK_RUNNING'), task('TASK_KILLING')] }, false],
    ['an old failure is still listed', { tasks: [task('TASK_RUNNING'), task('TASK_FAILED')] }, true],
  ])('is settled when %s: %j', (_, more, settled) => {
    expect(isSettled(anApp({ instances: 1, tasks: [task('TASK_RUNNING')], ...more }))).toBe(settled);
  });
});

describe('the door', () => {
  it.each([
    ['nothing', undefined, /no 'apps'/],
    ['a list', [], /no 'apps'/],
    ['apps that are no list', { apps: {} }, /apps is not a list/],
    ['an app that is none', { apps: [3] }, /app is not an object/],
    ['an app without id', { apps: [{ instances: 1, tasks: [] }] }, /app.id is not a string/],
    ['half an instance', { apps: [{ id: '/a', instances: 0.5, tasks: [] }] }, /\/a instances is not a count/],
    ['a negative count', { apps: [{ id: '/a', instances: -1, tasks: [] }] }, /\/a instances is not a count/],
    ['a task without id', { apps: [{ id: '/a', instances: 1, tasks: [{}] }] }, /task.id is not a string/],
  ])('refuses %s', (_, body, message) => {
    expect(() => new ListedApps().all(body)).toThrow(UnexpectedAnswer);
    expect(() => new ListedApps().all(body)).toThrow(message);
  });

  it('reads apps one by one, refuses all of them for one that is odd, and none for an answer before this one', () => {
    const listed = new ListedApps();
    const app = { id: '/a', instances: 1, tasks: [] };
    listed.take({ ...app, instances: 'many' });
    listed.take(app);
    expect(() => listed.all({ apps: [] })).toThrow(/instances is not a count/);
    listed.begin();
    listed.take(app);
    expect(listed.all({ apps: [] }).map(({ id }) => id)).toEqual(['/a']);
  });

  it.each([
    ['a string', 'No content to map', [{ path: '', error: 'No content to map' }]],
    [
      'a list',
      [{ path: '/cmd', errors: ['one', 'two'] }],
      [
        { path: '/cmd', error: 'one' },
        { path: '/cmd', error: 'two' },
      ],
    ],
    ['absent', undefined, []],
    ['something else', 7, []],
  ])('reads error details that are %s', (_, details, expected) => {
    expect(parseError({ message: 'm', details })?.details).toEqual(expected);
  });

  it('tells a lock from a duplicate', () => {
    expect(parseError({ message: 'locked', deployments: [{ id: 'x' }, 3] })?.deployments).toEqual(['x']);
    expect(parseError({ message: 'duplicate' })).not.toHaveProperty('deployments');
    expect(parseError('<html>')).toBeUndefined();
  });
});
