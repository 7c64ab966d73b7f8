// cli: `microscaling get [pools|policies] [NAME]`.

import { dump } from 'js-yaml';
import type { KindNames } from '../../../api/schema/crd.ts';
import type { OptionValues } from '../../../app/options.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { find } from '../../client/find.ts';
import { follow } from '../../client/follow.ts';
import {
  INTERVENTION_KIND,
  POLICY_KIND,
  pathOf,
  type Target,
  targetOf,
  titleOf,
} from '../../client/kinds.ts';
import { momentMs } from '../../client/moment.ts';
import { operatorOf } from '../../client/operator-client.ts';
import { listWhenText, pastOf, whenText } from '../../client/past.ts';
import type { InterventionItem, ListObject, PolicyObject, PoolObject } from '../../client/policy-object.ts';
import type { CommandContext } from '../../command.ts';
import { jsonText } from '../../output/json.ts';
import {
  appTable,
  type Columns,
  conditionTable,
  INTERVENTION_COLUMNS,
  listText,
  POLICY_COLUMNS,
  POOL_COLUMNS,
  rowOf,
  WIDE_INTERVENTION_COLUMNS,
  WIDE_POLICY_COLUMNS,
  WIDE_POOL_COLUMNS,
} from '../../output/policy-table.ts';
import { GrowingTable } from '../../output/table.ts';

/** Columns of a kind, and those with `-o wide`. */
const TABLES = new Map<KindNames, readonly [Columns<never>, Columns<never>]>([
  [POLICY_KIND, [POLICY_COLUMNS, WIDE_POLICY_COLUMNS]],
  [INTERVENTION_KIND, [INTERVENTION_COLUMNS, WIDE_INTERVENTION_COLUMNS]],
]);

type Item = PolicyObject | PoolObject | InterventionItem;

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const target = targetOf(context.arguments, options.namespace);
  if (options.at !== undefined) return await lookBack(target, options.at, { options, context });
  if (options.watch === true) return await watch(target, options, context);
  const client = operatorOf(options, context);
  const { namespace, name } = target;
  if (namespace !== undefined && name !== undefined) {
    const item = await find<Item>(client, { ...target, namespace, name }, context.signal);
    context.print(oneText(item, target, asNow(options.output)));
    return 0;
  }
  const path = `${pathOf(target)}?${selectorOf(options)}`;
  const list = (await client.get(path, context.signal)) as ListObject<Item>;
  context.print(manyText(list, target, asNow(options.output)));
  return 0;
}

async function lookBack(
  target: Target,
  at: string,
  { options, context }: { readonly options: OptionValues; readonly context: CommandContext },
): Promise<number> {
  if (options.watch === true || options.labels !== undefined || target.kind !== POLICY_KIND)
    throw new TerminalError('--at shows policies as they were: leave out --watch, --selector and pools');
  const nowMs = systemClock.now();
  const atMs = momentMs(at, '--at', nowMs);
  const past = await pastOf(options, context);
  const { namespace, name } = target;
  if (namespace !== undefined && name !== undefined) {
    const found = await past.policy({ namespace, name }, atMs);
    sayWhen(whenText(found, atMs), options.output, context);
    context.print(oneText(found.object, target, { output: options.output, nowMs: atMs }));
    return 0;
  }
  const { list, notes } = await past.policies(atMs);
  sayWhen(listWhenText(notes, atMs), options.output, context);
  const items = list.items.filter(
    ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
  );
  context.print(manyText({ ...list, items }, target, { output: options.output, nowMs: atMs }));
  return 0;
}

/** Above a table; beside what programs read. */
function sayWhen(text: string, output: string | undefined, { print, note }: CommandContext): void {
  if (output === undefined || output === 'table' || output === 'wide') print(`${text}\n`);
  else note(text);
}

function selectorOf({ labels }: OptionValues): string {
  return labels === undefined ? '' : `labelSelector=${encodeURIComponent(labels)}`;
}

/** In which form, and of which moment the ages are. */
interface Form {
  readonly output: string | undefined;
  readonly nowMs: number;
}

function asNow(output: string | undefined): Form {
  return { output, nowMs: systemClock.now() };
}

function oneText(item: Item, target: Target, form: Form): string {
  const { output, nowMs } = form;
  if (output === 'json') return jsonText(item);
  if (output === 'yaml') return yamlOf(item);
  if (output === 'name') return titleOf(target.kind, item.metadata.name);
  if (target.kind !== POLICY_KIND || output === 'wide') return tableOf([item], target, form);
  const policy = item as PolicyObject;
  return `${appTable(policy)}\n\n${conditionTable(policy.status?.conditions ?? [], nowMs)}`;
}

function manyText(list: ListObject<Item>, target: Target, form: Form): string {
  const { output } = form;
  if (output === 'json') return jsonText(list);
  if (output === 'yaml') return yamlOf(list);
  if (output === 'name')
    return list.items.map(({ metadata }) => titleOf(target.kind, metadata.name)).join('\n');
  if (list.items.length > 0) return tableOf(list.items, target, form);
  const where = target.namespace === undefined ? '' : ` in namespace ${target.namespace}`;
  const what = new Map([
    [POLICY_KIND, 'policies'],
    [INTERVENTION_KIND, 'interventions'],
  ]).get(target.kind);
  return `no ${what ?? 'pools'}${where}`;
}

function yamlOf(value: object): string {
  return dump(value, { noRefs: true }).trimEnd();
}

function tableOf(items: readonly Item[], target: Target, { output, nowMs }: Form): string {
  return listText(items, columnsOf(target, output), nowMs);
}

function columnsOf({ kind }: Target, output: string | undefined): Columns<Item> {
  const wide = output === 'wide';
  const [narrow, broad] = TABLES.get(kind) ?? [POOL_COLUMNS, WIDE_POOL_COLUMNS];
  return (wide ? broad : narrow) as Columns<Item>;
}

/** Until Ctrl-C, which is how it ends well. */
async function watch(target: Target, options: OptionValues, context: CommandContext): Promise<number> {
  const { namespace, name } = target;
  const client = operatorOf(options, context);
  if (namespace !== undefined && name !== undefined)
    await find<Item>(client, { ...target, namespace, name }, context.signal);
  const show = printer(target, options.output, context);
  const query = [
    selectorOf(options),
    name === undefined ? '' : `fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`,
  ];
  const { name: _one, ...all } = target;
  const followed = follow<Item>(
    { path: pathOf(all), query: query.filter(Boolean).join('&') },
    { client, clock: systemClock, note: context.note },
    context.signal,
  );
  for await (const change of followed) {
    if (change.type === 'list') show(change.items);
    else show([change.object], change.type === 'gone');
  }
  return 0;
}

/** For `Unknown (Pending)`, `Paused by hand`, and a queue that is estimated or in flight: what a watch is there to see. */
const ROOM = { READY: 17, MODE: 14, TARGETS: 22, USED: 7 };

/** Prints objects that look different from the last time they were printed. */
function printer(
  target: Target,
  output: string | undefined,
  { print }: CommandContext,
): (items: readonly Item[], gone?: boolean) => void {
  const columns = columnsOf(target, output);
  const last = new Map<string, string>();
  const table = new GrowingTable([...columns.heads, 'AGE', ''], ROOM);
  return (items, gone = false) => {
    const news = items.filter((item) => {
      const key = `${item.metadata.namespace}/${item.metadata.name}`;
      const looks = gone ? '' : looksOf(item, output, columns);
      const differs = last.get(key) !== looks;
      last.set(key, looks);
      return differs;
    });
    if (output === 'json' || output === 'yaml' || output === 'name') {
      for (const item of gone ? [] : news)
        print(`${output === 'yaml' ? '---\n' : ''}${oneText(item, target, asNow(output))}`);
      return;
    }
    if (news.length === 0) return;
    print(
      table.add(
        news.map((item) => [...rowOf(item, columns, systemClock.now()), ...(gone ? ['(deleted)'] : [])]),
      ),
    );
  };
}

/** What a person would see change; the age changes by itself. */
function looksOf(item: Item, output: string | undefined, { cells }: Columns<Item>): string {
  return output === 'json' || output === 'yaml' ? JSON.stringify(item) : JSON.stringify(cells(item));
}
