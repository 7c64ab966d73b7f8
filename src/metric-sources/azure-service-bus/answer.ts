// metric-sources: what Service Bus' management API says of a queue or a subscription: an Atom entry.

import { TransientError } from '../../runtime/errors.ts';
import { countFrom } from '../connection/numbers.ts';

/** @throws TransientError with what is wrong, as the end of a sentence */
export function activeCountOf(xml: string): number {
  // An entity that does not exist is answered by the list of those that are public, which is empty.
  if (/<feed[\s>]/.test(xml))
    throw new TransientError('there is no such queue or subscription; check its names and the namespace');
  if (!/<(?:Queue|Subscription)Description[\s>]/.test(xml))
    throw new TransientError('the answer describes no queue and no subscription; check the address');
  const status = /<Status>([A-Za-z]{1,40})<\/Status>/.exec(xml)?.[1];
  if (status === 'Disabled' || status === 'ReceiveDisabled')
    throw new TransientError(`it is ${status}, so nobody can receive from it; enable it`);
  const found = /<(?:[\w-]{1,40}:)?ActiveMessageCount(?:\s[^>]{0,400})?>([^<]{0,40})</.exec(xml)?.[1];
  return countFrom(found, 'ActiveMessageCount');
}
