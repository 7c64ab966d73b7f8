// A state machine: decide drives a small Marathon in which tasks start, stop and crash whenever they like.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/core/decide.ts';
import type { AppInput, DecisionMemory } from '../../../src/core/decision.ts';
import { anInput, aRemainder, aSample, aScaled, exactly, observed, T0 } from '../../support/builders.ts';

type Phase = 'waiting' | 'staging' | 'running' | 'killing';

interface ModelApp {
  readonly name: string;
  readonly role: 'scaled' | 'remainder';
  readonly priority: number;
  readonly min: number;
  wants: number;
  requested: number;
  tasks: Phase[];
}

/** What Marathon is to the operator, without its clock: the test says what happens next. */
class MiniMarathon {
  readonly slots: number;
  readonly apps: readonly ModelApp[];
  nowMs = T0;
  memory: DecisionMemory | undefined;

  constructor(slots: number, apps: readonly ModelApp[]) {
    this.slots = slots;
    this.apps = apps;
  }

  /** One round of the operator: observe, decide, do. */
  round(): void {
    this.nowMs += 500;
    const decision = decide(
      anInput(
        this.apps.map((app) => this.#input(app)),
        {
          budget: { kind: 'slots', slots: this.slots },
          nowMs: this.nowMs,
          ...(this.memory !== undefined && { memory: this.memory }),
        },
      ),
    );
    this.memory = decision.memory;
    decision.apps.forEach(({ to }, i) => {
      this.#scale(this.apps[i]!, to);
    });
  }

  /** Moves the n-th task that can move: waiting → staging → running, killing → gone. */
  step(app: ModelApp, n: number): void {
    const movable = app.tasks.flatMap((phase, i) => (phase === 'running' ? [] : [i]));
    const i = movable[n % Math.max(1, movable.length)];
    if (i === undefined) return;
    const phase = app.tasks[i]!;
    if (phase === 'killing') app.tasks.splice(i, 1);
    else app.tasks[i] = phase === 'waiting' ? 'staging' : 'running';
  }

  /** A running task dies; Marathon puts another one in the queue. */
  crash(app: ModelApp): void {
    const i = app.tasks.indexOf('running');
    if (i >= 0) app.tasks[i] = 'waiting';
  }

  used(): number {
    return this.apps.reduce((sum, { tasks }) => sum + tasks.filter((t) => t !== 'waiting').length, 0);
  }

  count(app: ModelApp, phase: Phase): number {
    return app.tasks.filter((t) => t === phase).length;
  }

  /** Waiting ones are given up first, then the youngest. */
  #scale(app: ModelApp, to: number): void {
    for (let i = app.requested; i < to; i++) app.tasks.push('waiting');
    for (let i = app.requested; i > to; i--) {
      const waiting = app.tasks.lastIndexOf('waiting');
      if (waiting >= 0) app.tasks.splice(waiting, 1);
      else app.tasks[app.tasks.findLastIndex((t) => t !== 'killing')] = 'killing';
    }
    app.requested = to;
  }

  #input(app: ModelApp): AppInput {
    const running = this.count(app, 'running');
    const over = {
      priority: app.priority,
      min: app.min,
      targets: app.role === 'scaled' ? [exactly] : [],
      readings: app.role === 'scaled' ? [aSample(app.wants, { asOfMs: this.nowMs })] : [],
      observed: observed(app.requested, {
        running,
        staging: this.count(app, 'staging'),
        killing: this.count(app, 'killing'),
        waiting: this.count(app, 'waiting'),
      }),
    };
    return app.role === 'scaled'
      ? aScaled(app.name, app.requested, over)
      : aRemainder(app.name, app.requested, over);
  }
}

type Command = fc.Command<object, MiniMarathon>;

function command(name: string, run: (world: MiniMarathon) => void): Command {
  return {
    check: () => true,
    run: (_, world) => {
      run(world);
      expect(world.used(), `${name} put more tasks there than slots`).toBeLessThanOrEqual(world.slots);
    },
    toString: () => name,
  };
}

const commands = [
  fc.constant(command('round', (world) => world.round())),
  fc
    .tuple(fc.nat(2), fc.nat(5))
    .map(([a, n]) => command(`step(${a}, ${n})`, (world) => world.step(world.apps[a]!, n))),
  fc.tuple(fc.nat(2), fc.nat(14)).map(([a, n]) =>
    command(`wants(${a}, ${n})`, (world) => {
      world.apps[a]!.wants = n;
    }),
  ),
  fc.nat(2).map((a) => command(`crash(${a})`, (world) => world.crash(world.apps[a]!))),
  fc.constant(
    command('restart of the operator', (world) => {
      world.memory = undefined;
    }),
  ),
];

function aWorld(slots: number): MiniMarathon {
  const app = (name: string, role: ModelApp['role'], priority: number, min: number): ModelApp => ({
    name,
    role,
    priority,
    min,
    wants: min,
    requested: min,
    tasks: Array.from({ length: min }, () => 'running'),
  });
  return new MiniMarathon(slots, [
    app('web', 'scaled', 1, 1),
    app('batch', 'scaled', 2, 0),
    app('rest', 'remainder', 3, 1),
  ]);
}

describe('hand-over', () => {
  it('never has more tasks than slots, whenever tasks start and stop', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.commands(commands, { maxCommands: 120, size: 'max' }),
        (slots, cmds) => {
          fc.modelRun(() => ({ model: {}, real: aWorld(slots) }), cmds);
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it('comes to rest where every grant is running, once demand and tasks are left alone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.commands(commands, { maxCommands: 60, size: 'max' }),
        fc.nat(14),
        fc.nat(14),
        (slots, cmds, web, batch) => {
          const world = aWorld(slots);
          fc.modelRun(() => ({ model: {}, real: world }), cmds);
          world.apps[0]!.wants = web;
          world.apps[1]!.wants = batch;
          for (let k = 0; k < 30; k++) {
            world.round();
            for (const app of world.apps) for (let i = 0; i < 40; i++) world.step(app, i);
          }
          const [a, b, rest] = world.apps;
          const wantedByWeb = Math.min(Math.max(1, web), slots - 1);
          const wantedByBatch = Math.min(batch, slots - 1 - wantedByWeb);
          expect([a!.requested, b!.requested, rest!.requested]).toEqual([
            wantedByWeb,
            wantedByBatch,
            slots - wantedByWeb - wantedByBatch,
          ]);
          for (const app of world.apps) expect(world.count(app, 'running')).toBe(app.requested);
        },
      ),
      { numRuns: 500 },
    );
  });
});
