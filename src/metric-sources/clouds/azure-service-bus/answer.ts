// metric-sources: what Service Bus' management API says of a queue or a subscription: an Atom entry.
// Format: https://learn.microsoft.com/rest/api/servicebus/overview

import { TransientError } from '../../../runtime/errors.ts';
import { countFrom } from '../../connection/numbers.ts';

/** Of answers with 401 and 403, whose text says more than their status. */
export const REFUSALS: readonly number[] = [401, 403];

/** @throws TransientError with what is wrong, as the end of a sentence */
export function activeCountOf({ status, text }: { readonly status: number; readonly text: string }): number {
  if (REFUSALS.includes(status)) throw new TransientError(`answered ${status}: ${refusalIn(text)}`);
  // A name that nobody has is answered by a list of the names below it, which often is empty.
  if (/<feed[\s>]/.test(text))
    throw new TransientError('there is no such queue or subscription; check its names and the namespace');
  if (!/<(?:Queue|Subscription)Description[\s>]/.test(text))
    throw new TransientError('the answer describes no queue and no subscription; check the address');
  const state = /<Status>([A-Za-z]{1,40})<\/Status>/.exec(text)?.[1];
  if (state === 'Disabled' || state === 'ReceiveDisabled')
    throw new TransientError(`it is ${state}, so nobody can receive from it; enable it`);
  const found = /<(?:[\w-]{1,40}:)?ActiveMessageCount(?:\s[^>]{0,400})?>([^<]{0,40})</.exec(text)?.[1];
  return countFrom(found, 'ActiveMessageCount');
}

/** What is refused has no code of its own: its sentence tells it, and some answers have none. */
function refusalIn(text: string): string {
  if (/claims? (?:is|are) required|claims required|Unauthorized access for/i.test(text))
    return 'these credentials have no right to read it; give their shared access policy the right Manage, or their identity the role Azure Service Bus Data Owner';
  if (/expired/i.test(text))
    return "the signature or token has expired; renew it, and check this machine's clock";
  if (/signature/i.test(text)) return 'the key or signature is wrong; check auth';
  return "the credentials were refused; check auth, that they have the right Manage, and this machine's clock";
}
