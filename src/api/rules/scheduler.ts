// api: the rules of an app that another scheduler than Marathon runs: its block's own, and that nothing of Marathon's stands beside it.

import type { AppSpec } from '../policy.ts';
import { isObject } from '../schema/json-schema.ts';
import { blockOf, MARATHON_FIELDS } from '../schema/scheduler-block.ts';
import { error, type Finding } from '../validation/finding.ts';
import { below, showPath } from '../validation/pointer.ts';
import type { RuleContext } from './context.ts';
import type { Partly } from './partly.ts';

/** @returns undefined for an app of Marathon's */
export function checkScheduler(
  app: Partly<AppSpec>,
  pointer: string,
  context: RuleContext,
): readonly Finding[] | undefined {
  const named = blockOf(app, context.schedulerBlocks);
  if (named === undefined) return undefined;
  const { type, block } = named;
  const place = below(pointer, type);
  // That id and app exclude a block says the schema.
  const beside = MARATHON_FIELDS.filter((field) => field === 'adopt' || field === 'envFrom')
    .filter((field) => context.given(below(pointer, field)))
    .map((field) => {
      const path = showPath(below(pointer, field));
      return error(
        below(pointer, field),
        `${path} goes with an app of Marathon, and this one names ${type}: remove it`,
      );
    });
  const own = isObject(block) ? (context.schedulerBlocks.get(type)?.check?.(block, place) ?? []) : [];
  return [...beside, ...own];
}
