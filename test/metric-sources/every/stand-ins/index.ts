// test support: a server of our own for every source there is. One that is registered and not here is missed by a test.

import { WITH_THEIR_OWN_PROTOCOL } from './others.ts';
import { OVER_HTTP } from './over-http.ts';
import { postgresql } from './postgresql.ts';
import type { StandIn } from './world.ts';

export const STAND_INS: Readonly<Record<string, StandIn>> = {
  ...OVER_HTTP,
  ...WITH_THEIR_OWN_PROTOCOL,
  postgresql,
};
