// schedulers/marathon: what of Marathon's event stream is worth a look. An event is a wake-up, never a fact.

import { isObject } from '../schema.ts';

/** Whatever changes a count, a task, its health or a lock. */
export const EVENT_TYPES = [
  'event_stream_attached',
  'deployment_info',
  'deployment_step_success',
  'deployment_success',
  'deployment_failed',
  'status_update_event',
  'instance_changed_event',
  'instance_health_changed_event',
  'unknown_instance_terminated_event',
  'app_terminated_event',
] as const;

export interface Concern {
  readonly watched: ReadonlySet<string>;
  /** Of every watched one, and of others that something is known about. */
  isAbout(id: string): boolean;
}

/**
 * Which of the watched apps an event is about; undefined when it is about none of them. An event that names no
 * app, or that cannot be read, is about all.
 */
export function concerned(data: string, of: Concern): readonly string[] | undefined {
  const named = appsNamed(data);
  if (named.length === 0) return [...of.watched];
  const ours = named.filter((id) => of.isAbout(id));
  return ours.length === 0 ? undefined : ours;
}

function appsNamed(data: string): readonly string[] {
  const event = parse(data);
  if (!isObject(event)) return [];
  const plan = isObject(event['plan']) ? list(event['plan']['steps']) : [];
  const steps = [...plan, event['currentStep']].filter(isObject);
  const actions = steps.flatMap((step) => list(step['actions'])).filter(isObject);
  const ids = [event['appId'], event['runSpecId'], ...actions.flatMap((a) => [a['app'], a['pod']])];
  return ids.filter((id) => typeof id === 'string');
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
