// api: the rules of `app` and `envFrom`: what Marathon would refuse, and what is not the definition's to say.

import { defined } from '../../lang/defined.ts';
import {
  APP,
  GROUP_FIELDS,
  isGiven,
  OTHER_NAMES,
  READ_ONLY,
  SAID_BESIDE,
  WITHOUT_EFFECT,
} from '../app-definition/fields.ts';
import { absoluteId } from '../app-definition/path.ts';
import { type Complaint, type Place, readObject } from '../app-definition/read.ts';
import { CREATION_LABEL } from '../labels/creation-label.ts';
import type { AppSpec } from '../policy.ts';
import { isObject, type JsonObject } from '../schema/json-schema.ts';
import { error, type Finding, warning } from '../validation/finding.ts';
import { below, showPath } from '../validation/pointer.ts';
import { closest } from '../words/suggest.ts';
import { refusedByMarathon } from './app-definition/index.ts';
import type { RuleContext } from './context.ts';
import { type Partly, present } from './partly.ts';

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
  const fields = Object.entries(definition).filter(([name]) => !isForeign(name));
  const { value, refused, unknown, emptied } = readObject(Object.fromEntries(fields), APP);
  const says = ({ at, says }: Complaint): Finding => told(place, at, says);
  // Rules about several fields say nothing that could be told while one of them has the wrong shape.
  const rules = refused.length > 0 ? [] : refusedByMarathon(value, around(app)).map(says);
  return [
    ...envFrom,
    ...checkForeign(definition, place),
    ...worded(unknown, place, ({ at, known }) => unknownField(place, at, known)),
    ...worded(emptied, place, (at) => emptyMapping(place, at)),
    ...checkCommand(value, place, context),
    ...(refused.length > MOST_REFUSED
      ? [...refused.slice(0, MOST_REFUSED).map(says), more(place, refused)]
      : refused.map(says)),
    ...rules,
    ...warnings(value, place, app.id),
  ];
}

/** Wording costs far more than finding, and one definition can hold tens of thousands of mistakes. */
const MOST_REFUSED = 200;
const MOST_WARNED = 5;

function more(place: string, refused: readonly Complaint[]): Finding {
  return error(place, `${showPath(place)} has ${refused.length - MOST_REFUSED} more mistakes`);
}

function worded<T>(found: readonly T[], place: string, word: (item: T) => Finding): readonly Finding[] {
  const told = found.slice(0, MOST_WARNED).map(word);
  const left = found.length - told.length;
  return left === 0
    ? told
    : [...told, warning(place, `${showPath(place)} has ${left} more of the kind: they are ignored`)];
}

function around(app: Partly<AppSpec>): { readonly id?: string; readonly instances?: number } {
  // Of an app that exists Marathon has taken the count.
  const least = app.adopt === true ? undefined : (app.instances?.fixed ?? app.instances?.min);
  return { ...defined({ id: app.id, instances: least }) };
}

function told(place: string, at: Place, says: string): Finding {
  const pointer = below(place, ...at);
  return error(pointer, `${showPath(pointer)} ${says}`);
}

function isForeign(name: string): boolean {
  return SAID_BESIDE.has(name) || READ_ONLY.has(name) || GROUP_FIELDS.has(name) || name === 'storeUrls';
}

function checkForeign(definition: JsonObject, place: string): readonly Finding[] {
  const labels = definition['labels'];
  const label = below(place, 'labels', CREATION_LABEL);
  return [
    ...Object.keys(definition).flatMap((field) =>
      foreignField(field, definition[field], below(place, field)),
    ),
    ...(isObject(labels) && Object.hasOwn(labels, CREATION_LABEL)
      ? [error(label, `the label ${CREATION_LABEL} is the operator's own: remove it`)]
      : []),
  ];
}

function foreignField(field: string, value: unknown, at: string): readonly Finding[] {
  const path = showPath(at);
  if (SAID_BESIDE.has(field)) {
    return [warning(at, `${path} is ignored: the policy says ${field} beside app, not within it`)];
  }
  if (field === 'version' && isGiven(value) && !isTimestamp(value)) {
    return [error(at, `${path} is Marathon's to report, and no timestamp: remove it`)];
  }
  if (READ_ONLY.has(field)) return [warning(at, `${path} is ignored: it is Marathon's to report`)];
  if (WITHOUT_EFFECT.has(field)) return [warning(at, `${path} is ignored: it has no effect in Marathon`)];
  if (!GROUP_FIELDS.has(field)) return [];
  return [warning(at, `${path} is ignored: it belongs to a group; a policy names each app under spec.apps`)];
}

function isTimestamp(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));
}

/** Marathon leaves out what it does not know, so that it would be written for nothing, or again and again. */
function unknownField(place: string, at: Place, known: readonly string[]): Finding {
  const pointer = below(place, ...at);
  const name = String(at.at(-1));
  const other = at.length === 1 ? (OTHER_NAMES.get(name) ?? beside(name)) : undefined;
  const meant = other ?? closest(name, known) ?? elsewhere(at, name);
  const hint = meant === undefined ? '' : `: did you mean ${meant}?`;
  const path = showPath(pointer);
  return warning(pointer, `${path} is ignored: Marathon reads no field of that name there${hint}`);
}

/** Indented too far. */
const OF_THE_POLICY: ReadonlySet<string> = new Set([
  'adopt',
  'behavior',
  'envFrom',
  'manualScale',
  'pageControl',
  'priority',
  'remainder',
  'targets',
]);

function beside(name: string): string | undefined {
  return OF_THE_POLICY.has(name) ? `${name} beside app, not within it` : undefined;
}

function elsewhere(at: Place, name: string): string | undefined {
  return at.length > 1 && Object.hasOwn(APP.fields, name) ? `${name} beside ${String(at[0])}` : undefined;
}

function emptyMapping(place: string, at: Place): Finding {
  const pointer = below(place, ...at);
  return warning(pointer, `${showPath(pointer)} is no mapping: Marathon reads it as an empty one`);
}

/** `cmd` or `args`, not both; neither only where a container brings its own. */
function checkCommand(definition: JsonObject, place: string, context: RuleContext): readonly Finding[] {
  const { cmd, args } = definition;
  const path = showPath(place);
  const hasArgs = args !== undefined && !(Array.isArray(args) && args.length === 0);
  if (cmd !== undefined && hasArgs) {
    return [error(below(place, 'args'), `${path} has cmd and args, which exclude each other: remove one`)];
  }
  if (cmd !== undefined || hasArgs) return [];
  if (hasImage(definition['container']) || context.refused(place)) return [];
  return [error(place, `${path} needs cmd or args, or a container with an image`)];
}

/** One of type MESOS that has no image passes a first look, and not the second. */
function hasImage(container: unknown): boolean {
  if (!isObject(container)) return false;
  return container['docker'] !== undefined || container['type'] !== 'MESOS';
}

/** What is legal and probably not meant, or depends on the cluster. */
function warnings(definition: JsonObject, place: string, id: string | undefined): readonly Finding[] {
  const { dependencies, networks } = definition;
  const relative = list(dependencies).flatMap((dependency, i) => {
    if (typeof dependency !== 'string' || dependency.startsWith('/')) return [];
    const at = below(place, 'dependencies', i);
    const root = absoluteId(dependency);
    const sibling = absoluteId(`${(id ?? '').split('/').slice(0, -1).join('/')}/${dependency}`);
    const instead = sibling === root ? '' : `: write ${sibling} if that is meant`;
    return [warning(at, `${showPath(at)} counts from the root and is ${root}${instead}`)];
  });
  const unnamed = list(networks).flatMap((network, i) => {
    const named = !isObject(network) || network['name'] !== undefined;
    if (named || (network['mode'] ?? 'container') !== 'container') return [];
    const at = below(place, 'networks', i);
    return [
      warning(at, `${showPath(at)} has no name: Marathon takes it only where it has a default network`),
    ];
  });
  return [...relative, ...unnamed];
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
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
