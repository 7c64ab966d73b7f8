// server: the answer for whoever looks for a policy that is not there.

import type { OperatorView } from '../../controller/status/view.ts';
import type { Hint } from './http/failure.ts';

const MAX_TOLD = 5;

/** It may be misspelt, or stand in a file that was refused: those are its causes. */
export function notRunningHint({ pools, problems, refused }: OperatorView, key: string): Hint {
  const own = refused.find((each) => each.kind === 'MicroscalingPolicy' && each.key === key);
  const why = own?.conditions.find(({ type }) => type === 'Accepted')?.message;
  if (why !== undefined) return { text: `: MicroscalingPolicy ${key} never ran here: ${why}`, causes: [] };
  const names = pools.flatMap((pool) => pool.policies.map(({ namespace, name }) => `${namespace}/${name}`));
  const files = problems.map(sentence);
  const trouble = files.length === 0 ? '' : `; files with problems: ${listed(files, '; ')}`;
  return {
    text: `: no MicroscalingPolicy ${key} is running here; there are: ${listed(names.sort(), ', ')}${trouble}`,
    causes: toldFirst(files).map((message) => ({ reason: 'FileRefused', message, field: '' })),
  };
}

/** What stands in a source and does not run, which a list of what runs would pass over in silence. */
export function refusedWarnings({ problems }: OperatorView): readonly string[] {
  return toldFirst(problems.map(sentence));
}

function sentence({ source, message }: OperatorView['problems'][number]): string {
  return `${source}: ${message}`;
}

function toldFirst(files: readonly string[]): readonly string[] {
  const left = files.length - MAX_TOLD;
  const shown = files.slice(0, MAX_TOLD);
  return left > 0 ? [...shown, `and ${left} more problems, which the page and the log name`] : shown;
}

function listed(all: readonly string[], separator: string): string {
  const left = all.length - MAX_TOLD;
  const shown = all.slice(0, MAX_TOLD).join(separator) || 'none';
  return left > 0 ? `${shown}${separator}and ${left} more` : shown;
}
