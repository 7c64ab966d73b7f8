// cli: interventions (pause, override, keep, put back): their paths, and what the operator answers, in words.

import { durationText } from '../../api/duration.ts';
import { API_VERSION } from '../../api/policy.ts';
import type { OptionValues } from '../../app/options.ts';
import { defined } from '../../lang/defined.ts';
import { timeText } from '../output/policy-table.ts';

/** What the operator answers to a pause or an override. */
export interface Interventions {
  readonly policy: string;
  readonly paused?: { readonly until?: string; readonly reason?: string; readonly by?: string };
  readonly overrides: Readonly<
    Record<string, { readonly instances: number; readonly until: string; readonly reason?: string }>
  >;
}

/** How long and why, in the body of a request; the operator knows how long where nothing is said. */
export function forAWhile({ for: forMs, reason }: OptionValues): object {
  return defined({ for: forMs === undefined ? undefined : durationText(forMs), reason });
}

const below = (namespace: string, name: string): string =>
  `/apis/${API_VERSION}/namespaces/${encodeURIComponent(namespace)}/microscalingpolicies/${encodeURIComponent(name)}`;

export function pausePath({
  namespace,
  name,
}: {
  readonly namespace: string;
  readonly name: string;
}): string {
  return `${below(namespace, name)}/pause`;
}

export function overridePath(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  app: string,
): string {
  return `${below(namespace, name)}/overrides/${encodeURIComponent(app)}`;
}

/** What ends or changes with a DELETE or a PUT: the definition of an app is left as it runs. */
export function keepPath(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  app: string,
): string {
  return `${below(namespace, name)}/keeps/${encodeURIComponent(app)}`;
}

export function putBackPath(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  app: string,
): string {
  return `${below(namespace, name)}/apps/${encodeURIComponent(app)}/put-back`;
}

export function pauseText({ policy, paused }: Interventions): string {
  if (paused === undefined) return `${policy} is not paused by hand`;
  const until =
    paused.until === undefined
      ? `until 'microscaling resume ${shortName(policy)}'`
      : `until ${timeText(paused.until)}`;
  const earlier =
    paused.until === undefined ? '' : `; 'microscaling resume ${shortName(policy)}' ends it earlier`;
  return `${policy} is paused ${until}: every count stays as it is${earlier}`;
}

export function overrideText({ policy, overrides }: Interventions, app: string): string {
  const held = overrides[app];
  if (held === undefined) return `${app} of ${policy} goes by its law again`;
  return `${app} of ${policy} is held at ${held.instances} until ${timeText(held.until)}; 'microscaling override ${shortName(policy)} ${app}=auto' ends it`;
}

/** As it is written at the command line: the namespace `default` goes without saying. */
export function shortName(policy: string): string {
  return policy.replace(/^default\//, '');
}
