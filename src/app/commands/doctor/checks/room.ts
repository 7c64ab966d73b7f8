// app: apps whose instances wait: for room, for offers, or because they fail.

import type { QueueItem } from '../../../../schedulers/marathon/schema.ts';
import { type Check, given, timeText } from '../check.ts';
import type { Finding } from '../finding.ts';

/** Every start is in the queue for a moment. */
const PATIENCE_MS = 15_000;

export const checkRoom: Check = ({ queue, nowMs }) =>
  given(queue, (items) =>
    items.flatMap((item) => {
      const forMs = item.sinceMs === undefined ? undefined : nowMs - item.sinceMs;
      if (item.count === 0) return [];
      if (item.backoffMs > 0) return [failing(item)];
      return forMs !== undefined && forMs < PATIENCE_MS ? [] : [waiting(item, forMs)];
    }),
  );

function failing({ appId, count, backoffMs }: QueueItem): Finding {
  return {
    check: 'room',
    severity: 'warning',
    app: appId,
    what: `${instances(count)} of ${appId} wait ${timeText(backoffMs)} before the next try`,
    why: 'its instances end soon after their start, so counting on more of them helps nobody; after 60 s their share goes back to others',
    change: `look at lastTaskFailure of /v2/apps${appId} and at its logs; DELETE /v2/queue${appId}/delay once it is mended`,
  };
}

function waiting(item: QueueItem, forMs: number | undefined): Finding {
  const since = forMs === undefined ? '' : ` for ${timeText(forMs)}`;
  const known =
    item.processedOffers === 0 ? NO_OFFERS : item.reasons.length > 0 ? TOO_SMALL(item.reasons) : UNKNOWN;
  return {
    check: 'room',
    severity: 'warning',
    app: item.appId,
    what: `${instances(item.count)} of ${item.appId} wait${since}: ${known.because}`,
    why: known.why,
    change: known.change,
  };
}

interface RoomFinding {
  readonly because: string;
  readonly why: string;
  readonly change: string;
}

const NO_OFFERS: RoomFinding = {
  because: 'Mesos sends Marathon no offers',
  why: 'a quota, other frameworks or a role without resources keep all of the cluster from it: no policy can grant what is not offered',
  change: "look at the role's quota and at what other frameworks hold, in Mesos /roles",
};

const TOO_SMALL = (reasons: readonly string[]): RoomFinding => ({
  because: `offers are refused (${reasons.join(', ')})`,
  why: 'a budget that is larger than the cluster is spent on instances that cannot start',
  change: reasons.some((reason) => reason.startsWith('Insufficient'))
    ? 'lower capacity or what an instance asks for, or add agents'
    : 'look at its constraints, roles and reservations: there may be room that it may not use',
});

const UNKNOWN: RoomFinding = {
  because: 'Marathon gives no reason',
  why: 'a budget that is larger than the cluster is spent on instances that cannot start',
  change: 'look at /v2/queue?embed=lastUnusedOffers',
};

function instances(count: number): string {
  return `${count} ${count === 1 ? 'instance' : 'instances'}`;
}
