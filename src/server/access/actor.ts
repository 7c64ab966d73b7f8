// server: who sends a request, as far as that can be known: for people who read what was done.

import { type Access, isRefused } from './access.ts';
import { isFromPage } from './write-guard.ts';

/** Undefined where nobody has to say who they are: everybody of this machine, without a token. */
export type ActorOf = (request: Request) => string | undefined;

/** The name of the token that the request, or the session it belongs to, was let in with; and whether through the page. */
export function actorOf(access: Access): ActorOf {
  return (request) => {
    const entered = access.enter(request);
    const name = isRefused(entered) ? undefined : entered.name;
    if (!isFromPage(request)) return name;
    return name === undefined ? 'page' : `${name} (page)`;
  };
}
