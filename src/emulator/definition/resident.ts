// emulator: apps with volumes of their own (resident apps): they keep what their volumes and reservations are bound to.

import { isDeepStrictEqual } from 'node:util';
import type { ErrorDetail } from '../api-error.ts';
import type { AppFields } from './app.ts';
import { isObject, type Json, type JsonObject } from './shapes/shape.ts';

const RESOURCES_CHANGED =
  'Services with persistent volumes configured may not change resource requirements. ' +
  'If you need to make this change, please create a new service.';
const HOST_PORTS_CHANGED =
  'Services with persistent volumes configured may not change host ports. ' +
  'If you need to make this change, please create a new service.';

function isResident(app: AppFields): boolean {
  return persistentVolumes(app).length > 0;
}

function persistentVolumes({ container }: AppFields): readonly JsonObject[] {
  const volumes: readonly Json[] = container?.volumes ?? [];
  return volumes.filter(isObject).filter((volume) => volume['persistent'] !== undefined);
}

export function residentUpdateProblems(before: AppFields, after: AppFields): readonly ErrorDetail[] {
  if (!isResident(before) && !isResident(after)) return [];
  const names = ['cpus', 'mem', 'disk', 'gpus', 'requirePorts'] as const;
  return [
    ...(sameVolumes(before, after) ? [] : [at('/', 'Persistent volumes can not be changed!')]),
    ...names.filter((name) => before[name] !== after[name]).map((name) => at(`/${name}`, RESOURCES_CHANGED)),
    ...(isDeepStrictEqual(hostPorts(before), hostPorts(after)) ? [] : [at('/', HOST_PORTS_CHANGED)]),
  ];
}

function sameVolumes(before: AppFields, after: AppFields): boolean {
  const [old, now] = [persistentVolumes(before), persistentVolumes(after)];
  return (
    old.length === now.length && old.every((volume) => now.some((one) => isDeepStrictEqual(one, volume)))
  );
}

function hostPorts({ container, portDefinitions }: AppFields): ReadonlySet<number> {
  const mappings = container?.portMappings ?? [];
  if (mappings.length === 0) return new Set((portDefinitions ?? []).map(({ port }) => port));
  return new Set(mappings.flatMap(({ hostPort }) => (hostPort === undefined ? [] : [hostPort])));
}

function at(path: string, error: string): ErrorDetail {
  return { path, errors: [error] };
}
