// schedulers/marathon: the bodies that are written.

import { CREATION_LABEL } from '../../api/labels.ts';
import type { ValueResolver } from '../../api/values.ts';
import type { Change } from '../../core/change.ts';
import type { AppObservation } from '../../core/observation.ts';
import { restartStrategy, settable, upgradeStrategy } from './definition.ts';
import { resolveEnv } from './environment.ts';
import { isObject, type Json } from './schema.ts';

export interface Body {
  readonly body: Json;
  /** Resolved values in it. */
  readonly secrets: readonly string[];
}

type Create = Extract<Change, { kind: 'create' }>;
type Update = Extract<Change, { kind: 'update' }>;

/** @throws TerminalError when a value of `envFrom` cannot be had */
export function createBody(change: Create, values: ValueResolver): Body {
  const definition = settable(change.definition);
  const secret = resolveEnv(change.envFrom, values);
  const env = { ...mapOf(definition['env']), ...secret.values };
  return {
    body: {
      ...definition,
      id: change.app,
      instances: change.instances,
      labels: { ...mapOf(definition['labels']), [CREATION_LABEL]: change.owner },
      upgradeStrategy: upgradeStrategy(definition),
      ...(Object.keys(env).length > 0 && { env }),
    },
    secrets: Object.values(secret.values),
  };
}

/**
 * Only the top-level fields that differ, whole, because Marathon replaces each as a whole; `env` and `labels`
 * keep what is not ours to remove. Never `instances`, `version` or a read-only field.
 *
 * @throws TerminalError when a value of `envFrom` cannot be had
 */
export function updateBody(change: Update, observed: AppObservation, values: ValueResolver): Body {
  const definition = settable(change.definition);
  const differing = new Set(change.fields.map((f) => topLevel(f.field)));
  const body: Record<string, unknown> = { ...kept(observed) };
  for (const [key, value] of Object.entries(definition)) {
    if (differing.has(modernName(key))) body[key] = value;
  }
  if (differing.has('upgradeStrategy')) body['upgradeStrategy'] = upgradeStrategy(definition);
  else if (observed.owner !== undefined && !isObject(definition['upgradeStrategy']))
    body['upgradeStrategy'] = restartStrategy(observed.requested);
  if (differing.has('labels')) body['labels'] = labels(definition, observed);
  if (!differing.has('env')) return { body, secrets: [] };
  const secret = resolveEnv(change.envFrom, values);
  body['env'] = { ...env(definition, observed, secret.unresolved), ...secret.values };
  return { body, secrets: Object.values(secret.values) };
}

/** `instances` alone, plus what a partial update would otherwise lose. */
export function scaleBody(instances: number, observed: AppObservation): Json {
  return { instances, ...kept(observed) };
}

/** Absent from a partial update, these two are reset and the scale becomes a restart (reference §3.2). */
function kept(observed: AppObservation): Json {
  const { resourceLimits, executorResources } = observed.definition;
  return {
    ...(isObject(resourceLimits) && { resourceLimits }),
    ...(isObject(executorResources) && { executorResources }),
  };
}

function labels(definition: Json, observed: AppObservation): Json {
  const echoed = mapOf(observed.definition['labels']);
  const named = mapOf(definition['labels']);
  return observed.owner === undefined
    ? { ...echoed, ...named }
    : { ...named, [CREATION_LABEL]: observed.owner };
}

function env(definition: Json, observed: AppObservation, unresolved: readonly string[]): Json {
  const echoed = mapOf(observed.definition['env']);
  const named = definition['env'];
  // In an app that we made, the policy's env is the whole of it, except for what could not be looked at.
  const whole = observed.owner !== undefined && isObject(named);
  const stays = whole
    ? Object.entries(echoed).filter(([name]) => unresolved.includes(name))
    : Object.entries(echoed);
  return { ...Object.fromEntries(stays), ...mapOf(named) };
}

function topLevel(path: string): string {
  return path.split('.')[0] ?? path;
}

/** Differences are named as Marathon echoes them; the policy may use an older spelling. */
function modernName(key: string): string {
  return key === 'ports' ? 'portDefinitions' : key === 'uris' ? 'fetch' : key;
}

function mapOf(value: unknown): Json {
  return isObject(value) ? value : {};
}
