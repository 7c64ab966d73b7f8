// recorder: what is kept of a round. Plain JSON, and a check of what comes back.

import { storedAs } from '../../api/validation/stored.ts';
import type { WriteResult } from '../../controller/round/act.ts';
import type { AppView, MetricView, PolicyView, PoolView } from '../../controller/status/view.ts';
import type { AppInput, Budget } from '../../core/decision.ts';
import type { AppObservation } from '../../core/observation.ts';

/**
 * An app as people saw it, without what `decide` says again when it is asked again: summary, steps, figures and the
 * account of its objectives; and without its tasks.
 */
export interface FrameApp
  extends Omit<AppView, 'tasks' | 'summary' | 'steps' | 'figures' | 'metrics' | 'drift'> {
  readonly metrics: readonly Omit<MetricView, 'objective'>[];
  /** In which scene it was decided; absent: not at all. */
  readonly scene?: string;
  /** Of an app that was not decided. */
  readonly summary?: string;
}

export interface FramePolicy extends Omit<PolicyView, 'apps'> {
  /** By id. */
  readonly apps: Readonly<Record<string, FrameApp>>;
}

export interface FramePool extends Omit<PoolView, 'policies' | 'lastRoundAtMs'> {
  /** Of the last round that could read the scheduler, when this one could not. */
  readonly lastRoundAtMs?: number;
  /** By `namespace/name`. */
  readonly policies: Readonly<Record<string, FramePolicy>>;
}

/** What is seen of an app, as far as `decide` looks at it. Never its definition: a scheduler gives secrets back in it. */
export type FrameObservation = Pick<
  AppObservation,
  | 'requested'
  | 'running'
  | 'staging'
  | 'killing'
  | 'unreachable'
  | 'ready'
  | 'waiting'
  | 'waitingFor'
  | 'backoffMs'
  | 'hasHealthChecks'
> & {
  /** Where the policy says how long an instance takes to start: from when on each runs. */
  readonly tasks?: AppObservation['tasks'];
};

/** `AppInput`, in a part that the policy says and one that moves. */
export interface FrameInput {
  readonly terms: Omit<AppInput, 'readings' | 'observed' | 'held' | 'blocked' | 'override' | 'max'> & {
    /** Absent: no end. */
    readonly max?: number;
  };
  readonly readings: AppInput['readings'];
  readonly observed?: FrameObservation;
  readonly held?: NonNullable<AppInput['held']>;
  readonly blocked?: string;
  readonly override?: NonNullable<AppInput['override']>;
}

export interface FrameScene {
  /** What has no end in it is left out. */
  readonly budget: FrameBudget;
  /** By id. */
  readonly apps: Readonly<Record<string, FrameInput>>;
}

export type FrameBudget =
  | Exclude<Budget, { readonly kind: 'resources' }>
  | {
      readonly kind: 'resources';
      readonly total: Partial<Extract<Budget, { readonly kind: 'resources' }>['total']>;
    };

export interface RoundFrame {
  /** Monotonic. */
  readonly atMs: number;
  readonly wallAheadMs: number;
  readonly result: 'complete' | 'blind' | 'standby';
  readonly shown: FramePool;
  /** By scene; empty where nothing was decided. */
  readonly asked: Readonly<Record<string, FrameScene>>;
}

/** What a minute ended with, in the words of then. */
export interface MinuteFrame {
  readonly atMs: number;
  readonly wallAheadMs: number;
  readonly shown: PoolView;
  /** Of each metric by `app index`, over the minute. */
  readonly peaks: Readonly<Record<string, number>>;
}

/** How a write ended. */
export interface FrameWrite extends Pick<WriteResult, 'result' | 'obstacle' | 'message'> {
  readonly kind: WriteResult['change']['kind'];
  readonly app: string;
  readonly to?: number;
}

const TIMES = {
  atMs: { type: 'number', description: 'When it was decided.' },
  wallAheadMs: { type: 'number', description: 'What to add for people.' },
} as const;

const SHOWN = {
  type: 'object',
  description: 'The pool as people saw it.',
  required: ['name', 'capacity', 'intervalMs', 'policies'],
  properties: {
    name: { type: 'string', description: 'Its key.' },
    intervalMs: { type: 'number', description: 'How often it is looked at.' },
    capacity: {
      type: 'object',
      description: 'What its apps share.',
      required: ['total', 'used', 'unit'],
      properties: {
        total: { type: 'number', description: 'All of it.' },
        used: { type: 'number', description: 'What is held.' },
        unit: { type: 'string', description: 'Of what.' },
      },
    },
  },
} as const;

export const isRoundFrame = storedAs<RoundFrame>({
  type: 'object',
  description: 'A round.',
  required: ['atMs', 'wallAheadMs', 'result', 'shown', 'asked'],
  properties: {
    ...TIMES,
    result: { type: 'string', description: 'How it ended.', enum: ['complete', 'blind', 'standby'] },
    shown: SHOWN,
    asked: { type: 'object', description: 'Questions by scene.' },
  },
});

export const isMinuteFrame = storedAs<MinuteFrame>({
  type: 'object',
  description: 'A minute.',
  required: ['atMs', 'wallAheadMs', 'shown', 'peaks'],
  properties: {
    ...TIMES,
    shown: SHOWN,
    peaks: { type: 'object', description: 'The largest values of metrics.' },
  },
});
