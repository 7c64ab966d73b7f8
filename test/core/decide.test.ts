import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import type { AppDecision, AppInput, Decision, DecisionInput } from '../../src/core/decision.ts';
import {
  aBehavior,
  absent,
  aFixed,
  anInput,
  aQueue,
  aRemainder,
  aSample,
  aScaled,
  aTarget,
  aTotal,
  exactly,
  notRead,
  observed,
  queueTarget,
  T0,
} from '../support/builders.ts';
import { poisson, seeded } from '../support/seeded.ts';

/** Decides twice: the first decision after a start keeps what is there. */
function second(apps: readonly AppInput[], over: Partial<DecisionInput> = {}): Decision {
  const { memory } = decide(anInput(apps, over));
  return decide(anInput(apps, { nowMs: T0 + 500, ...over, memory }));
}

/** Decides every `everyS` seconds on a world that stays as it is; returns the last decision. */
function rounds(
  apps: readonly AppInput[],
  n: number,
  everyS = 0.5,
  over: Partial<DecisionInput> = {},
): Decision {
  let decision = decide(anInput(apps, over));
  for (let k = 1; k < n; k++) {
    const nowMs = T0 + k * everyS * 1000;
    const fresh = apps.map((app) => ({
      ...app,
      readings: app.readings.map((r) => (r.state === 'ok' ? { ...r, asOfMs: nowMs } : r)),
    }));
    decision = decide(anInput(fresh, { ...over, nowMs, memory: decision.memory }));
  }
  return decision;
}

function of(decision: Decision, name: string): AppDecision {
  const found = decision.apps.find((app) => app.name === name);
  if (found === undefined) throw new Error(`no decision for ${name}`);
  return found;
}

const numbers = (decision: Decision) => decision.apps.map(({ wanted, granted, to }) => [wanted, granted, to]);

describe('the first decision after a start', () => {
  it('keeps what is there', () => {
    const decision = decide(anInput([aScaled('web', 3, { wants: 9 }), aRemainder('rest', 5)]));
    expect(numbers(decision)).toEqual([
      [3, 3, 3],
      [5, 5, 5],
    ]);
    expect(of(decision, 'web').summary).toBe('wanted 3: first decision since the start: keeps what is there');
  });

  it('within the bounds and the budget', () => {
    const decision = decide(
      anInput([aScaled('web', 7, { max: 4 }), aScaled('low', 0, { min: 2 }), aRemainder('rest', 9)]),
    );
    expect(decision.apps.map((a) => a.granted)).toEqual([4, 2, 4]);
  });

  it('is that of an app that is new among old ones', () => {
    const old = aScaled('old', 2, { wants: 4 });
    const { memory } = decide(anInput([old]));
    const decision = decide(anInput([old, aScaled('new', 1, { wants: 4 })], { nowMs: T0 + 500, memory }));
    expect(decision.apps.map((a) => a.to)).toEqual([4, 1]);
  });
});

describe('a round', () => {
  it('takes from the remainder what a higher priority needs, once it is gone', () => {
    const decision = second([
      aScaled('consumer', 3, { wants: 9, max: 10 }),
      aRemainder('background', 7, { min: 2 }),
    ]);
    expect(numbers(decision)).toEqual([
      [9, 8, 3],
      [2, 2, 2],
    ]);
    expect(of(decision, 'consumer').limitedBy).toBe('handover');
    expect(of(decision, 'consumer').steps).toEqual([
      { rule: 'law', before: 3, after: 9, reason: '9 at 1 per instance' },
      { rule: 'capacity', before: 9, after: 8, reason: 'background keeps its minimum of 2' },
      { rule: 'handover', before: 8, after: 3, reason: '5 more once their slots are free' },
    ]);
    expect(of(decision, 'consumer').summary).toBe(
      'wanted 9: 9 at 1 per instance; granted 8: background keeps its minimum of 2; asks for 3 now, 5 more once their slots are free',
    );
  });

  it('asks for each slot as its victim goes', () => {
    const world = (background: number, killing: number) => [
      aScaled('consumer', 3, { wants: 8 }),
      aRemainder('background', 2, { min: 2, observed: observed(2, { running: background, killing }) }),
    ];
    expect(of(second(world(2, 5)), 'consumer').to).toBe(3);
    expect(of(second(world(2, 3)), 'consumer').to).toBe(5);
    expect(of(second(world(2, 0)), 'consumer').to).toBe(8);
  });

  it('gives back to the remainder what is no longer needed', () => {
    const decision = second([aScaled('consumer', 8, { wants: 3 }), aRemainder('background', 2)]);
    expect(numbers(decision)).toEqual([
      [3, 3, 3],
      [7, 7, 2],
    ]);
  });

  it('keeps a grant while its slots are not free yet', () => {
    // ten seconds to give back: a grant that waits is not dropped because the need shrinks a little
    const behavior = aBehavior({ giveBackAfter: '10s' });
    const apps = (wants: number) => [
      aScaled('consumer', 3, { wants, behavior }),
      aRemainder('background', 2, { min: 2, observed: observed(2, { killing: 5 }) }),
    ];
    const { memory } = second(apps(8));
    const next = decide(anInput(apps(7), { nowMs: T0 + 1_000, memory }));
    expect(of(next, 'consumer').granted).toBe(8);
  });

  it('bounds every wish', () => {
    const decision = second([
      aScaled('low', 3, { wants: 0, min: 2 }),
      aScaled('high', 3, { wants: 9, max: 4 }),
    ]);
    expect(numbers(decision)).toEqual([
      [2, 2, 2],
      [4, 4, 4],
    ]);
    expect(decision.apps.map((a) => a.limitedBy)).toEqual(['min', 'max']);
    expect(of(decision, 'high').summary).toBe('wanted 4: 9 at 1 per instance; 9, but at most 4');
  });

  it('lets a new maximum outrank every rule', () => {
    const behavior = aBehavior({ giveBackAfter: '10m', minHold: '10m', maxStep: 1 });
    expect(of(second([aScaled('web', 8, { wants: 8, max: 4, behavior })]), 'web').to).toBe(4);
  });

  it('leaves fixed apps to people', () => {
    const decision = second([aFixed('producer', 3, { min: 1 }), absent(aFixed('tool', 0, { min: 2 }))]);
    expect(numbers(decision)).toEqual([
      [3, 3, 3],
      [2, 2, 2],
    ]);
    expect(of(decision, 'producer').summary).toBe('3, left to people');
    expect(decision.memory.apps).toEqual([]);
  });

  it('creates with the minimum, within the budget', () => {
    const decision = decide(
      anInput([absent(aScaled('web', 0, { min: 2, wants: 9 })), absent(aRemainder('rest', 0, { min: 3 }))], {
        budget: { kind: 'slots', slots: 4 },
      }),
    );
    expect(numbers(decision)).toEqual([
      [2, 2, 2],
      [2, 2, 2],
    ]);
  });

  it('answers in the order of the question', () => {
    const decision = second([aRemainder('z', 1), aFixed('f', 1), aScaled('a', 1)]);
    expect(decision.apps.map((a) => a.name)).toEqual(['z', 'f', 'a']);
  });
});

describe('several targets', () => {
  const both = [exactly, aTarget({ perInstance: 10 })];

  it('are served by the largest count', () => {
    const web = aScaled('web', 3, { targets: both, readings: [aSample(2), aSample(45)] });
    expect(of(second([web]), 'web').wanted).toBe(5);
    expect(of(second([web]), 'web').summary).toContain('45 at 10 per instance');
  });

  it('do not scale in on one that cannot be read', () => {
    const web = (second: ReturnType<typeof notRead> | ReturnType<typeof aSample>) =>
      aScaled('web', 6, { targets: both, readings: [aSample(2), second] });
    expect(of(second([web(notRead())]), 'web').wanted).toBe(6);
    expect(of(second([web(notRead())]), 'web').limitedBy).toBe('metric');
    expect(of(second([web(aSample(10))]), 'web').wanted).toBe(2);
  });

  it('scale out although one cannot be read', () => {
    const web = aScaled('web', 6, { targets: both, readings: [aSample(9), notRead()] });
    expect(of(second([web]), 'web').wanted).toBe(9);
  });
});

describe('a metric that was not read', () => {
  const failing = (action: 'Hold' | 'Min' | 'Max' | 'Fixed', ago: number) =>
    aScaled('web', 4, {
      min: 1,
      max: 8,
      readings: [notRead({ sinceMs: T0 - ago })],
      behavior: aBehavior({ onMetricFailure: { staleAfter: '10s', action, after: '1m', instances: 3 } }),
    });

  it.each([
    { name: 'keeps the count', action: 'Min', ago: 20_000, to: 4 },
    { name: 'falls back to the minimum', action: 'Min', ago: 60_001, to: 1 },
    { name: 'falls back to the maximum', action: 'Max', ago: 60_001, to: 8 },
    { name: 'falls back to a fixed count', action: 'Fixed', ago: 60_001, to: 3 },
    { name: 'keeps the count for good', action: 'Hold', ago: 3_600_000, to: 4 },
  ] as const)('$name', ({ action, ago, to }) => {
    expect(of(second([failing(action, ago)]), 'web').to).toBe(to);
  });

  it('lends nothing to the remainder', () => {
    const web = aScaled('web', 2, { readings: [notRead()] });
    const rest = aRemainder('rest', 3);
    expect(of(second([web, rest]), 'rest').to).toBe(3);
    expect(of(second([aScaled('web', 2), rest]), 'rest').to).toBe(8);
  });

  it('does not protect the count from a higher priority', () => {
    const decision = second([
      aScaled('urgent', 2, { wants: 8 }),
      aScaled('web', 8, { priority: 2, min: 1, readings: [notRead()] }),
    ]);
    expect(decision.apps.map((a) => a.granted)).toEqual([8, 2]);
  });

  it('says what and for how long', () => {
    expect(of(second([failing('Hold', 25_000)], { nowMs: T0 }), 'web').summary).toBe(
      'wanted 4: no reading for 25 s: the queue does not answer; the count is kept',
    );
  });
});

describe('a held count', () => {
  const override = { held: { instances: 6, reason: 'ops@ set 6 until 12:00' } };

  it('stays, whatever the law says, and is nobody else’s', () => {
    const decision = second([aScaled('web', 6, { wants: 1, ...override }), aRemainder('rest', 4)]);
    expect(numbers(decision)).toEqual([
      [6, 6, 6],
      [4, 4, 4],
    ]);
    expect(of(decision, 'web').limitedBy).toBe('held');
    expect(of(decision, 'web').summary).toBe('kept at 6: ops@ set 6 until 12:00');
  });

  it('outranks the bounds of its policy', () => {
    expect(of(second([aScaled('web', 6, { max: 2, ...override })]), 'web').to).toBe(6);
  });

  it('takes what it needs from others, first of all', () => {
    const world = (killing: number) => [
      aScaled('first', 2, { priority: 1, wants: 4 }),
      aScaled('web', 4, { priority: 2, ...override }),
      aRemainder('rest', 2, { priority: 3, observed: observed(2, { killing }) }),
    ];
    expect(second(world(2)).apps.map((a) => a.to)).toEqual([2, 4, 1]);
    expect(second(world(0)).apps.map((a) => a.to)).toEqual([2, 6, 1]);
  });

  it('is forgotten when the app is gone', () => {
    expect(of(second([absent(aScaled('web', 0, { min: 2, ...override }))]), 'web').to).toBe(2);
  });

  it('holds a remainder too', () => {
    const decision = second([aRemainder('rest', 2, { held: { instances: 2, reason: 'frozen' } })]);
    expect(numbers(decision)).toEqual([[2, 2, 2]]);
  });
});

describe('an app that waits for room', () => {
  const short = observed(5, {
    running: 3,
    waiting: 2,
    waitingFor: [{ reason: 'NoRoom', text: 'InsufficientCpus' }],
  });
  const pool = [aScaled('web', 5, { observed: short }), aRemainder('rest', 5)];

  it('shrinks the remainder by what is missing', () => {
    expect(of(rounds(pool, 5), 'rest').to).toBe(5);
    expect(of(rounds(pool, 12), 'rest').to).toBe(3);
  });

  it('shrinks it as a remainder itself', () => {
    const rest = aRemainder('rest', 10, {
      observed: observed(10, {
        running: 7,
        waiting: 3,
        waitingFor: [{ reason: 'NoRoom', text: 'InsufficientMemory' }],
      }),
    });
    expect(of(rounds([rest], 12), 'rest').to).toBe(7);
  });
});

describe('an app that does not start', () => {
  const broken = observed(6, { running: 2, waiting: 4, backoffMs: 30_000 });
  const pool = [aScaled('web', 6, { wants: 8, min: 1, observed: broken }), aRemainder('rest', 4)];

  it('gives back what it did not launch after a minute', () => {
    expect(rounds(pool, 60, 1).apps.map((a) => a.granted)).toEqual([8, 2]);
    const later = rounds(pool, 62, 1);
    expect(later.apps.map((a) => a.granted)).toEqual([2, 8]);
    expect(of(later, 'web').limitedBy).toBe('launching');
    expect(of(later, 'web').summary).toContain('its tasks do not start; 2 did');
  });

  it('keeps its minimum', () => {
    const none = observed(3, { running: 0, waiting: 3, backoffMs: 30_000 });
    expect(of(rounds([aScaled('web', 3, { min: 2, observed: none })], 62, 1), 'web').to).toBe(2);
  });
});

describe('preemption', () => {
  it('let a remainder yield slowly', () => {
    const behavior = aBehavior({ yieldRate: { value: 1, periodSeconds: 10 } });
    const decision = second([aScaled('web', 3, { wants: 9 }), aRemainder('rest', 7, { behavior })]);
    expect(decision.apps.map((a) => a.granted)).toEqual([4, 6]);
    expect(of(decision, 'web').summary).toContain('rest keeps 6 for now');
  });

  it('keep what was just granted', () => {
    const behavior = aBehavior({ minHold: '30s' });
    const before = [aScaled('web', 2, { wants: 5, behavior })];
    let { memory } = second(before);
    const later = (afterMs: number) => {
      const nowMs = T0 + afterMs;
      const readings = [aSample(1, { asOfMs: nowMs })];
      const decision = decide(anInput([aScaled('web', 5, { readings, behavior })], { nowMs, memory }));
      ({ memory } = decision);
      return of(decision, 'web');
    };
    expect(later(1_000).to).toBe(5);
    expect(later(1_500).summary).toContain('kept for now by minHold');
    expect(later(30_600).to).toBe(1);
  });
});

describe('a cluster budget', () => {
  const budget = { kind: 'cluster', roomByApp: { '/web': 2, '/rest': 3 } } as const;

  it('sends both calls at once: Marathon’s queue arbitrates', () => {
    const decision = second([aScaled('web', 3, { wants: 9 }), aRemainder('rest', 7)], { budget });
    expect(numbers(decision)).toEqual([
      [9, 9, 9],
      [4, 4, 4],
    ]);
  });

  it('lets the remainder take what there is room for, and no more', () => {
    expect(of(second([aScaled('web', 3), aRemainder('rest', 7)], { budget }), 'rest').to).toBe(10);
    const unknown = { kind: 'cluster', roomByApp: { '/web': 2 } } as const;
    expect(of(second([aScaled('web', 3), aRemainder('rest', 7)], { budget: unknown }), 'rest').to).toBe(7);
  });
});

describe('a cluster in which a hand-over is under way', () => {
  it('is no larger for what waits and for what is being stopped', () => {
    const full = { kind: 'cluster', roomByApp: { '/web': 0, '/rest': 0 } } as const;
    const web = observed(6, { id: '/web', running: 3, waiting: 3 });
    const rest = observed(4, { id: '/rest', killing: 3 });
    const apps = [aScaled('web', 6, { observed: web }), aRemainder('rest', 4, { observed: rest })];
    expect(numbers(second(apps, { budget: full }))).toEqual([
      [6, 6, 6],
      [4, 4, 4],
    ]);
  });
});

describe('a resource budget', () => {
  const budget = { kind: 'resources', total: { cpus: 4, mem: 10_000, disk: 0, gpus: 0 } } as const;
  const small = { footprint: { cpus: 0.25, mem: 100, disk: 0, gpus: 0 } };

  it('is shared by what instances take', () => {
    const decision = second([aScaled('web', 1, { wants: 3 }), aRemainder('rest', 4, small)], { budget });
    expect(decision.apps.map((a) => a.granted)).toEqual([3, 4]);
  });

  it('gives no rest of what costs nothing', () => {
    const free = { footprint: { cpus: 0, mem: 0, disk: 0, gpus: 0 } };
    expect(of(second([aRemainder('rest', 2, free)], { budget }), 'rest').to).toBe(2);
  });
});

describe('a steady load', () => {
  it.each([
    { arrivals: 12, service: 5, inFlight: true },
    { arrivals: 60, service: 5, inFlight: true },
    { arrivals: 60, service: 1, inFlight: true },
    { arrivals: 60, service: 20, inFlight: true },
    { arrivals: 33, service: 5, inFlight: false },
  ])('of $arrivals/s at $service/s each reaches a steady count (in flight known: $inFlight)', (load) => {
    const counts = settle(load);
    const offered = load.arrivals / load.service;
    const last = counts.slice(-240); // two minutes
    for (const n of last) {
      // The queue takes up a moment with a twentieth too few.
      expect(n).toBeGreaterThanOrEqual(Math.floor(0.95 * offered) - 1);
      expect(n).toBeLessThanOrEqual(Math.ceil(offered * 1.35) + 3);
    }
    const changes = last.filter((n, k) => k > 0 && n !== last[k - 1]).length;
    expect(changes).toBeLessThanOrEqual(10);
  });
});

/** Ten minutes of a Poisson load on an app that starts instances within two seconds; the counts, twice a second. */
function settle(load: { arrivals: number; service: number; inFlight: boolean }): readonly number[] {
  const random = seeded(7);
  const target = queueTarget(100, 'Fluid', load.inFlight ? aQueue : undefined);
  const starting: number[] = [];
  const counts: number[] = [];
  let [there, ready, asked] = [0, 1, 1];
  let decision: Decision | undefined;
  for (let k = 0; k < 1_200; k++) {
    const nowMs = T0 + k * 500;
    while (starting[0] !== undefined && starting[0] <= nowMs) {
      starting.shift();
      ready++;
    }
    for (let i = 0; i < 20; i++) {
      there += poisson(random, load.arrivals / 40);
      there = Math.max(0, there - poisson(random, (load.service * Math.min(there, ready)) / 40));
    }
    const value = load.inFlight ? there : Math.max(0, there - ready);
    const app = aScaled('web', asked, {
      min: 1,
      max: 200,
      behavior: aBehavior({ giveBackAfter: '10s' }),
      targets: [target],
      readings: [(load.inFlight ? aTotal : aSample)(value, { asOfMs: nowMs })],
      observed: observed(asked, { running: ready, staging: asked - ready }),
    });
    const budget = { kind: 'slots', slots: 300 } as const;
    decision = decide(anInput([app], { budget, nowMs, ...(decision && { memory: decision.memory }) }));
    const { to } = of(decision, 'web');
    for (let n = asked; n < to; n++) starting.push(nowMs + 2_000);
    for (let n = asked; n > to; n--) if (starting.pop() === undefined) ready--;
    asked = to;
    counts.push(to);
  }
  return counts;
}
