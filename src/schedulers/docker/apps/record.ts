// schedulers/docker: what was asked for of one app. Docker keeps no such thing, so that it is kept here.

import type { AppDefinition, EnvFrom } from '../../../api/policy.ts';
import { isObject } from '../../../api/schema/json-schema.ts';
import type { ContainerState } from '../../docker-engine/containers.ts';
import type { Origin } from '../container/labels.ts';

export interface AppRecord {
  readonly app: string;
  /** `namespace/name` of the policy that made it. */
  readonly owner: string;
  /** How many are asked for. */
  readonly requested: number;
  /** Counts the definitions, from 1. */
  readonly generation: number;
  /** Of the present generation, without the values of secrets. */
  readonly definition: AppDefinition;
  /** Absent when nobody has said it: then the values are those that containers of the generation have. */
  readonly envFrom?: readonly EnvFrom[];
  readonly lastScalingAtMs: number;
  readonly lastConfigChangeAtMs: number;
  /** Its containers go, and then the record. */
  readonly deleted?: true;
  /** Nobody wants it kept running any more: its containers are left as they are. */
  readonly released?: true;
}

/** Changes with every change of what is asked for. */
export function versionOf({ generation, lastScalingAtMs, lastConfigChangeAtMs }: AppRecord): string {
  return `${generation}.${Math.max(lastScalingAtMs, lastConfigChangeAtMs)}`;
}

/** A container as far as a record can be made of it. */
export interface Witness {
  readonly origin: Origin;
  readonly createdAtMs: number;
  readonly state?: ContainerState;
}

/**
 * What must have been asked for, going by the containers that are there: of the newest definition, as many as were ever
 * started. Undefined when there are none.
 */
export function recordFromContainers(containers: readonly Witness[]): AppRecord | undefined {
  const [newest] = containers.toSorted(
    (a, b) => b.origin.generation - a.origin.generation || b.createdAtMs - a.createdAtMs,
  );
  if (newest === undefined) return undefined;
  const { app, owner, generation, definition } = newest.origin;
  const createdAtMs = containers
    .filter(({ origin }) => origin.generation === generation)
    .map((container) => container.createdAtMs);
  return {
    app,
    owner,
    requested: containers.filter(({ state }) => state !== 'created').length,
    generation,
    definition,
    lastScalingAtMs: Math.max(...createdAtMs),
    lastConfigChangeAtMs: Math.min(...createdAtMs),
  };
}

/** Undefined for what is no record: then what is there says what was asked for. */
export function recordFromJson(value: unknown): AppRecord | undefined {
  if (!isObject(value)) return undefined;
  const { app, owner, requested, generation, definition, envFrom } = value;
  const { lastScalingAtMs, lastConfigChangeAtMs } = value;
  if (typeof app !== 'string' || typeof owner !== 'string' || !isObject(definition)) return undefined;
  const numbers = [requested, generation, lastScalingAtMs, lastConfigChangeAtMs];
  if (!numbers.every((n) => typeof n === 'number' && Number.isFinite(n) && n >= 0)) return undefined;
  if (envFrom !== undefined && !(Array.isArray(envFrom) && envFrom.every(isEnvFrom))) return undefined;
  return {
    app,
    owner,
    requested: Number(requested),
    generation: Number(generation),
    definition,
    lastScalingAtMs: Number(lastScalingAtMs),
    lastConfigChangeAtMs: Number(lastConfigChangeAtMs),
    ...(envFrom !== undefined && { envFrom }),
    ...(value['deleted'] === true && { deleted: true }),
    ...(value['released'] === true && { released: true }),
  };
}

function isEnvFrom(value: unknown): value is EnvFrom {
  return (
    isObject(value) &&
    typeof value['name'] === 'string' &&
    isObject(value['from']) &&
    typeof value['optional'] === 'boolean'
  );
}
