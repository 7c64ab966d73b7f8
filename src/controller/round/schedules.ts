// controller: which bounds an app's schedules give it at a moment, and what comes next. Pure.

import { durationMs } from '../../api/duration.ts';
import type { InstancesSpec, ScheduleSpec } from '../../api/policy.ts';
import { startsOf } from '../../api/rules/cron.ts';
import { defined } from '../../lang/defined.ts';
import type { MemberApp } from '../policies/members.ts';
import type { NamedApp } from '../policies/workloads.ts';
import type { ScheduleView } from '../status/view.ts';

/**
 * The same apps with the bounds that hold at `wallMs`, ms since the epoch by the wall clock; the same list where none has
 * schedules.
 */
export function withSchedules(apps: readonly MemberApp[], wallMs: number): readonly MemberApp[] {
  if (apps.every(({ spec }) => spec.schedules === undefined)) return apps;
  return apps.map((app) => {
    if (app.spec.schedules === undefined) return app;
    const { spec, view } = scheduledAt(app.spec, wallMs);
    return { ...app, spec, schedule: view };
  });
}

export interface Scheduled {
  /** With the bounds in force. */
  readonly spec: NamedApp;
  readonly view: ScheduleView;
}

interface Kept extends Scheduled {
  readonly fromMs: number;
  /** Nothing changes before. */
  readonly untilMs: number;
}

/** Between two changes nothing is to be worked out. */
const kept = new WeakMap<NamedApp, Kept>();

/** @param spec as the policy has it */
export function scheduledAt(spec: NamedApp, wallMs: number): Scheduled {
  const last = kept.get(spec);
  if (last !== undefined && last.fromMs <= wallMs && wallMs < last.untilMs) return last;
  const windows = (spec.schedules ?? []).map((schedule) => windowAt(schedule, wallMs));
  const inForce = windows.filter(({ untilMs }) => untilMs !== undefined);
  const next = windows
    .filter(({ nextMs }) => nextMs !== undefined)
    .toSorted((a, b) => (a.nextMs ?? 0) - (b.nextMs ?? 0))[0];
  const view: ScheduleView = {
    inForce: inForce.map(({ schedule, untilMs = 0 }) => ({ ...boundsIn(schedule), untilMs })),
    ...(next?.nextMs !== undefined && { next: { ...boundsIn(next.schedule), atMs: next.nextMs } }),
  };
  const changes = windows.flatMap(({ untilMs, nextMs }) => [untilMs ?? Infinity, nextMs ?? Infinity]);
  const now: Kept = {
    spec: {
      ...spec,
      instances: boundsWith(
        spec.instances,
        inForce.map(({ schedule }) => schedule),
      ),
    },
    view,
    fromMs: wallMs,
    untilMs: Math.min(...changes),
  };
  kept.set(spec, now);
  return now;
}

interface Window {
  readonly schedule: ScheduleSpec;
  /** When it ends; absent while it is not in force. */
  readonly untilMs?: number;
  /** When it starts next; absent when it never does. */
  readonly nextMs?: number;
}

function windowAt(schedule: ScheduleSpec, wallMs: number): Window {
  const starts = startsOf(schedule);
  const lastsMs = durationMs(schedule.for);
  // The last start of those that began less than its length ago.
  let startMs = starts.after(wallMs - lastsMs);
  let untilMs: number | undefined;
  for (; startMs !== undefined && startMs <= wallMs; startMs = starts.after(startMs))
    untilMs = startMs + lastsMs;
  return { schedule, ...defined({ untilMs, nextMs: startMs }) };
}

/** Of several the largest: no schedule has fewer than it asks for. */
function boundsWith(instances: InstancesSpec, inForce: readonly ScheduleSpec[]): InstancesSpec {
  const mins = inForce.flatMap(({ min }) => min ?? []);
  const maxs = inForce.flatMap(({ max }) => max ?? []);
  const min = mins.length > 0 ? Math.max(...mins) : instances.min;
  const max = maxs.length > 0 ? Math.max(...maxs) : instances.max;
  return { ...defined({ min, max: max === undefined ? undefined : Math.max(max, min ?? 0) }) };
}

function boundsIn({
  cron,
  timezone,
  min,
  max,
}: ScheduleSpec): Omit<ScheduleView['inForce'][number], 'untilMs'> {
  return { cron, timezone, ...defined({ min, max }) };
}
