import { describe, expect, it } from 'vitest';
import type { AppSpec, ResourceKey } from '../../../src/api/policy.ts';
import { roleOf } from '../../../src/controller/policies/members.ts';
import type { AppAssessment } from '../../../src/controller/round/assess.ts';
import type { Round } from '../../../src/controller/round/round.ts';
import { shortageOf } from '../../../src/controller/status/shortage.ts';
import type { AppDecision } from '../../../src/core/decision.ts';
import type { AppObservation } from '../../../src/core/observation.ts';
import { observed, T0 } from '../../support/builders.ts';
import { aFiller, anApp, wants } from '../../support/fakes.ts';

interface Case {
  readonly spec?: Partial<AppSpec>;
  readonly decision?: { readonly wanted: number; readonly granted: number; readonly to?: number };
  readonly observed?: Partial<AppObservation> & { readonly requested: number };
}

const noRoom = { waitingFor: [{ reason: 'NoRoom' as const, text: 'InsufficientCpus' }] };

function aRound(cases: readonly Case[], over: Partial<Round> = {}): Round {
  const assessments = cases.map((each, i): AppAssessment => {
    const base = each.spec?.remainder === undefined ? anApp : aFiller;
    const spec = base(`a${i}`, { ...(each.spec?.remainder === undefined && wants(1)), ...each.spec });
    const policy = 'default/demo' as ResourceKey;
    const app = { policy, spec, role: roleOf(spec), mode: 'Reconcile', drift: 'Revert' } as const;
    const { requested = 0, ...rest } = each.observed ?? {};
    return {
      app,
      part: 'live',
      foreignScale: { situation: 'none' },
      frozen: false,
      adopt: false,
      ...(each.observed && { observed: observed(requested, { id: spec.id, ...rest }) }),
    };
  });
  const decisions = cases.flatMap(({ decision }, i): [string, AppDecision][] => {
    if (decision === undefined) return [];
    const id = `/a${i}`;
    const to = decision.to ?? decision.granted;
    const told = { figures: {}, steps: [], summary: '' };
    return [[id, { id, name: `a${i}`, role: 'scaled', from: 0, ...decision, to, ...told }]];
  });
  return {
    pool: { key: 'default/demo', members: [] },
    startedAtMs: T0,
    atMs: T0,
    wallAheadMs: 0,
    world: { readings: new Map() },
    assessments,
    decisions: new Map(decisions),
    capacity: { total: 10, used: 10, unit: 'slots' },
    drift: new Map(),
    results: [],
    ...over,
  };
}

const remainder = { remainder: { weight: 1 }, instances: { min: 2 } };

describe('shortage', () => {
  it.each<[name: string, cases: readonly Case[], lacks: number]>([
    [
      'nothing when everybody has what is wanted',
      [{ decision: { wanted: 3, granted: 3 }, observed: { requested: 3 } }],
      0,
    ],
    [
      'what the budget did not grant, over all apps',
      [
        { decision: { wanted: 9, granted: 6 }, observed: { requested: 6 } },
        { decision: { wanted: 3, granted: 1 }, observed: { requested: 1 } },
      ],
      5,
    ],
    [
      'nothing for slots that are being handed over',
      [{ decision: { wanted: 6, granted: 6, to: 4 }, observed: { requested: 4 } }],
      0,
    ],
    [
      'nothing for an app that keeps more than it wants',
      [
        { decision: { wanted: 2, granted: 5 }, observed: { requested: 5 } },
        { decision: { wanted: 4, granted: 3 }, observed: { requested: 3 } },
      ],
      1,
    ],
    [
      'instances that are granted and find no machine',
      [
        {
          decision: { wanted: 6, granted: 6 },
          observed: { requested: 6, running: 2, waiting: 4, ...noRoom },
        },
      ],
      4,
    ],
    [
      'nothing for instances that are on their way',
      [{ decision: { wanted: 6, granted: 6 }, observed: { requested: 6, running: 2, waiting: 4 } }],
      0,
    ],
    [
      'nothing for an app that Marathon holds back after failures',
      [
        {
          decision: { wanted: 6, granted: 6 },
          observed: { requested: 6, running: 2, waiting: 4, backoffMs: 5_000, ...noRoom },
        },
      ],
      0,
    ],
    [
      'what a remainder lacks of its minimum, and not of what it would like',
      [
        {
          spec: remainder,
          decision: { wanted: 7, granted: 7 },
          observed: { requested: 7, running: 1, waiting: 6, ...noRoom },
        },
      ],
      1,
    ],
    [
      'what the budget has not for the minimum of a remainder',
      [{ spec: remainder, decision: { wanted: 0, granted: 0 }, observed: { requested: 0 } }],
      2,
    ],
    [
      'what people ask for and no machine has room for',
      [
        {
          spec: { instances: { fixed: 3 } },
          observed: { requested: 5, running: 3, waiting: 2, ...noRoom },
        },
      ],
      2,
    ],
    ['nothing for an app that is not there and not decided', [{}], 0],
  ])('counts %s', (_name, cases, lacks) => {
    expect(shortageOf(aRound(cases))).toBe(lacks);
  });

  it('is not known before the first decision', () => {
    const { capacity: _, ...blind } = aRound([{ observed: { requested: 3 } }]);
    expect(shortageOf(blind)).toBeUndefined();
  });

  it('is unknown where another instance decides', () => {
    expect(shortageOf(aRound([], { standby: 'another instance acts' }))).toBeUndefined();
  });
});
