// app: references of a policy that lead to nothing in this process: variables that are not set, files that cannot be read.

import type { LoadResult } from '../api/load.ts';
import type { MicroscalingPolicy, Resource } from '../api/policy.ts';
import { type Reference, referencesIn } from '../api/trust/references.ts';
import { type Finding, warning } from '../api/validation/finding.ts';
import { below, showPath } from '../api/validation/pointer.ts';
import { metricSources as allMetricSources, type MetricSources } from '../metric-sources/registry.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Where values are looked for. */
export interface Values {
  readonly env: Env;
  /** Why a file cannot be read, in words; undefined when it can. Absent: files are not looked at. */
  readonly whyUnreadable?: (path: string) => string | undefined;
  /** Default: every registered kind. */
  readonly metricSources?: MetricSources;
}

/** All of them, so that they can be put right at once; each names what is missing and where, never a value. */
export function unresolvedIn(resource: Resource, values: Values): readonly Finding[] {
  const references = allReferences(resource, values.metricSources ?? allMetricSources);
  const byName = Map.groupBy(references, ({ kind, name }) => `${kind === 'fromEnv'} ${name}`);
  return [...byName.values()].flatMap((references) => {
    const [first] = references;
    const what = first === undefined ? undefined : complaint(first, values);
    if (first === undefined || what === undefined) return [];
    return [warning(first.pointer, `${what} (${placesOf(references)})`)];
  });
}

/** The first ones are enough to find the others. */
const MAX_PLACES = 3;

function placesOf(references: readonly Reference[]): string {
  const shown = references.slice(0, MAX_PLACES).map(({ pointer }) => showPath(pointer));
  const left = references.length - shown.length;
  return shown.join(', ') + (left > 0 ? ` and ${left} more` : '');
}

function complaint({ kind, name }: Reference, { env, whyUnreadable }: Values): string | undefined {
  if (kind !== 'fromEnv') {
    const why = whyUnreadable?.(name);
    return why === undefined ? undefined : `file ${name} cannot be read: ${why}`;
  }
  const value = env[name];
  if (value !== undefined && value !== '') return undefined;
  const state = value === undefined ? 'not set' : 'empty';
  return `variable ${name} is ${state}: set it where the operator is started`;
}

/** What a text holds, with a warning for every variable that this process does not have. */
export function withUnresolved(result: LoadResult, source: string, values: Values): LoadResult {
  const missing = result.resources.flatMap(({ resource, line }) => {
    const { kind, metadata } = resource;
    const object = `${kind} ${metadata.namespace}/${metadata.name}`;
    return unresolvedIn(resource, values).map((finding) => ({ ...finding, source, line, object }));
  });
  return missing.length === 0 ? result : { ...result, problems: [...result.problems, ...missing] };
}

function allReferences(resource: Resource, metricSources: MetricSources): readonly Reference[] {
  const written = referencesIn(resource.spec);
  if (resource.kind !== 'MicroscalingPolicy') return written;
  const byDefault = resource.spec.apps.flatMap(({ targets = [] }, i) =>
    targets.flatMap(({ metric }, j) =>
      metricSources.references(metric).map(({ type, field, variable, use }): Reference => {
        const pointer = below('/spec/apps', i, 'targets', j, 'metric', type, field);
        return { pointer, kind: 'fromEnv', name: variable, use };
      }),
    ),
  );
  return [...written.filter(({ pointer }) => !isOptional(resource, pointer)), ...byDefault];
}

/** A variable of an app that may be left out. */
function isOptional({ spec }: MicroscalingPolicy, pointer: string): boolean {
  const [, i, j] = /^\/spec\/apps\/(\d+)\/envFrom\/(\d+)\//.exec(pointer) ?? [];
  return i !== undefined && spec.apps[Number(i)]?.envFrom[Number(j)]?.optional === true;
}
