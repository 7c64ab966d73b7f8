// app: how this operator reads policies: what they may say, whom it trusts, and what they name outside themselves.

import type { LoadResult } from '../../api/load.ts';
import type { ValueResolver } from '../../api/values.ts';
import { METRIC_SOURCES, type MetricSources, metricSourcesOf } from '../../metric-sources/registry.ts';
import type { MetricSourceType } from '../../metric-sources/source.ts';
import type { LoadPolicies } from '../../policy-sources/file-memory.ts';
import type { Redactor } from '../../runtime/redact.ts';
import { blocksOf, SCHEDULERS } from '../../schedulers/registry.ts';
import type { SchedulerType } from '../../schedulers/scheduler.ts';
import { type ResourceForm, resourceForm, resourceFormWith } from '../policies/schema.ts';
import { withUnresolved } from '../unresolved.ts';
import { confinedReader } from './confined-files.ts';
import { withLaw } from './law.ts';
import { PlainVariables } from './plain-variables.ts';
import type { SourcesConfig } from './sources.ts';
import { createTrust, type Trust, type TrustOptions, type TrustSurroundings } from './trust.ts';
import { createValueResolver, type ValueResolverDeps } from './values.ts';

export interface ReadingConfig extends Pick<SourcesConfig, 'law'>, Omit<TrustSurroundings, 'app'> {
  readonly allow?: TrustOptions;
  /** The operator's own app, where it is one. */
  readonly task?: { readonly appId: string };
}

export interface Registered {
  /** Schedulers by name; default: every registered one. */
  readonly schedulers?: Readonly<Record<string, SchedulerType>>;
  /** Kinds of metric; default: every registered one. */
  readonly metricSources?: readonly MetricSourceType[];
}

export interface Reading {
  readonly form: ResourceForm;
  readonly trust: Trust;
  readonly metricSources: MetricSources;
  /** What the administrator's own policies take for plain. */
  readonly plain: PlainVariables;
  /** For policies from git, the API and Kubernetes. */
  readonly loadUntrusted: LoadPolicies;
  /** Says which variables of a text are not set in this process. */
  withUnresolved(result: LoadResult, source: string): LoadResult;
  values(secret: ValueResolverDeps['secret']): ValueResolver;
}

/** @throws TerminalError for an --allow-… option that cannot be used */
export function openReading(
  { env, marathon, task, law, allow = {} }: ReadingConfig,
  { redactor, ...registered }: Registered & { readonly redactor: Redactor },
): Reading {
  const metricSources = metricSourcesOf(registered.metricSources ?? METRIC_SOURCES);
  const form = formOf(registered);
  const trust = createTrust(allow, { env, marathon, app: task?.appId }, form);
  const plain = new PlainVariables();
  const unresolved: Reading['withUnresolved'] = (result, source) =>
    withUnresolved(result, source, { env, metricSources });
  return {
    ...{ form, trust, metricSources, plain },
    withUnresolved: unresolved,
    loadUntrusted: (text, source) => unresolved(withLaw(trust.loadUntrusted(text, source), law), source),
    values: (secret) =>
      createValueResolver({
        env,
        isPlain: (variable) => plain.has(variable),
        readFile: confinedReader(trust.rules.secretFiles),
        redactor,
        secret,
      }),
  };
}

/** What a policy may say, given the metric sources and the schedulers that there are. */
function formOf({ metricSources, schedulers }: Registered): ResourceForm {
  if (metricSources === undefined && schedulers === undefined) return resourceForm;
  return resourceFormWith(metricSources ?? METRIC_SOURCES, blocksOf(schedulers ?? SCHEDULERS));
}
