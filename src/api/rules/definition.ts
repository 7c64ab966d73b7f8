// api: the rules of `app` and `envFrom`: what Marathon would refuse, and what is not the definition's to say.

import { error, type Finding, warning } from '../finding.ts';
import { isObject, type JsonObject } from '../json-schema.ts';
import { CREATION_LABEL } from '../labels.ts';
import { below, showPath } from '../pointer.ts';
import type { AppSpec } from '../policy.ts';
import type { RuleContext } from './context.ts';
import { type Partly, present } from './partly.ts';

/** Said by the policy beside the definition. */
const OWNED_BY_POLICY = { id: 'id', instances: 'instances' } as const;

/** Marathon reports these; a definition copied from `GET /v2/apps` carries them. */
const READ_ONLY = [
  'version',
  'versionInfo',
  'deployments',
  'tasks',
  'tasksStaged',
  'tasksRunning',
  'tasksHealthy',
  'tasksUnhealthy',
  'taskStats',
  'lastTaskFailure',
  'readinessCheckResults',
] as const;

/** @param pointer that of the app in the policy */
export function checkDefinition(
  app: Partly<AppSpec>,
  pointer: string,
  context: RuleContext,
): readonly Finding[] {
  const envFrom = checkEnvFrom(app, pointer);
  const definition = app.app;
  if (!isObject(definition)) return envFrom;
  const place = below(pointer, 'app');
  return [
    ...envFrom,
    ...checkForeign(definition, place),
    ...checkCommand(definition, place, context),
    ...checkResources(definition, place),
    ...checkTexts(definition, place),
    ...checkNumbers(definition, place),
  ];
}

function checkForeign(definition: JsonObject, place: string): readonly Finding[] {
  const owned = Object.keys(OWNED_BY_POLICY).filter((field) => Object.hasOwn(definition, field));
  const reported = READ_ONLY.filter((field) => Object.hasOwn(definition, field));
  const labels = definition['labels'];
  const label = below(place, 'labels', CREATION_LABEL);
  return [
    ...owned.map((field) => {
      const at = below(place, field);
      return warning(at, `${showPath(at)} is ignored: the policy says ${field} beside app, not within it`);
    }),
    ...reported.map((field) => {
      const at = below(place, field);
      return error(at, `${showPath(at)} is Marathon's to report: remove it`);
    }),
    ...(isObject(labels) && Object.hasOwn(labels, CREATION_LABEL)
      ? [error(label, `the label ${CREATION_LABEL} is the operator's own: remove it`)]
      : []),
  ];
}

/** `cmd` or `args`, not both; neither only where an image brings its own. */
function checkCommand(definition: JsonObject, place: string, context: RuleContext): readonly Finding[] {
  const { cmd, args } = definition;
  const path = showPath(place);
  if (cmd !== undefined && args !== undefined) {
    return [error(below(place, 'args'), `${path} has cmd and args, which exclude each other: remove one`)];
  }
  if (cmd !== undefined) return checkCmd(cmd, below(place, 'cmd'));
  if (args !== undefined) {
    const texts = Array.isArray(args) && args.every((arg) => typeof arg === 'string');
    return texts
      ? []
      : [error(below(place, 'args'), `${path}.args must be a list of texts: quote its elements`)];
  }
  if (isObject(definition['container']) || context.refused(place)) return [];
  return [error(place, `${path} needs cmd or args, or a container with an image`)];
}

function checkCmd(cmd: unknown, place: string): readonly Finding[] {
  if (typeof cmd !== 'string') return [error(place, `${showPath(place)} must be text`)];
  if (cmd.length >= 2) return [];
  return [error(place, `${showPath(place)} must have at least 2 characters: Marathon refuses shorter ones`)];
}

function checkResources(definition: JsonObject, place: string): readonly Finding[] {
  return ['cpus', 'mem', 'disk', 'gpus'].flatMap((field) => {
    const value = definition[field];
    if (value === undefined || (typeof value === 'number' && value >= 0)) return [];
    const at = below(place, field);
    return [error(at, `${showPath(at)} must be a number of at least 0`)];
  });
}

/** Marathon takes texts only here, and YAML makes a number of `RATE: 5`. */
function checkTexts(definition: JsonObject, place: string): readonly Finding[] {
  return ['env', 'labels'].flatMap((field) => {
    const map = definition[field];
    const at = below(place, field);
    if (map === undefined) return [];
    if (!isObject(map)) return [error(at, `${showPath(at)} must be a mapping of texts`)];
    return Object.entries(map)
      .filter(([, value]) => typeof value !== 'string' && !(field === 'env' && isObject(value)))
      .map(([name]) => error(below(at, name), `${showPath(below(at, name))} must be text: put it in quotes`));
  });
}

/** YAML has infinities, JSON and Marathon do not. */
function checkNumbers(value: unknown, place: string): readonly Finding[] {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return [error(place, `${showPath(place)} must be a finite number`)];
  }
  if (Array.isArray(value)) return value.flatMap((item, i) => checkNumbers(item, below(place, i)));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, child]) => checkNumbers(child, below(place, name)));
}

function checkEnvFrom(app: Partly<AppSpec>, pointer: string): readonly Finding[] {
  const env = isObject(app.app) && isObject(app.app['env']) ? app.app['env'] : {};
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const [{ name }, i] of present(app.envFrom)) {
    if (name === undefined) continue;
    const at = below(pointer, 'envFrom', i, 'name');
    if (seen.has(name)) findings.push(error(at, `${showPath(at)}: ${name} stands twice in envFrom`));
    if (Object.hasOwn(env, name)) {
      findings.push(error(at, `${showPath(at)}: ${name} stands in app.env too: remove one of them`));
    }
    seen.add(name);
  }
  if (seen.size > 0 && app.app === undefined) {
    const message = `${showPath(pointer)} has envFrom but no app: variables go with a definition`;
    findings.push(error(below(pointer, 'envFrom'), message));
  }
  return findings;
}
