// emulator: the launch queue, with what the offers said.

import { notFound } from '../../api-error.ts';
import type { QueueEntry } from '../../marathon/instances/launch-queue.ts';
import type { Marathon } from '../../marathon/marathon.ts';
import { timestamp } from '../../marathon/timestamp.ts';
import type { AgentSpec } from '../../mesos/cluster.ts';
import { Ports } from '../../mesos/ports.ts';
import { type Call, empty, json } from '../protocol/call.ts';
import { type Route, route } from '../protocol/router.ts';
import { idOf } from './app-reads.ts';

export function queueRoutes(marathon: Marathon): Route[] {
  return [
    route('GET', '/v2/queue', (call) => list(marathon, call)),
    route('DELETE', '/v2/queue/{id+}/delay', (call) => resetDelay(marathon, call)),
  ];
}

function list(marathon: Marathon, call: Call): Response {
  const withOffers = call.query.getAll('embed').includes('lastUnusedOffers');
  const queue = [...marathon.instances.queue.entries].flatMap((entry) => {
    const row = rowOf(marathon, entry);
    if (row === undefined) return [];
    return [withOffers ? { ...row, lastUnusedOffers: unusedOffers(entry) } : row];
  });
  return json(200, { queue });
}

/** `overdue` is true when nothing but room is missing: the name misleads. */
function rowOf(marathon: Marathon, entry: QueueEntry): Record<string, unknown> | undefined {
  const app = marathon.root.app(entry.appId);
  if (app === undefined) return undefined;
  const leftMs = marathon.instances.delayLeftMs(app);
  const { offers } = entry;
  return {
    app,
    count: entry.waiting.size + marathon.instances.tracker.backlog.count(entry.appId),
    role: app.role,
    delay: { timeLeftSeconds: Math.floor(leftMs / 1000), overdue: leftMs === 0 },
    since: timestamp(entry.sinceMs),
    processedOffersSummary: {
      processedOffersCount: offers.processed,
      unusedOffersCount: offers.unused,
      ...at('lastUnusedOfferAt', offers.lastUnusedAtMs),
      ...at('lastUsedOfferAt', offers.lastUsedAtMs),
      rejectSummaryLastOffers: offers.lastOffers,
      rejectSummaryLaunchAttempt: offers.launchAttempt,
    },
  };
}

function at(name: string, atMs: number | undefined): Record<string, string> {
  return atMs === undefined ? {} : { [name]: timestamp(atMs) };
}

function unusedOffers({ offers }: QueueEntry): unknown[] {
  return offers.lastUnusedOffers.map(({ agent, reason, atMs }) => ({
    offer: {
      id: `${agent.id}-O${atMs}`,
      hostname: agent.hostname,
      agentId: agent.id,
      resources: resourcesOf(agent),
      attributes: [],
    },
    reason: [reason],
    timestamp: timestamp(atMs),
  }));
}

/** Of the whole agent: what of it was free at the time is not kept. */
function resourcesOf({ total }: AgentSpec): unknown[] {
  const role = '*';
  const scalars = (['cpus', 'mem', 'disk'] as const).map((name) => ({ name, role, scalar: total[name] }));
  return [...scalars, { name: 'ports', role, ranges: [Ports.bounds] }];
}

function resetDelay(marathon: Marathon, call: Call): Response {
  const id = idOf(call);
  if (marathon.instances.queue.entry(id) === undefined)
    throw notFound(`Application ${id} not found in tasks queue.`);
  marathon.instances.resetDelay(id);
  return empty(204);
}
