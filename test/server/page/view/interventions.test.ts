import { describe, expect, it } from 'vitest';
import { resourceKey } from '../../../../src/api/policy.ts';
import type { InterventionView } from '../../../../src/controller/status/view.ts';
import { pageInterventions } from '../../../../src/server/page/view/interventions.ts';
import { aPolicyView, aPool } from '../../../support/page/operator-views.ts';

const POOLS = [aPool([aPolicyView('shop')]), aPool([aPolicyView('mails', { namespace: 'eu' })])];

function anIntervention(over: Partial<InterventionView> = {}): InterventionView {
  return {
    namespace: 'default',
    name: 'shop-override-front',
    policy: resourceKey({ namespace: 'default', name: 'shop' }),
    type: 'Override',
    app: 'front',
    instances: 4,
    state: 'InForce',
    message: 'held at 4 by ann until 2026-01-01T00:10:00Z (launch day)',
    home: 'the operator',
    untilMs: 600_000,
    reason: 'launch day',
    by: 'ann',
    ...over,
  };
}

const pause: Partial<InterventionView> = { type: 'Pause', name: 'shop-pause' };

describe('interventions on the page', () => {
  it('say what they do, who made them, until when and why', () => {
    expect(pageInterventions({ interventions: [anIntervention()], pools: POOLS }, undefined)).toEqual([
      {
        key: 'default/shop-override-front',
        title: 'shop/front',
        policy: 'default/shop',
        type: 'Override',
        app: 'front',
        instances: 4,
        state: 'InForce',
        untilMs: 600_000,
        reason: 'launch day',
        by: 'ann',
        end: 'give-back',
      },
    ]);
  });

  it.each([
    ['a pause in force', pause, 'resume'],
    ['an override in force', {}, 'give-back'],
    ['one in force that a cluster keeps', { home: 'kubernetes prod' }, 'give-back'],
    ['one that was refused', { state: 'Refused' }, 'delete'],
    [
      'one that was refused and is kept in a cluster',
      { state: 'Refused', home: 'kubernetes prod' },
      undefined,
    ],
    ['one that another outranks', { state: 'Outranked' }, 'delete'],
    ['a definition being put back', { type: 'PutBack' }, 'delete'],
    ['a definition that is kept', { type: 'Keep' }, 'end-keep'],
    [
      'a pause of a policy that does not run',
      { ...pause, policy: resourceKey({ namespace: 'default', name: 'gone' }) },
      'delete',
    ],
    ['one that is over', { state: 'Expired', endedAtMs: 1 }, undefined],
  ] as const)('have the way to end %s', (_, over, end) => {
    const [shown] = pageInterventions({ interventions: [anIntervention(over)], pools: POOLS }, undefined);
    expect(shown?.end).toBe(end);
  });

  it('are those of the policies that are looked at', () => {
    const elsewhere = anIntervention({ policy: resourceKey({ namespace: 'eu', name: 'mails' }), name: 'x' });
    const all = { interventions: [anIntervention(), elsewhere], pools: POOLS };
    expect(pageInterventions(all, new Set(['eu/mails'])).map(({ title }) => title)).toEqual([
      'eu/mails/front',
    ]);
    expect(pageInterventions(all, undefined)).toHaveLength(2);
  });

  it('are no more than a page can show', () => {
    const interventions = Array.from({ length: 500 }, (_, i) => anIntervention({ name: `x-${i}` }));
    expect(pageInterventions({ interventions, pools: POOLS }, undefined)).toHaveLength(60);
  });
});
