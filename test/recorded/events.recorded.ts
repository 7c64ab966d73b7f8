// Every recorded event stream: the same events in the same order, or in one of the orders that were also seen, with the
// same fields.

import { setImmediate } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { Bindings, type Difference, differences } from './support/compare.ts';
import { labelOf, type RecordedEvent, type SeenEvent, shapeOf, valuesOf } from './support/event-shape.ts';
import { recorded } from './support/recording.ts';
import { type RecordedStep, send } from './support/step.ts';
import { Tally } from './support/tally.ts';
import { aWireServer, open, type WireServer } from './support/wire.ts';

interface Scenario {
  readonly name: string;
  readonly flags?: readonly string[];
  /** Labels of the events in other orders. */
  readonly alsoSeen?: readonly (readonly string[])[];
  readonly before: readonly RecordedStep[];
  readonly stream: {
    readonly path: string;
    readonly status: number;
    readonly 'content-type': string;
    readonly closedByServer: boolean;
  };
  readonly steps: readonly RecordedStep[];
  readonly events: readonly RecordedEvent[];
}

/** Told late, at the next write. */
const LATE = 'event_stream_detached';

const scenarios = recorded<Scenario>('events.jsonl');

describe.skipIf(scenarios === undefined)('recorded events', () => {
  it('come like those of the real Marathon', async () => {
    const tally = new Tally('event sequences', 'eventSequences');
    for (const scenario of scenarios ?? []) tally.add(scenario.name, await replay(scenario));
    tally.finish();
  });
});

async function replay(scenario: Scenario): Promise<readonly Difference[]> {
  const server = await aWireServer(scenario.flags);
  const bindings = new Bindings();
  const statuses: Difference[] = [];
  let deployments = 0;
  const playAll = async (steps: readonly RecordedStep[]): Promise<void> => {
    for (const step of steps) {
      const { status, deployment } = await playQuickly(server, step, bindings);
      // Deployments are numbered by the answers, which are not recorded here.
      if (deployment !== undefined) bindings.holds('deployment', String(++deployments), deployment);
      if (status !== step.status)
        statuses.push({ at: step.request.path, recorded: step.status, answered: status });
    }
  };
  try {
    await playAll(scenario.before);
    const stream = await listen(server, scenario.stream.path);
    await playAll(scenario.steps);
    await server.clock.advance(1000);
    await flush();
    const { path: _path, ...told } = scenario.stream;
    return [
      ...statuses,
      ...differences(told, stream.told(), bindings, '/stream'),
      ...sequence(scenario, stream.events, bindings),
    ];
  } finally {
    await server.close();
  }
}

/** A step that opens a stream of its own is over when the stream is open. */
async function playQuickly(
  server: WireServer,
  step: RecordedStep,
  bindings: Bindings,
): Promise<{ readonly status: number; readonly deployment?: string }> {
  if (step.request.path !== '/v2/events') {
    const { status, headers } = await send(server, step, bindings);
    await flush();
    const deployment = headers['marathon-deployment-id'];
    return { status, ...(typeof deployment === 'string' ? { deployment } : {}) };
  }
  const incoming = await open(server.port, step.request);
  await flush();
  incoming.destroy();
  await flush();
  return { status: incoming.statusCode ?? 0 };
}

interface Stream {
  readonly events: readonly SeenEvent[];
  told(): unknown;
}

async function listen(server: WireServer, path: string): Promise<Stream> {
  const [plain = path, query] = path.split('?');
  const incoming = await open(server.port, {
    method: 'GET',
    path: plain,
    ...(query === undefined ? {} : { query }),
    headers: { Accept: 'text/event-stream' },
  });
  const events: SeenEvent[] = [];
  let text = '';
  let closedByServer = false;
  incoming.setEncoding('utf8');
  incoming.on('data', (chunk: string) => {
    text += chunk;
    const frames = text.split('\r\n\r\n');
    text = frames.pop() ?? '';
    events.push(...frames.flatMap(eventIn));
  });
  incoming.on('error', () => undefined);
  incoming.on('close', () => {
    closedByServer = true;
  });
  await flush();
  return {
    events,
    told: () => ({
      status: incoming.statusCode,
      'content-type': incoming.headers['content-type'],
      closedByServer,
    }),
  };
}

function eventIn(frame: string): SeenEvent[] {
  const found = /^event: (.*)\r\ndata: (.*)$/s.exec(frame.trimStart());
  return found === null
    ? []
    : [{ event: found[1] ?? '', data: JSON.parse(found[2] ?? '') as SeenEvent['data'] }];
}

/** What was written reaches who reads. */
async function flush(): Promise<void> {
  for (let i = 0; i < 20; i++) await setImmediate();
}

/** Published by another thread than the deployment's events, so where they stand among these is chance. */
const MOVING = ['group_change_success', 'api_post_event'];

function sequence(
  { events, alsoSeen = [] }: Scenario,
  seen: readonly SeenEvent[],
  bindings: Bindings,
): readonly Difference[] {
  const told = seen.filter(({ event }) => event !== LATE);
  const labels = told.map(labelOf);
  const orders = [events.map(labelOf), ...alsoSeen].map((order) => order.filter((label) => label !== LATE));
  if (!orders.some((order) => isSameOrder(order, labels)))
    return [{ at: '/events', recorded: orders, answered: labels }];
  return inOrderOf(events, told).flatMap(([event, one], index) =>
    fields(event, one, { bindings, at: `/events/${index} ${event.event}` }),
  );
}

function isSameOrder(order: readonly string[], labels: readonly string[]): boolean {
  const fixed = (all: readonly string[]): string =>
    JSON.stringify(all.filter((label) => !MOVING.includes(label)));
  const moving = (all: readonly string[]): string =>
    JSON.stringify(all.filter((label) => MOVING.includes(label)).sort());
  return fixed(order) === fixed(labels) && moving(order) === moving(labels);
}

/** Events of one label in their order, whatever is between them. */
function inOrderOf(
  events: readonly RecordedEvent[],
  seen: readonly SeenEvent[],
): readonly (readonly [RecordedEvent, SeenEvent])[] {
  const rest = [...seen];
  return events.flatMap((event): [RecordedEvent, SeenEvent][] => {
    const index = rest.findIndex((one) => labelOf(one) === labelOf(event));
    const [found] = index < 0 ? [] : rest.splice(index, 1);
    return found === undefined ? [] : [[event, found]];
  });
}

function fields(
  event: RecordedEvent,
  seen: SeenEvent,
  { bindings, at }: { readonly bindings: Bindings; readonly at: string },
): readonly Difference[] {
  return [
    ...differences(event.data, shapeOf(seen.data), bindings, `${at}/data`),
    ...differences(event.values, valuesOf(event, seen), bindings, `${at}/values`),
  ];
}
