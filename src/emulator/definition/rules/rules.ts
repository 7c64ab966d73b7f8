// emulator: all rules of an app, in the order in which Marathon applies them; each stage answers for itself.

import { APP_SHAPE } from '../app-shape.ts';
import type { GivenApp } from '../given.ts';
import { scalaText } from '../scala-text.ts';
import { checkedPorts, healthChecks, readinessChecks } from './checks.ts';
import { constraints } from './constraints.ts';
import { container, linuxInfo } from './container.ts';
import type { RuleContext } from './context.ts';
import { appWithExternalVolumes } from './external-volume.ts';
import { identity } from './identity.ts';
import { networks } from './networks.ts';
import { portNumbers, ports } from './ports.ts';
import { program, programToRun } from './program.ts';
import { fetch, gpus, resourceLimits } from './resources.ts';
import { residentRole, roles } from './roles.ts';
import { environment, secretNames, secrets } from './secrets.ts';
import { storedVolumes } from './stored-volumes.ts';
import { migrationLabels, settledStrategies, strategies } from './strategies.ts';
import type { Violation } from './violation.ts';
import { volumes } from './volumes.ts';

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
