// controller: what interventions do to a policy at one moment, in types and in words.

import { instantText } from '../../api/words/instant.ts';
import { WaitError } from '../../runtime/errors.ts';
import type { Scheduler } from '../../schedulers/scheduler.ts';
import type { OverrideView, PauseView } from '../status/view.ts';

/** What interventions do to one policy now. */
export interface InterventionEffect {
  readonly paused?: PauseView;
  /** By the app's name in the policy. */
  readonly overrides: ReadonlyMap<string, OverrideView>;
  /** Names of apps whose definition a person has put back; absent: none. */
  readonly putBack?: ReadonlySet<string>;
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

function because(reason: string | undefined): string {
  return reason === undefined || reason === '' ? '' : ` (${reason})`;
}
