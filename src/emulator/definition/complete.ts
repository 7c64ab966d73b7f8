// emulator: from a body to a whole app: shape, old spellings, meaning, defaults, what can be stored.

import { type ErrorDetail, invalidShape } from '../api-error.ts';
import type { AppFields } from './app.ts';
import { canonicalPath } from './app-id.ts';
import type { GivenApp, GivenUpdate } from './given.ts';
import { modernApp, modernUpdate, settledApp } from './normalise/normalise.ts';
import type { RuleContext } from './rules/context.ts';
import { oldSpellings } from './rules/old-spellings.ts';
import { meaning, storable } from './rules/rules.ts';
import { refuse } from './rules/violation.ts';
import { DEFAULT_SETTINGS, type DefinitionContext, rootRoles } from './settings.ts';
import { APP_SHAPE, APP_UPDATE_SHAPE } from './shapes/app-shape.ts';
import type { Fields, FieldsOf, Json, ObjectShape } from './shapes/shape.ts';
import { distinct, readObject } from './shapes/shape-reader.ts';
import { storedApp } from './stored/app.ts';

/**
 * The fields that a body names, as it names them.
 *
 * @param path where the app stands in the body: empty, or `/apps(0)`
 * @throws ApiError 422 with every field of a wrong shape
 */
export function readApp(body: unknown, path = ''): GivenUpdate {
  return readAs(APP_UPDATE_SHAPE, body, path);
}

/** A whole app, with the defaults of what it does not name. @throws ApiError 422 with every field of a wrong shape */
export function readNewApp(body: unknown, path = ''): GivenApp {
  return readAs(APP_SHAPE, body, path);
}

function readAs<F extends Fields>(shape: ObjectShape<F>, body: unknown, path: string): FieldsOf<F> {
  const details: ErrorDetail[] = [];
  const given = readObject(shape, body as Json, { path, details });
  if (details.length > 0) throw invalidShape(details);
  return given;
}

const DEFAULTS = readObject(APP_SHAPE, { id: '/' }, { path: '', details: [] });

/** A whole new app. @throws ApiError with everything that is wrong with it */
export function completeApp(id: string, given: GivenUpdate, context: DefinitionContext = {}): AppFields {
  const { path = '', base = '/', roles = rootRoles(context.settings) } = context;
  const { features } = context.settings ?? DEFAULT_SETTINGS;
  const whole = { ...DEFAULTS, ...given };
  const named: GivenApp = {
    ...whole,
    id: canonicalPath(id),
    dependencies: distinct(whole.dependencies.map((dependency) => canonicalPath(dependency, base))),
  };
  const rules: RuleContext = { features, roles };
  refuse(oldSpellings(named), path);
  const modern: GivenApp = { ...modernApp(named), role: named.role ?? roles.defaultRole };
  refuse(meaning(modern, rules), path);
  const settled = settledApp(modern);
  const stored = storedApp(settled);
  refuse(storable(settled, rules), path);
  return stored;
}

/** `stored` with the fields of a partial update; resource limits that the update does not name are lost, as in Marathon. */
export function mergeApp(stored: AppFields, given: GivenUpdate, context: DefinitionContext = {}): AppFields {
  const { resourceLimits: _limits, executorResources: _executor, ...kept } = stored;
  const update = modernUpdate(given);
  const before = readObject(APP_SHAPE, kept, { path: '', details: [] });
  return completeApp(stored.id, { ...before, ...update }, context);
}

/** A new app of a partial update: as if it were merged into one that has no ports. */
export function appOfUpdate(id: string, given: GivenUpdate, context: DefinitionContext = {}): AppFields {
  const update = modernUpdate(given);
  return completeApp(id, { portDefinitions: [], ...update }, context);
}
