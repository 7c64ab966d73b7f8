// emulator: all rules of an app, in the order in which Marathon applies them; each stage answers for itself.

import type { GivenApp } from '../given.ts';
import { scalaText } from '../jvm/scala-text.ts';
import { APP_SHAPE } from '../shapes/app-shape.ts';
import { checkedPorts, healthChecks, readinessChecks } from './checks.ts';
import { constraints } from './constraints.ts';
import { container, linuxInfo } from './container.ts';
import type { RuleContext } from './context.ts';
import { identity } from './identity.ts';
import { networks } from './network/networks.ts';
import { portNumbers, ports } from './network/ports.ts';
import { program, programToRun } from './program.ts';
import { fetch, gpus, resourceLimits } from './resources.ts';
import { residentRole, roles } from './roles.ts';
import { environment, secretNames, secrets } from './secrets.ts';
import { migrationLabels, settledStrategies, strategies } from './strategies.ts';
import type { Violation } from './violation.ts';
import { appWithExternalVolumes } from './volumes/external-volume.ts';
import { storedVolumes } from './volumes/stored-volumes.ts';
import { volumes } from './volumes/volumes.ts';

type Rule = (app: GivenApp, context: RuleContext) => readonly Violation[];

const MEANING: readonly Rule[] = [
  identity,
  container,
  volumes,
  ports,
  program,
  healthChecks,
  fetch,
  resourceLimits,
  secrets,
  environment,
  roles,
  gpus,
  migrationLabels,
  readinessChecks,
  strategies,
  constraints,
  networks,
];

const STORED: readonly Rule[] = [
  residentRole,
  linuxInfo,
  storedVolumes,
  portNumbers,
  programToRun,
  checkedPorts,
  secretNames,
  settledStrategies,
];

/** Of an app in today's spelling. */
export function meaning(app: GivenApp, context: RuleContext): readonly Violation[] {
  return [
    ...MEANING.flatMap((rule) => rule(app, context)),
    ...appWithExternalVolumes(app, () => scalaText(APP_SHAPE, app)),
  ];
}

/** Of an app with its defaults, as it is to be stored. */
export function storable(app: GivenApp, context: RuleContext): readonly Violation[] {
  return STORED.flatMap((rule) => rule(app, context));
}
