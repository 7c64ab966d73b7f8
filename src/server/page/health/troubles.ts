// server: what is wrong with what no one policy says of itself, each cause once: clusters that do not answer, documents that
// never ran.

import type { OperatorView } from '../../../controller/status/view.ts';
import { defined } from '../../../lang/defined.ts';
import type { Health } from './policy-health.ts';
import type { Healths } from './tracker.ts';

export interface PageTrouble {
  /** `SCHEDULER at http://…`, or where a document stands. */
  readonly source: string;
  readonly message: string;
  readonly sinceMs?: number;
  /** How many policies wait for it. */
  readonly policies?: number;
}

export function troublesOf(
  { cluster, clusters, problems }: Pick<OperatorView, 'cluster' | 'clusters' | 'problems'>,
  healths: Healths,
  rows: readonly { readonly health: Pick<Health, 'why'> }[] = [],
): readonly PageTrouble[] {
  const whys = [...healths.values(), ...rows.map(({ health }) => health)].map(({ why }) => why);
  const away = (clusters.length === 0 ? [cluster] : clusters).filter(({ reachable }) => !reachable);
  return [
    ...away.map(({ scheduler, url, message }): PageTrouble => {
      const waiting = [...healths.values()].filter((health) => health.cluster === url);
      return {
        source: `${scheduler} at ${url}`,
        message,
        ...defined({ sinceMs: waiting[0]?.sinceMs }),
        policies: waiting.length,
      };
    }),
    ...problems.filter((problem) => !isSaid(problem, whys)),
  ];
}

/** A policy says itself why its document is not taken: one with mistakes with its place, one that others stand against without. */
function isSaid(
  { source, message }: OperatorView['problems'][number],
  whys: readonly (string | undefined)[],
): boolean {
  const said = [`${source}: ${message}`, message];
  return whys.some((why) => said.some((text) => why?.startsWith(text) === true));
}
