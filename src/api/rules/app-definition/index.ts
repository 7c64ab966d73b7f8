// api: what Marathon certainly refuses in an app definition, beyond the shape of single fields.
//
// What depends on how a cluster is started (features, its role, its default network) is accepted.

import { echoOf, kindsOfVolumes } from '../../app-definition/echo.ts';
import { APP } from '../../app-definition/fields.ts';
import { readObject } from '../../app-definition/read.ts';
import type { JsonObject } from '../../schema/json-schema.ts';
import { checkChecks } from './checks.ts';
import { checkConstraints } from './constraints.ts';
import { checkContainer } from './container.ts';
import { checkFetch } from './fetch.ts';
import { checkNetworks } from './networks.ts';
import { checkPlacement } from './placement.ts';
import { checkSecrets } from './secrets.ts';
import type { Complaints, Read } from './subject.ts';
import { checkVolumes } from './volumes.ts';

const RULES: readonly ((read: Read) => Complaints)[] = [
  checkContainer,
  checkNetworks,
  checkVolumes,
  checkFetch,
  checkChecks,
  checkConstraints,
  checkPlacement,
  checkSecrets,
];

/** @param read a definition whose fields have the right shapes */
export function refusedByMarathon(
  definition: JsonObject,
  app: { id?: string; instances?: number },
): Complaints {
  const read = readObject(definition, APP).value;
  const echo = echoOf(read, NEWEST);
  const subject: Read = { ...app, read, echo, volumes: kindsOfVolumes(read['container']) };
  return RULES.flatMap((rule) => rule(subject));
}

const NEWEST = 11;
