// cli: what planned policies would have done with what was recorded, for the review.

import { type MicroscalingPolicy, resourceKey } from '../../../api/policy.ts';
import type { PlanReport } from '../../../app/commands/plan.ts';
import { replayCommand, type Tried } from '../../../app/commands/replay.ts';
import type { OptionValues } from '../../../app/options.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { messageOf, TerminalError } from '../../../runtime/errors.ts';
import { replayText } from '../../../simulator/replay/text.ts';
import { momentMs } from '../../client/moment.ts';
import type { CommandContext } from '../../command.ts';
import { code, text } from '../../output/markdown/escape.ts';
import { recordOf } from './replay.ts';

/** A comment has an end. */
const MOST_POLICIES = 10;

/** One text a policy; of one that cannot be replayed why. Empty without --replay. */
export async function planReplays(
  { resources }: PlanReport,
  options: OptionValues,
  context: CommandContext,
): Promise<readonly string[]> {
  if (options.replay === undefined) return [];
  const isMarkdown = options.output === 'markdown';
  const toMs = systemClock.now();
  const fromMs = momentMs(options.replay, '--replay', toMs);
  const record = await recordOf(options, context);
  const texts: string[] = [];
  const all = policiesIn(resources);
  for (const tried of all.slice(0, MOST_POLICIES)) {
    const policy = resourceKey(tried.policy.metadata);
    try {
      const result = await replayCommand({ tried, policy, fromMs, toMs }, record, context.signal);
      texts.push(replayText(result, isMarkdown ? 'markdown' : 'table'));
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
      const why = `was not replayed: ${messageOf(error)}`;
      texts.push(isMarkdown ? `${code(policy)} ${text(why)}` : `${policy} ${why}`);
    }
  }
  const left = all.length - texts.length;
  if (left > 0)
    texts.push(
      `${left} more ${left === 1 ? 'policy was' : 'policies were'} not replayed: ${MOST_POLICIES} at most are`,
    );
  return texts;
}

function policiesIn(resources: PlanReport['resources']): readonly Tried[] {
  const all = resources.map(({ resource }) => resource);
  const poolOf = ({ metadata, spec }: MicroscalingPolicy): Tried['pool'] => {
    const found = all.find(
      (each) =>
        each.kind === 'CapacityPool' &&
        each.metadata.name === spec.pool &&
        each.metadata.namespace === metadata.namespace,
    );
    return found?.kind === 'CapacityPool' ? found : undefined;
  };
  return all.flatMap((policy) =>
    policy.kind === 'MicroscalingPolicy' ? [{ policy, pool: poolOf(policy) }] : [],
  );
}
