import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import { inDependencyOrder, type PlanApp, planChanges } from '../../src/core/plan.ts';
import { observed } from '../support/builders.ts';

const definition = { cmd: 'run' };
const drift = [{ field: 'cmd', before: 'old', after: 'run' }];
const busy = { operations: [{ id: 'd', affectedApps: ['/a'], kinds: ['Scale' as const] }] };
const restarting = { operations: [{ id: 'd', affectedApps: ['/a'], kinds: ['Restart' as const] }] };

function app(id: string, over: Partial<PlanApp> & { has?: number; to?: number } = {}): PlanApp {
  const { has, to, ...rest } = over;
  return {
    id,
    owner: 'default/demo',
    definition,
    envFrom: [],
    drift: [],
    adopt: false,
    ...(has !== undefined && { observed: observed(has, { id }) }),
    ...(to !== undefined && { count: { to, reason: 'because' } }),
    ...rest,
  };
}

/** An app that exists or does not, but cannot be made. */
function withoutDefinition({ definition: _, ...app }: PlanApp): PlanApp {
  return app;
}

/** `scale /a 5→3`, for short rows. */
function told(change: Change): string {
  if (change.kind === 'scale') return `scale ${change.app} ${change.from}→${change.to}`;
  if (change.kind === 'create') return `create ${change.app} ×${change.instances}`;
  return `${change.kind} ${change.app}`;
}

describe('planChanges', () => {
  const rows: readonly { name: string; apps: readonly PlanApp[]; plan: readonly string[] }[] = [
    {
      name: 'changes nothing where every count is as it should be',
      apps: [app('/a', { has: 3, to: 3 })],
      plan: [],
    },
    { name: 'leaves a count alone that nobody decided', apps: [app('/a', { has: 3 })], plan: [] },
    { name: 'creates an app that is missing', apps: [app('/a', { to: 2 })], plan: ['create /a ×2'] },
    { name: 'does not create an app for which no count was decided', apps: [app('/a')], plan: [] },
    {
      name: 'does not create an app that the policy does not define',
      apps: [withoutDefinition(app('/a', { to: 2 }))],
      plan: [],
    },
    {
      name: 'puts falls before rises, whatever their order',
      apps: [app('/a', { has: 3, to: 5 }), app('/b', { has: 5, to: 3 })],
      plan: ['scale /b 5→3', 'scale /a 3→5'],
    },
    {
      name: 'adopts an app between falls and rises',
      apps: [app('/a', { has: 1, to: 2, adopt: true }), app('/b', { has: 2, to: 1 })],
      plan: ['scale /b 2→1', 'adopt /a', 'scale /a 1→2'],
    },
    {
      name: 'changes a definition in the place of a rise',
      apps: [app('/a', { has: 3, to: 5, drift })],
      plan: ['update /a'],
    },
    {
      name: 'lets an app fall first and changes its definition later',
      apps: [app('/a', { has: 3, to: 2, drift })],
      plan: ['scale /a 3→2'],
    },
    {
      name: 'neither changes a definition nor rises while an operation is under way',
      apps: [app('/a', { to: 5, drift, observed: observed(3, { id: '/a', ...busy }) })],
      plan: [],
    },
    {
      name: 'changes the definition of an app whose instances wait, through its own scaling',
      apps: [app('/a', { to: 3, drift, observed: observed(3, { id: '/a', ...busy, waiting: 3 }) })],
      plan: ['update /a'],
    },
    {
      name: 'changes the definition of an app that cannot fall because its surplus waits',
      apps: [app('/a', { to: 1, drift, observed: observed(3, { id: '/a', ...busy, waiting: 2 }) })],
      plan: ['scale /a 3→1', 'update /a'],
    },
    {
      name: 'changes no definition through a restart, whether or not instances wait',
      apps: [app('/a', { to: 3, drift, observed: observed(3, { id: '/a', ...restarting, waiting: 1 }) })],
      plan: [],
    },
    {
      name: 'changes a definition in the place of our own last change of it',
      apps: [
        app('/a', { to: 3, drift, supersedes: 'd', observed: observed(3, { id: '/a', ...restarting }) }),
      ],
      plan: ['update /a'],
    },
    {
      name: 'lets an app fall even while an operation is under way',
      apps: [app('/a', { to: 1, drift, observed: observed(3, { id: '/a', ...busy }) })],
      plan: ['scale /a 3→1'],
    },
    {
      name: 'creates before it changes definitions, dependencies first',
      apps: [
        app('/old', { has: 1, to: 1, drift }),
        app('/shop/front', { to: 1, after: ['/shop/back', '/db'] }),
        app('/shop/back', { to: 2 }),
        app('/db', { to: 1 }),
      ],
      plan: ['create /shop/back ×2', 'create /db ×1', 'create /shop/front ×1', 'update /old'],
    },
  ];

  it('says how idle instances are found, on a fall and only there', () => {
    const idleVictims = { path: '/busy', portIndex: 0, within: '200ms' } as const;
    const plan = planChanges([
      app('/a', { has: 3, to: 1, idleVictims }),
      app('/b', { has: 1, to: 2, idleVictims }),
      app('/c', { has: 3, to: 1 }),
    ]);
    expect(plan.map((change) => [change.app, 'idleVictims' in change])).toEqual([
      ['/a', true],
      ['/c', false],
      ['/b', false],
    ]);
  });

  it.each(rows)('$name', ({ apps, plan }) => {
    expect(planChanges(apps).map(told)).toEqual(plan);
  });

  it('carries what the scheduler needs, and the reason', () => {
    const envFrom = [{ name: 'KEY', from: { fromEnv: 'KEY' }, optional: false }];
    expect(planChanges([app('/a', { to: 2, envFrom })])).toEqual([
      {
        kind: 'create',
        app: '/a',
        instances: 2,
        definition,
        envFrom,
        owner: 'default/demo',
        reason: 'because',
      },
    ]);
    expect(planChanges([app('/a', { has: 1, to: 1, drift, envFrom })])).toMatchObject([
      { kind: 'update', definition, envFrom, fields: drift, reason: 'differs from the policy in cmd' },
    ]);
  });
});

describe('dependency order', () => {
  it('breaks a circle instead of running in it', () => {
    const a = app('/a', { after: ['/b'] });
    const b = app('/b', { after: ['/a'] });
    expect(inDependencyOrder([a, b]).map(({ id }) => id)).toEqual(['/b', '/a']);
  });

  it('keeps every app once, whatever depends on what', () => {
    const ids = ['/a', '/b', '/c', '/d'];
    const dependencies = fc.array(fc.constantFrom(...ids, '/gone'), { maxLength: 4 });
    fc.assert(
      fc.property(fc.tuple(dependencies, dependencies, dependencies, dependencies), (all) => {
        const apps = ids.map((id, i) => app(id, { after: all[i] ?? [] }));
        expect(
          inDependencyOrder(apps)
            .map(({ id }) => id)
            .sort(),
        ).toEqual(ids);
      }),
    );
  });
});

describe('properties of a plan', () => {
  const arbitraryApp = fc.record({
    has: fc.option(fc.nat(9), { nil: undefined }),
    to: fc.option(fc.nat(9), { nil: undefined }),
    drifts: fc.boolean(),
    busy: fc.boolean(),
    adopt: fc.boolean(),
  });
  const world = fc.array(arbitraryApp, { maxLength: 6 }).map((specs) =>
    specs.map(({ has, to, drifts, busy: isBusy, adopt }, i) =>
      app(`/${i}`, {
        drift: drifts ? drift : [],
        adopt,
        ...(has !== undefined && { observed: observed(has, { id: `/${i}`, ...(isBusy ? busy : {}) }) }),
        ...(to !== undefined && { to }),
      }),
    ),
  );

  it('never mixes a scale and a definition change of one app', () => {
    fc.assert(
      fc.property(world, (apps) => {
        const writes = planChanges(apps).filter(({ kind }) => kind !== 'adopt');
        expect(new Set(writes.map((c) => c.app)).size).toBe(writes.length);
      }),
    );
  });

  it('is empty once it was carried out', () => {
    fc.assert(
      fc.property(world, (apps) => {
        const settled = apps.map((a) => carriedOut(a));
        expect(planChanges(settled.map((a) => carriedOut(a)))).toEqual([]);
      }),
    );
  });

  /** The app after its plan, with everything that was under way done. */
  function carriedOut(a: PlanApp): PlanApp {
    const quiet = a.observed && { ...a, observed: { ...a.observed, deployments: [] } };
    const [first] = planChanges([quiet ?? a]).filter(({ kind }) => kind !== 'adopt');
    const base = { ...(quiet ?? a), adopt: false };
    if (first === undefined) return base;
    if (first.kind === 'create') return { ...base, observed: observed(first.instances, { id: a.id }) };
    if (first.kind === 'update') return carriedOut({ ...base, drift: [] });
    if (first.kind === 'scale') {
      return carriedOut({ ...base, observed: observed(first.to, { id: a.id }) });
    }
    return base;
  }
});
