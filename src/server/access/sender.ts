// server: who sends a request, as far as that can be known: for people who read what was done.

import { type Access, isRefused } from './access.ts';

/** Undefined where nobody has to say who they are: everybody of this machine, without a token. */
export type SenderOf = (request: Request) => string | undefined;

/** The name of the token that the request, or the session it belongs to, was let in with. */
export function senderOf(access: Access): SenderOf {
  return (request) => {
    const entered = access.enter(request);
    return isRefused(entered) ? undefined : entered.name;
  };
}

/** Through the page, by whom where that is known. */
export function pageSenderOf(access: Access): (request: Request) => string {
  const known = senderOf(access);
  return (request) => {
    const name = known(request);
    return name === undefined ? 'page' : `${name} (page)`;
  };
}
