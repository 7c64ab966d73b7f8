import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../../src/schedulers/marathon/schema.ts';
import { assessLock } from '../../../../src/schedulers/marathon/write/locks.ts';

const APP = '/shop/orders';

function deployment(
  actions: readonly (readonly [string, string])[],
  more: Partial<Deployment> = {},
): Deployment {
  return {
    id: 'd1',
    affectedApps: [...new Set(actions.map(([, app]) => app))],
    affectedPods: [],
    actions: actions.map(([action, app]) => ({ action, app })),
    ...more,
  };
}

const scale = deployment([['ScaleApplication', APP]]);
const creation = deployment([
  ['StartApplication', APP],
  ['ScaleApplication', APP],
]);
const restart = deployment([['RestartApplication', APP]]);

describe('the deployment that locks an app', () => {
  it.each([
    ['nobody', [], true, 'free'],
    ['a restart of another app', [deployment([['RestartApplication', '/other']])], true, 'free'],
    ['a scale of it', [scale], false, 'supersede'],
    ['two scales of it', [scale, scale], false, 'supersede'],
    ['our creation of it', [creation], true, 'supersede'],
    ["somebody's creation of it", [creation], false, 'wait'],
    ['a restart of it', [restart], true, 'wait'],
    ['a stop of it', [deployment([['StopApplication', APP]])], true, 'wait'],
    ['a scale and a restart', [scale, restart], true, 'wait'],
    [
      'a scale of it and of another',
      [
        deployment([
          ['ScaleApplication', APP],
          ['ScaleApplication', '/b'],
        ]),
      ],
      true,
      'wait',
    ],
    ['a scale of it that affects another', [{ ...scale, affectedApps: [APP, '/b'] }], true, 'wait'],
    ['a scale of it that affects a pod', [{ ...scale, affectedPods: ['/pod'] }], true, 'wait'],
    ['a plan without steps', [{ ...scale, actions: [] }], true, 'wait'],
    ['an action that nobody knows', [deployment([['ResolveArtifacts', APP]])], true, 'wait'],
  ] as const)('%s', (_, deployments, ours, kind) => {
    expect(assessLock(APP, deployments, { created: ours }).kind).toBe(kind);
  });

  it.each([
    ['our own last update of it', [restart], 'supersede'],
    ['our own last update and a scale of it', [restart, scale], 'supersede'],
    ["our own last update and somebody's", [restart, { ...restart, id: 'theirs' }], 'wait'],
    ['our own last update, which affects another', [{ ...restart, affectedApps: [APP, '/b'] }], 'wait'],
  ] as const)('%s', (_, deployments, kind) => {
    expect(assessLock(APP, deployments, { created: true, update: restart.id }).kind).toBe(kind);
  });

  it('says who, what and which apps', () => {
    const other = deployment(
      [
        ['RestartApplication', APP],
        ['ScaleApplication', '/b'],
      ],
      { id: '77ad' },
    );
    expect(assessLock(APP, [scale, other], { created: true })).toEqual({
      kind: 'wait',
      holders: `deployment 77ad (RestartApplication ${APP}, ScaleApplication /b)`,
    });
  });

  it('is described by its apps when it shows no steps', () => {
    const silent: Deployment = { id: 'x', affectedApps: [APP], affectedPods: ['/p'], actions: [] };
    expect(assessLock(APP, [silent], { created: true })).toMatchObject({
      holders: `deployment x (${APP}, /p)`,
    });
  });
});
