// cli: one intervention on one screen: what it does, who, why, until when, how it stands, and what ends it.

import { durationText } from '../../api/duration.ts';
import type { InterventionSpec } from '../../api/policy.ts';
import type { InterventionItem } from '../client/policy-object.ts';
import { ageText, timeText } from './policy-table.ts';

export function describeIntervention({ metadata, spec, status }: InterventionItem, nowMs: number): string {
  const { namespace, name, creationTimestamp } = metadata;
  const [condition] = status?.conditions ?? [];
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Name', `${namespace}/${name}`],
    ['Policy', spec.policyRef.name],
    ['App', spec.app],
    ['Does', doesText(spec)],
    ['By', spec.requestedBy],
    ['Why', spec.reason],
    ['Age', ageText(creationTimestamp, nowMs)],
    ['Since', optionalTime(status?.since)],
    ['Until', untilText(spec, status?.until, nowMs)],
    ['Ended', optionalTime(status?.ended)],
    ['In force', condition === undefined ? 'not known yet' : `${condition.status} (${condition.reason})`],
    ['Says', condition?.message],
    ['To end it', status?.ended === undefined ? endText(metadata, spec) : undefined],
  ];
  const shown = rows.flatMap(([title, value]) => (value ? [[title, value] as const] : []));
  const width = Math.max(...shown.map(([title]) => title.length)) + 3;
  return shown.map(([title, value]) => `${`${title}:`.padEnd(width)}${value}`).join('\n');
}

function doesText({ type, app = '', instances = 0 }: InterventionSpec): string {
  switch (type) {
    case 'Pause':
      return 'leaves every count of the policy as it is';
    case 'Override':
      return `holds ${app} at ${instances}`;
    case 'PutBack':
      return `writes the definition of ${app} as the policy says`;
    case 'Keep':
      return `leaves the definition of ${app} as it runs`;
  }
}

function untilText(spec: InterventionSpec, until: string | undefined, nowMs: number): string | undefined {
  if (until === undefined) return spec.for === undefined ? undefined : `for ${spec.for}, once it is in force`;
  const leftMs = Date.parse(until) - nowMs;
  return leftMs > 0
    ? `${timeText(until)} (${durationText(Math.ceil(leftMs / 1000) * 1000)} left)`
    : timeText(until);
}

function optionalTime(time: string | undefined): string | undefined {
  return time === undefined ? undefined : timeText(time);
}

function endText(
  { namespace }: Pick<InterventionItem['metadata'], 'namespace'>,
  { type, app = '', policyRef: { name } }: InterventionSpec,
): string {
  const where = namespace === 'default' ? '' : ` -n ${namespace}`;
  switch (type) {
    case 'Pause':
      return `microscaling resume ${name}${where}`;
    case 'Override':
      return `microscaling override ${name} ${app}=auto${where}`;
    case 'PutBack':
      return 'it ends by itself within a minute';
    case 'Keep':
      return `microscaling keep ${name} ${app}=auto${where}`;
  }
}
