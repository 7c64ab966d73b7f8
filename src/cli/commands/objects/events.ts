// cli: `microscaling events [POLICY]`.

import type { OptionValues } from '../../../app/options.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { EVENTS_PATH, eventsOf, isAbout, names } from '../../client/events-of.ts';
import { lookUp, notFound } from '../../client/find.ts';
import { follow } from '../../client/follow.ts';
import { POLICY_KIND, targetOf } from '../../client/kinds.ts';
import { spanOf } from '../../client/moment.ts';
import { type OperatorClient, operatorOf } from '../../client/operator-client.ts';
import { pastOf } from '../../client/past.ts';
import type { EventObject, PolicyObject } from '../../client/policy-object.ts';
import type { CommandContext } from '../../command.ts';
import { byTime, EVENT_HEADS, eventCells, eventTable, noEventsText } from '../../output/event-lines.ts';
import { jsonText } from '../../output/json.ts';
import { timeText } from '../../output/policy-table.ts';
import { GrowingTable, table } from '../../output/table.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  if (options.since !== undefined || options.until !== undefined) return await lookBack(options, context);
  const client = operatorOf(options, context);
  const wanted = await filterOf(client, options, context);
  if (options.watch === true) return await watch(client, wanted, { options, context });
  const events = (await eventsOf(client, context.signal)).filter(wanted);
  if (options.output === 'json') context.print(jsonText(events.toSorted(byTime)));
  else context.print(events.length === 0 ? 'no events' : eventTable(events, Date.now()));
  return 0;
}

const USUAL_MS = 3_600_000;

async function lookBack(options: OptionValues, context: CommandContext): Promise<number> {
  if (options.watch === true)
    throw new TerminalError('--watch goes on from now: leave --since and --until out');
  const nowMs = systemClock.now();
  const span = spanOf(options, { usualMs: USUAL_MS, nowMs });
  const { items, notes } = await (await pastOf(options, context)).events(span);
  for (const note of notes) context.note(`note: ${note}`);
  const { namespace, name } = targetOf(context.arguments, options.namespace);
  const events = items.filter((event) =>
    name === undefined || namespace === undefined
      ? namespace === undefined || event.involvedObject.namespace === namespace
      : names({ namespace, name })(event),
  );
  if (options.output === 'json') context.print(jsonText(events));
  else if (events.length === 0) context.print(noEventsText(span, { namespace, name, data: options.data }));
  else
    context.print(
      table(
        EVENT_HEADS,
        events.map((event) => eventCells(event, timeText(event.lastTimestamp))),
      ),
    );
  return 0;
}

async function filterOf(
  client: OperatorClient,
  options: OptionValues,
  context: CommandContext,
): Promise<(event: EventObject) => boolean> {
  const { namespace, name } = targetOf(context.arguments, options.namespace);
  if (name === undefined || namespace === undefined)
    return (event) => namespace === undefined || event.involvedObject.namespace === namespace;
  const target = { kind: POLICY_KIND, namespace, name };
  const policy = await lookUp<PolicyObject>(client, target, context.signal);
  if (policy !== undefined) return isAbout(policy);
  // The events of a policy that is gone say what became of it.
  const isLeft = names({ namespace, name });
  if ((await eventsOf(client, context.signal)).some(isLeft)) return isLeft;
  throw await notFound(client, target, context.signal);
}

/** Until Ctrl-C. An event that was said is not said again, also after a restart of the operator. */
async function watch(
  client: OperatorClient,
  wanted: (event: EventObject) => boolean,
  { options, context }: { readonly options: OptionValues; readonly context: CommandContext },
): Promise<number> {
  const said = new Set<string>();
  const json = options.output === 'json';
  // A table that is printed while it grows has times, not ages.
  const rows = new GrowingTable(EVENT_HEADS);
  const say = (events: readonly EventObject[]): void => {
    const news = events
      .filter((event) => wanted(event) && !said.has(event.metadata.uid ?? ''))
      .toSorted(byTime);
    for (const event of news) said.add(event.metadata.uid ?? '');
    if (json) for (const event of news) context.print(JSON.stringify(event));
    else if (news.length > 0)
      context.print(rows.add(news.map((event) => eventCells(event, timeText(event.lastTimestamp)))));
  };
  const deps = { client, clock: systemClock, note: context.note };
  for await (const change of follow<EventObject>({ path: EVENTS_PATH, query: '' }, deps, context.signal)) {
    if (change.type === 'list') say(change.items);
    else if (change.type === 'changed') say([change.object]);
  }
  return 0;
}
