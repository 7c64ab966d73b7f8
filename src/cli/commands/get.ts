// cli: `microscaling get [policy]`.

import { dump } from 'js-yaml';
import type { OptionValues } from '../../app/options.ts';
import type { CommandContext } from '../command.ts';
import { askOperator } from '../operator-client.ts';
import { age, table } from '../output/table.ts';
import { POLICIES_PATH, type PolicyObject, policyPath } from '../policy-object.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const name = context.arguments[0];
  const path = name === undefined ? POLICIES_PATH : policyPath(name);
  const answer = await askOperator(options.server, path, context.signal);
  if (options.output === 'json') context.print(JSON.stringify(answer));
  else if (options.output === 'yaml') context.print(dump(answer).trimEnd());
  else
    context.print(
      name === undefined ? listText(answer as List, Date.now()) : oneText(answer as PolicyObject),
    );
  return 0;
}

interface List {
  readonly items: readonly PolicyObject[];
}

function listText({ items }: List, nowMs: number): string {
  if (items.length === 0) return 'no policies';
  const heads = ['NAMESPACE', 'NAME', 'READY', 'MODE', 'APPS', 'USED', 'LIMITED', 'AGE'];
  const rows = items.map(({ metadata, spec, status }) => [
    metadata.namespace,
    metadata.name,
    conditionText(status.conditions, 'Ready'),
    spec.mode,
    status.apps.length,
    `${status.capacity.used}/${status.capacity.total}`,
    conditionText(status.conditions, 'ScalingLimited'),
    age(Date.parse(metadata.creationTimestamp), nowMs),
  ]);
  return table(heads, rows);
}

function oneText({ status }: PolicyObject): string {
  const apps = table(
    ['APP', 'ID', 'WANTED', 'GRANTED', 'REQUESTED', 'RUNNING', 'METRIC', 'LIMITED BY'],
    status.apps.map((app) => [
      app.name,
      app.id,
      app.wanted,
      app.granted,
      app.requested,
      app.running,
      app.metric ?? '',
      app.limitedBy ?? '',
    ]),
  );
  const conditions = table(
    ['CONDITION', 'STATUS', 'REASON', 'MESSAGE'],
    status.conditions.map((c) => [c.type, c.status, c.reason, c.message]),
  );
  return `${apps}\n\n${conditions}`;
}

function conditionText(conditions: PolicyObject['status']['conditions'], type: string): string {
  const condition = conditions.find((c) => c.type === type);
  if (condition === undefined) return 'Unknown';
  return type === 'Ready' && condition.status !== 'True'
    ? `${condition.status} (${condition.reason})`
    : condition.status;
}
