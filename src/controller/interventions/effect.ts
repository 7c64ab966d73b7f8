// controller: what interventions do to a policy at one moment, in types and in words.

import { instantText } from '../../api/words/instant.ts';
import { defined } from '../../lang/defined.ts';
import { WaitError } from '../../runtime/errors.ts';
import type { Scheduler } from '../../schedulers/scheduler.ts';
import type { OverrideView, PauseView } from '../status/view.ts';
import type { Tracked } from './tracked.ts';

/** What interventions do to one policy now. */
export interface InterventionEffect {
  readonly paused?: PauseView;
  /** By the app's name in the policy. */
  readonly overrides: ReadonlyMap<string, OverrideView>;
  /** Names of apps whose definition a person has put back; absent: none. */
  readonly putBack?: ReadonlySet<string>;
  /** By the app's name in the policy: whose definition is left as it runs; absent: none. */
  readonly kept?: ReadonlyMap<string, PauseView>;
}

const NO_INTERVENTION: InterventionEffect = { overrides: new Map() };

/**
 * What those that are in force do together: of several pauses the longest one is told, of several overrides of one app
 * the newest one counts.
 */
export function effectOf(inForce: readonly Tracked[], aheadMs: number): InterventionEffect {
  if (inForce.length === 0) return NO_INTERVENTION;
  const outranked = outrankingOf(inForce);
  const pauses = inForce.filter(({ spec }) => spec.type === 'Pause');
  const pause = pauses.toSorted((a, b) => endOf(b) - endOf(a))[0];
  const putBack = inForce.flatMap(({ spec: { type, app } }) =>
    type === 'PutBack' && app !== undefined ? [app] : [],
  );
  const kept = inForce.flatMap((each) =>
    each.spec.type === 'Keep' && each.spec.app !== undefined
      ? [[each.spec.app, timesOf(each, aheadMs)] as const]
      : [],
  );
  const overrides = inForce.filter((each) => each.spec.type === 'Override' && !outranked.has(each));
  return {
    ...(putBack.length > 0 && { putBack: new Set(putBack) }),
    ...(kept.length > 0 && { kept: new Map(kept) }),
    ...(pause && { paused: timesOf(pause, aheadMs) }),
    overrides: new Map(
      overrides.map((each) => {
        const { instances = 0, app = '' } = each.spec;
        return [app, { instances, ...timesOf(each, aheadMs), untilMs: endOf(each) + aheadMs }];
      }),
    ),
  };
}

/** Overrides that are in force and have no effect, with the one that has. */
export function outrankingOf(inForce: readonly Tracked[]): ReadonlyMap<Tracked, Tracked> {
  const overrides = inForce.filter(({ spec }) => spec.type === 'Override');
  const byApp = Map.groupBy(overrides, ({ policy, spec }) => `${policy} ${spec.app}`);
  return new Map(
    [...byApp.values()].flatMap((same) => {
      const [first, ...others] = same.toSorted(newerFirst);
      return first === undefined ? [] : others.map((other) => [other, first] as const);
    }),
  );
}

function newerFirst(a: Tracked, b: Tracked): number {
  const [sinceA, sinceB] = [a.sinceMs ?? 0, b.sinceMs ?? 0];
  return sinceA === sinceB ? (a.kept.name < b.kept.name ? -1 : 1) : sinceB - sinceA;
}

function endOf({ untilMs = Number.POSITIVE_INFINITY }: Tracked): number {
  return untilMs;
}

function timesOf(
  { sinceMs = 0, untilMs, spec: { reason, requestedBy: by } }: Tracked,
  aheadMs: number,
): PauseView {
  return {
    sinceMs: sinceMs + aheadMs,
    ...(untilMs !== undefined && { untilMs: untilMs + aheadMs }),
    ...defined({ reason, by }),
  };
}

const PAUSED_RETRY_MS = 1_000;

/** The same scheduler, with writes to a policy refused from the moment it is paused, also in the middle of a round. */
export function unlessPaused(
  scheduler: Pick<Scheduler, 'apply'>,
  pausedNow: (app: string) => PauseView | undefined,
): Pick<Scheduler, 'apply'> {
  return {
    apply: async (change, signal) => {
      const paused = pausedNow(change.app);
      if (paused !== undefined) throw new WaitError(pauseText(paused), PAUSED_RETRY_MS);
      return await scheduler.apply(change, signal);
    },
  };
}

/** `paused by alice until 2026-01-01T00:00:00Z (deploying)`; `by hand` where nobody had to say who they are. */
export function pauseText({ untilMs, reason, by = 'hand' }: PauseView): string {
  const until = untilMs === undefined ? 'until somebody resumes it' : `until ${instantText(untilMs)}`;
  return `paused by ${by} ${until}${because(reason)}`;
}

/** `held at 8 by alice until 2026-01-01T00:00:00Z (launch day)`. */
export function overrideText({ instances, untilMs, reason, by = 'hand' }: OverrideView): string {
  return `held at ${instances} by ${by} until ${instantText(untilMs)}${because(reason)}`;
}

/** `kept as it is by alice until 2026-01-01T00:00:00Z (more memory)`. */
export function keptText({ untilMs, reason, by = 'hand' }: PauseView): string {
  const until = untilMs === undefined ? '' : ` until ${instantText(untilMs)}`;
  return `kept as it is by ${by}${until}${because(reason)}`;
}

function because(reason: string | undefined): string {
  return reason === undefined || reason === '' ? '' : ` (${reason})`;
}
