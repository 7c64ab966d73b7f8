// CONTRIBUTING's table "Follow one number": the compiler holds each row, and no step is missing.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { act, WriteResult } from '../../src/controller/round/act.ts';
import type { AppAssessment, assessApps } from '../../src/controller/round/assess.ts';
import type { decideCounts, PoolDecision } from '../../src/controller/round/decide.ts';
import type { observePool, World } from '../../src/controller/round/observe.ts';
import type { PoolPlan, planPool } from '../../src/controller/round/plan.ts';
import type { PoolReconciler } from '../../src/controller/round/reconcile.ts';
import type { Allocation, allocate } from '../../src/core/allocation.ts';
import type { Change } from '../../src/core/change.ts';
import type { decide } from '../../src/core/decide.ts';
import type { AppDecision, AppInput, Decision, DecisionInput } from '../../src/core/decision.ts';
import type { Messages, messagesOf } from '../../src/core/demand/messages.ts';
import type { targetDemand } from '../../src/core/demand/targets.ts';
import type { AppDemand, appDemand } from '../../src/core/demand.ts';
import type { fluidLaw } from '../../src/core/law/fluid.ts';
import type { LawInput, LawResult } from '../../src/core/law/law.ts';
import type { MetricReading } from '../../src/core/observation.ts';
import type { PlanApp, planChanges } from '../../src/core/plan.ts';
import type { createAzureQueue } from '../../src/metric-sources/clouds/azure-queue/index.ts';
import type { Actor } from '../../src/schedulers/marathon/act.ts';

const ROOT = resolve(import.meta.dirname, '../..');

interface Shapes {
  readonly MetricReading: MetricReading;
  readonly World: World;
  readonly AppAssessment: AppAssessment;
  readonly AppInput: AppInput;
  readonly Messages: Messages;
  readonly LawResult: LawResult<unknown>;
  readonly AppDemand: AppDemand;
  readonly Allocation: Allocation;
  readonly AppDecision: AppDecision;
  readonly PlanApp: PlanApp;
  readonly Change: Change;
  readonly WriteResult: WriteResult;
}

type Shape = keyof Shapes;
type Fn = (...args: never[]) => unknown;

/** What is in a promise, a list or a map. */
type Content<T> =
  T extends PromiseLike<infer U>
    ? Content<U>
    : T extends readonly (infer U)[]
      ? Content<U>
      : T extends ReadonlyMap<unknown, infer U>
        ? Content<U>
        : T;

/** The names of the shapes that a value is. */
type NamesOf<T> = T extends unknown
  ? { [S in Shape]: [T] extends [never] ? never : T extends Shapes[S] ? S : never }[Shape]
  : never;

/** The names of the shapes that a value is or, as an envelope, holds. */
type Held<T> = T extends Fn | string | number | boolean | undefined
  ? never
  : NamesOf<T> | { [K in keyof T]-?: NamesOf<Content<NonNullable<T[K]>>> }[keyof T];

interface Row<F extends Fn> {
  readonly takes: readonly Held<Content<Parameters<F>[number]>>[];
  readonly gives: readonly Held<Content<ReturnType<F>>>[];
}

interface Step {
  readonly file: string;
  readonly name: string;
  readonly takes: readonly Shape[];
  readonly gives: readonly Shape[];
}

/** A row that does not compile says something that its function does not do. */
function step<F extends Fn>(file: string, name: string, { takes, gives }: Row<F>): Step {
  return { file: `src/${file}`, name, takes, gives };
}

const STEPS: readonly Step[] = [
  step<ReturnType<typeof createAzureQueue>['read']>('metric-sources/clouds/azure-queue/index.ts', 'read', {
    takes: [],
    gives: ['MetricReading'],
  }),
  step<typeof observePool>('controller/round/observe.ts', 'observePool', { takes: [], gives: ['World'] }),
  step<PoolReconciler['reconcile']>('controller/round/reconcile.ts', 'reconcile', { takes: [], gives: [] }),
  step<typeof assessApps>('controller/round/assess.ts', 'assessApps', {
    takes: [],
    gives: ['AppAssessment'],
  }),
  step<typeof decideCounts>('controller/round/decide.ts', 'decideCounts', {
    takes: ['World', 'AppAssessment'],
    gives: ['AppDecision'],
  }),
  step<typeof decide>('core/decide.ts', 'decide', { takes: ['AppInput'], gives: ['AppDecision'] }),
  step<typeof appDemand>('core/demand.ts', 'appDemand', { takes: ['AppInput'], gives: ['AppDemand'] }),
  step<typeof targetDemand>('core/demand/targets.ts', 'targetDemand', {
    takes: ['AppInput'],
    gives: ['LawResult'],
  }),
  step<typeof messagesOf>('core/demand/messages.ts', 'messagesOf', {
    takes: ['MetricReading'],
    gives: ['Messages'],
  }),
  step<typeof fluidLaw>('core/law/fluid.ts', 'fluidLaw', { takes: ['Messages'], gives: ['LawResult'] }),
  step<typeof allocate>('core/allocation.ts', 'allocate', { takes: ['AppDemand'], gives: ['Allocation'] }),
  step<typeof planPool>('controller/round/plan.ts', 'planPool', {
    takes: ['AppAssessment', 'AppDecision'],
    gives: ['Change'],
  }),
  step<typeof planChanges>('core/plan.ts', 'planChanges', { takes: ['PlanApp'], gives: ['Change'] }),
  step<typeof act>('controller/round/act.ts', 'act', { takes: ['Change'], gives: ['WriteResult'] }),
  step<Actor['apply']>('schedulers/marathon/act.ts', 'apply', { takes: ['Change'], gives: [] }),
];

/** What holds a shape unchanged, and which one. */
function envelope<T>(holds: Held<T>): Shape {
  return holds;
}

const ENVELOPES: Readonly<Record<string, Shape>> = {
  DecisionInput: envelope<DecisionInput>('AppInput'),
  LawInput: envelope<LawInput>('Messages'),
  Decision: envelope<Decision>('AppDecision'),
  PoolDecision: envelope<PoolDecision>('AppDecision'),
  PoolPlan: envelope<PoolPlan>('Change'),
};

const contributing = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
const section = contributing.slice(
  contributing.indexOf('## Follow one number'),
  contributing.indexOf('## Add a metric source'),
);

/** Types by their names as a signature has them, and the shape that each is or holds. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ...STEPS.flatMap(({ takes, gives }) => [...takes, ...gives]).map((shape) => [shape, shape] as const),
  ['MetricSample', 'MetricReading'],
  ...Object.entries(ENVELOPES),
]);

function shapesIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/\w+/g)].flatMap(([word]) => NAMES.get(word) ?? []))];
}

/** Functions that a file exports, with what they take and give of the shapes. */
function exportedIn(
  path: string,
): readonly { name: string; takes: readonly string[]; gives: readonly string[] }[] {
  const code = readFileSync(path, 'utf8');
  const exported = /^export (?:async )?function (\w+)(?:<[^(]*>)?\(([\s\S]*?)\): ([^;{]+) \{$/gm;
  return [...code.matchAll(exported)].map(([, name = '', takes = '', gives = '']) => ({
    name,
    takes: shapesIn(takes),
    gives: shapesIn(gives),
  }));
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('CONTRIBUTING: follow one number', () => {
  const rows = [...section.matchAll(/^\| \d+ \| .*? \| `(src\/[^`]+)` \| `(\w+)` \|(.*)\|(.*)\|$/gm)].map(
    ([, file = '', name = '', takes = '', gives = '']): Record<keyof Step, unknown> => ({
      file,
      name,
      takes: [...takes.matchAll(/\w+/g)].map(([shape]) => shape),
      gives: [...gives.matchAll(/\w+/g)].map(([shape]) => shape),
    }),
  );

  it('says of each step what its function takes and gives', () => {
    expect(rows).toEqual(STEPS);
  });

  it('says which envelope holds which shape', () => {
    const said = [...section.matchAll(/((?:`\w+`(?: and )?)+) \(`(\w+)`s?\)/g)].flatMap(
      ([, names = '', shape = '']) =>
        [...names.matchAll(/\w*[A-Z]\w*/g)].map(([name]) => [name, shape] as const),
    );
    expect(Object.fromEntries(said)).toEqual(ENVELOPES);
  });

  it('takes at most 15 files and 12 shapes, each file once', () => {
    expect(STEPS.length).toBeGreaterThan(10);
    expect(new Set(STEPS.map(({ file }) => file)).size).toBe(STEPS.length);
    expect(STEPS.length).toBeLessThanOrEqual(15);
    expect(new Set(STEPS.flatMap(({ takes, gives }) => [...takes, ...gives])).size).toBeLessThanOrEqual(12);
  });

  it.each(STEPS)('finds $name in $file', ({ file, name }) => {
    const code = readFileSync(join(ROOT, file), 'utf8');
    expect(code).toMatch(new RegExp(`^(?:export |  )(?:async )?(?:function )?${name}(?:<.*>)?\\(`, 'm'));
  });

  it('takes no shape that no earlier or later step gives, but for the rows of a question', () => {
    const given = new Set(STEPS.flatMap(({ gives }) => gives));
    const taken = new Set(STEPS.flatMap(({ takes }) => takes));
    expect([...taken].filter((shape) => !given.has(shape))).toEqual(['AppInput', 'PlanApp']);
  });

  it('misses no function of the core or of the round that makes one shape of another', () => {
    const known = new Set(
      STEPS.flatMap(({ takes, gives }) => takes.flatMap((from) => gives.map((to) => `${from} → ${to}`))),
    );
    const walked = new Set(STEPS.map(({ file }) => file));
    const looked = [...filesIn('src/core'), ...filesIn('src/controller/round')].flatMap((path) => {
      const file = relative(ROOT, path);
      return exportedIn(path).map((each) => ({ file, ...each }));
    });
    expect(looked.filter(({ file }) => walked.has(file)).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['appDemand', 'fluidLaw', 'planChanges', 'observePool']),
    );
    const missed = looked.flatMap(({ file, name, takes, gives }) => {
      if (walked.has(file)) return [];
      const made = takes.flatMap((from) => gives.filter((to) => to !== from).map((to) => `${from} → ${to}`));
      return made.filter((pair) => !known.has(pair)).map((pair) => `${file} ${name}: ${pair}`);
    });
    expect(missed).toEqual([]);
  });

  it('leaves rules to plain numbers: what shares and bounds a count knows no shape', () => {
    const rules = ['capacity', 'handover', 'max-min-share', 'preemption'].map((name) => `allocation/${name}`);
    for (const rule of [
      ...rules,
      'demand/behavior',
      'law/rates/estimator',
      'law/outlook/prediction',
      'law/outlook/ahead',
    ]) {
      const code = readFileSync(join(ROOT, `src/core/${rule}.ts`), 'utf8').replace(
        /\/\*[\s\S]*?\*\/|\/\/.*$/gm,
        '',
      );
      expect({ rule, shapes: shapesIn(code) }).toEqual({ rule, shapes: [] });
    }
  });
});
