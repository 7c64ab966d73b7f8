// schedulers/ecs/read: why tasks wait, from the events that ECS writes for people: it has no other place for it. Pure.

import type { ServiceEvent } from '@aws-sdk/client-ecs';
import type { WaitingReason } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';

export interface ServiceEvents {
  /** Of the newest one; another one says that something happened. */
  readonly newestEvent?: string;
  /** Since the service was last as it should be, newest first, each said once. */
  readonly troubles: readonly WaitingReason[];
}

const STEADY = /has reached a steady state/;
/** `(service worker) was unable to place a task because …` */
const SUBJECT = /^\(service [^)]*\)\s*(\([^)]*\)\s*)*/;
/** Links to documentation and to the task follow. */
const REST = /\s*For more information, see .*$/;

const WORDS: readonly { readonly says: RegExp; readonly reason: WaitingReason['reason'] }[] = [
  { says: /unable to consistently start tasks|is unable to start tasks/i, reason: 'BackingOff' },
  { says: /limit on the number of|reached the limit|limit exceeded|quota/i, reason: 'Quota' },
  {
    says: /unable to place a task.*(insufficient|no container instances? (were|was) found|capacity is unavailable|RESOURCE:|not enough|EMPTY CAPACITY PROVIDER)/i,
    reason: 'NoRoom',
  },
  { says: /unable to place a task/i, reason: 'NotPlaced' },
];

/** @param events newest first, as ECS gives them */
export function eventsOf(events: readonly ServiceEvent[]): ServiceEvents {
  const since = events.findIndex(({ message = '' }) => STEADY.test(message));
  const open = since < 0 ? events : events.slice(0, since);
  const troubles = open.flatMap(({ message = '' }) => troubleIn(message) ?? []);
  return {
    troubles: [...new Map(troubles.toReversed().map((each) => [each.text, each])).values()].toReversed(),
    ...defined({ newestEvent: events[0]?.id }),
  };
}

function troubleIn(message: string): WaitingReason | undefined {
  const reason = WORDS.find(({ says }) => says.test(message))?.reason;
  if (reason === undefined) return undefined;
  return { reason, text: message.replace(SUBJECT, '').replace(REST, '').trim() };
}
