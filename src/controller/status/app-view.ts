// controller: one app as people see it, from what a round found. Pure.

import { durationMs } from '../../api/duration.ts';
import type { MetricSpec, TargetSpec } from '../../api/policy.ts';
import { rounded } from '../../api/words/figures.ts';
import type { AppDecision } from '../../core/decision.ts';
import { type Messages, messagesOf } from '../../core/demand/messages.ts';
import { behaviorFor, whyNot } from '../../core/demand/metric-failure.ts';
import type { ObjectiveState } from '../../core/demand/objective.ts';
import { drainTime, type Pace } from '../../core/law/rates/drain-time.ts';
import type { AppObservation, MetricReading, MetricSample } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import { pauseText } from '../interventions/effect.ts';
import type { AppAssessment } from '../round/assess.ts';
import { readingsOf } from '../round/observe.ts';
import { isWhole, type Round } from '../round/round.ts';
import type { AppView, DriftView, MetricView, TargetKind } from './view.ts';

/** Everything but the counters, which move between rounds. */
export function appViewOf(
  assessment: AppAssessment,
  round: Round,
  describeMetric: (metric: MetricSpec) => string,
): AppView {
  const { app, observed } = assessment;
  const { spec } = app;
  const decision = round.decisions.get(spec.id);
  const requested = observed?.requested ?? 0;
  const { atMs: nowMs, wallAheadMs } = round;
  const context = { decision, decided: isWhole(round), assessment, nowMs, wallAheadMs, describeMetric };
  const readings = readingsOf(round.world, app);
  return {
    name: spec.name,
    id: spec.id,
    policy: app.policy,
    role: app.role,
    exists: observed !== undefined,
    wanted: decision?.wanted ?? requested,
    granted: decision?.granted ?? requested,
    ...(decision === undefined && { undecided: true as const }),
    requested,
    running: observed?.running ?? 0,
    staging: observed?.staging ?? 0,
    killing: observed?.killing ?? 0,
    waiting: observed?.waiting ?? 0,
    ready: observed?.ready ?? 0,
    metrics: (spec.targets ?? []).map((target, i) => ({
      ...metricView(target, readings[i], { ...context, pace: decision?.paces?.[i] ?? undefined }),
      ...objectiveView(target, decision?.objectives?.[i]),
    })),
    ...(observed === undefined ? UNSEEN : sightOf(observed)),
    summary: summaryOf(assessment, decision),
    steps: decision?.steps ?? [],
    figures: decision?.figures ?? {},
    counters: {},
    ...defined({ priority: spec.priority, schedule: app.schedule }),
    ...boundsOf(assessment),
    ...driftOf(assessment, round),
    ...defined({ limitedBy: decision?.limitedBy, alternativesOf: decision?.alternativesOf }),
    ...(spec.pageControl && { pageControl: spec.pageControl }),
  };
}

type Sight = Pick<AppView, 'tasks' | 'lastScaled'>;

const UNSEEN: Sight = { tasks: [] };
const sights = new WeakMap<AppObservation, Sight>();

/** An app at rest is the same observation for many rounds. */
function sightOf(observed: AppObservation): Sight {
  const known = sights.get(observed);
  if (known !== undefined) return known;
  const { tasks, lastScalingAtMs } = observed;
  const sight: Sight = {
    tasks: tasks.map(({ id, phase }) => ({ id, phase })),
    ...(lastScalingAtMs !== undefined && { lastScaled: new Date(lastScalingAtMs).toISOString() }),
  };
  sights.set(observed, sight);
  return sight;
}

/** What is put back anyway is only passing. */
function driftOf({ app }: AppAssessment, { drift }: Round): Pick<AppView, 'drift'> {
  const fields = app.drift === 'Report' ? drift.get(app.spec.id) : undefined;
  if (fields === undefined) return {};
  return {
    drift: fields.map(({ field, before, after }): DriftView => {
      if (isSecret(before) || isSecret(after)) return { field, secret: true };
      return { field, ...defined({ wanted: after, live: before }) };
    }),
  };
}

/** As schedulers write what they do not show. */
function isSecret(value: unknown): boolean {
  return typeof value === 'string' && /^\((new )?secret\)$/.test(value);
}

function boundsOf({ app }: AppAssessment): Pick<AppView, 'min' | 'max'> {
  const { min, max } = app.spec.instances;
  return { ...defined({ min, max }) };
}

/** The decision in words, or why there is none. */
function summaryOf(
  { app, part, trouble, blocked }: AppAssessment,
  decision: AppDecision | undefined,
): string {
  if (decision !== undefined) return decision.summary;
  if (trouble !== undefined) return trouble.message;
  if (blocked !== undefined) return `cannot be created: ${blocked}`;
  if (app.paused !== undefined) return `${pauseText(app.paused)}: the count is left alone`;
  if (app.mode === 'Paused') return 'paused: the count is left alone';
  if (app.role === 'fixed') return 'left to people';
  return part === 'off' ? 'nothing is decided for it now' : 'not decided yet';
}

/** What a target's objective says of itself, beside what is known of it. */
export function objectiveView(
  { objective }: TargetSpec,
  state: ObjectiveState | null | undefined,
): Pick<MetricView, 'objective'> {
  if (objective === undefined || state === undefined || state === null) return {};
  const { knownMs, aboveMs, allowed, perMs } = state;
  const seconds = (ms: number): number => rounded(ms / 1000, 1);
  return {
    objective: {
      ...objective,
      knownSeconds: seconds(knownMs),
      aboveSeconds: seconds(aboveMs),
      budgetSeconds: seconds(allowed * perMs),
    },
  };
}

interface MetricContext {
  readonly decision: AppDecision | undefined;
  /** Of a drain time, where it is known. */
  readonly pace: Pace | undefined;
  /** The decision is this round's, not an earlier one's about an earlier reading. */
  readonly decided: boolean;
  readonly assessment: AppAssessment;
  readonly nowMs: number;
  readonly wallAheadMs: number;
  readonly describeMetric: (metric: MetricSpec) => string;
}

function metricView(
  target: TargetSpec,
  reading: MetricReading | undefined,
  context: MetricContext,
): MetricView {
  const wanted = targetOf(target);
  const base = {
    type: kindOf(target),
    label: context.describeMetric(target.metric),
    ...(target.name !== undefined && { targetName: target.name }),
    unit: isTime(target) ? 'seconds' : 'messages',
    ...defined({ target: wanted }),
    ...(target.perInstance !== undefined && { perInstance: { target: target.perInstance } }),
  } as const;
  if (reading === undefined) return { ...base, state: 'unavailable', reason: 'not read yet' };
  const last = reading.state === 'ok' ? reading : reading.last;
  const sample = servingSample(last, target, context);
  const unreadSinceMs = reading.state === 'ok' ? undefined : reading.sinceMs + context.wallAheadMs;
  if (sample === undefined) {
    const atMs = last && last.asOfMs + context.wallAheadMs;
    return { ...base, state: 'unavailable', ...defined({ atMs, unreadSinceMs }), reason: whyNot(reading) };
  }
  const compared = comparedValue(target, sample, context);
  return {
    ...base,
    state: reading.state === 'ok' ? 'ok' : 'stale',
    ...compared,
    ...(target.perInstance !== undefined && {
      perInstance: perInstanceOf(target.perInstance, compared, context),
    }),
    ...defined({ inFlight: sample.inFlight }),
    atMs: sample.asOfMs + context.wallAheadMs,
    ...defined({ unreadSinceMs }),
    ...(reading.state !== 'ok' && { reason: reading.reason }),
  };
}

function kindOf({ queueLength, drainTime, messageAge }: TargetSpec): TargetKind {
  if (queueLength !== undefined) return 'QueueLength';
  if (drainTime !== undefined) return 'DrainTime';
  return messageAge === undefined ? 'PerInstance' : 'MessageAge';
}

function isTime({ drainTime, messageAge }: TargetSpec): boolean {
  return drainTime !== undefined || messageAge !== undefined;
}

function targetOf({ queueLength, drainTime, messageAge }: TargetSpec): number | undefined {
  const duration = drainTime ?? messageAge;
  return queueLength ?? (duration === undefined ? undefined : durationMs(duration) / 1_000);
}

/** As the HorizontalPodAutoscaler shows an AverageValue; without an instance all of them wait for the first one. */
function perInstanceOf(
  target: number,
  { value, valueMargin }: Pick<MetricView, 'value' | 'valueMargin'>,
  { assessment }: MetricContext,
): NonNullable<MetricView['perInstance']> {
  if (value === undefined) return { target };
  const instances = Math.max(1, assessment.observed?.running ?? 0);
  const margin = valueMargin === undefined ? {} : { currentMargin: valueMargin / instances };
  return { current: value / instances, ...margin, target };
}

/** The last good sample, as long as it serves. */
function servingSample(
  last: MetricSample | undefined,
  target: TargetSpec,
  { assessment, nowMs }: MetricContext,
): MetricSample | undefined {
  const { staleAfter } = behaviorFor(target, assessment.app.spec.behavior).onMetricFailure;
  return last !== undefined && nowMs - last.asOfMs <= durationMs(staleAfter) ? last : undefined;
}

/** What waits, as its law has it; where that says nothing of this target and this reading, as it would have it. */
function countOf(
  sample: MetricSample,
  { decision, decided, assessment }: MetricContext,
): Pick<Messages, 'waiting' | 'splitMargin'> {
  const alone = assessment.app.spec.targets?.length === 1;
  const { waiting, splitMargin = 0 } = alone && decided ? (decision?.figures ?? {}) : {};
  return waiting === undefined
    ? messagesOf(sample, assessment.observed?.running ?? 0)
    : { waiting, splitMargin };
}

/** What the law compares with the target. Its own figure where it has one, for the sample alone still counts what is in flight. */
function comparedValue(
  target: TargetSpec,
  sample: MetricSample,
  context: MetricContext,
): Pick<MetricView, 'value' | 'valueMargin' | 'infinite' | 'reason'> {
  const { pace, assessment, nowMs } = context;
  if (target.messageAge !== undefined) {
    if (sample.oldestAgeMs !== undefined)
      return { value: Math.max(0, nowMs - sample.asOfMs + sample.oldestAgeMs) / 1_000 };
    return sample.waiting === 0
      ? { value: 0 }
      : { reason: 'the source does not tell how old the messages are' };
  }
  const { waiting, splitMargin } = countOf(sample, context);
  const counted = { value: waiting, ...(splitMargin > 0 && { valueMargin: splitMargin }) };
  if (target.drainTime === undefined || waiting === 0) return counted;
  if ((assessment.observed?.ready ?? 0) === 0)
    return { infinite: true, reason: 'messages wait and nothing runs' };
  if (pace === undefined) return { reason: 'how fast what waits is worked off is not known yet' };
  const { seconds, margin } = drainTime({ waiting, splitMargin }, pace);
  return { value: seconds, valueMargin: margin };
}
