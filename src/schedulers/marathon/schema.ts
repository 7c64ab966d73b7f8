// schedulers/marathon: answers checked at the door and turned into our types; unknown fields are let through.

import { READ_ONLY } from '../../api/app-definition/fields.ts';
import { createdBy } from '../../api/labels/creation-label.ts';

/** The answer is not what the endpoint should say. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

export type Json = Readonly<Record<string, unknown>>;

export interface MarathonTask {
  readonly id: string;
  /** `TASK_RUNNING` and so on. */
  readonly state: string;
  readonly host?: string;
  readonly ports?: readonly number[];
  readonly stagedAtMs?: number;
  readonly startedAtMs?: number;
  /** Absent while no health check has answered. */
  readonly healthy?: boolean;
}

export interface MarathonApp {
  readonly id: string;
  readonly instances: number;
  readonly tasks: readonly MarathonTask[];
  readonly deployments: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly version?: string;
  readonly lastScalingAtMs?: number;
  readonly lastConfigChangeAtMs?: number;
  readonly hasHealthChecks: boolean;
  /** What Marathon echoes, without what it counts. */
  readonly definition: Json;
}

export interface QueueItem {
  readonly appId: string;
  /** Instances scheduled or provisioned, i.e. not launched yet. */
  readonly count: number;
  /** 0 when no back-off is left. */
  readonly backoffMs: number;
  /** Why offers were refused, declined at least once. */
  readonly reasons: readonly string[];
  /** Offers that were looked at; 0 when Mesos sends none. Absent where Marathon does not tell. */
  readonly processedOffers?: number;
  /** Waiting since; ms since the epoch, by Marathon's clock. */
  readonly sinceMs?: number;
}

export interface Deployment {
  readonly id: string;
  readonly affectedApps: readonly string[];
  readonly affectedPods: readonly string[];
  /** Began; ms since the epoch, by Marathon's clock. */
  readonly sinceMs?: number;
  readonly actions: readonly { readonly action: string; readonly app?: string }[];
}

/** What an error body says. */
export interface ErrorBody {
  readonly message: string;
  /** `path: error` lines of `details`, whichever of its shapes it has. */
  readonly details: readonly { readonly path: string; readonly error: string }[];
  /** Present on a lock, absent on a duplicate (docs/design/marathon.md#errors). */
  readonly deployments?: readonly string[];
}

/** Apps of a list, each read as it comes. */
export class ListedApps {
  readonly name = 'apps';
  #apps: MarathonApp[] = [];
  #failure: UnexpectedAnswer | undefined;

  begin(): void {
    this.#apps = [];
    this.#failure = undefined;
  }

  take(app: unknown): void {
    if (this.#failure !== undefined) return;
    try {
      this.#apps.push(parseApp(app));
    } catch (error) {
      if (!(error instanceof UnexpectedAnswer)) throw error;
      this.#failure = error;
    }
  }

  /**
   * @param rest of the answer, with no app in its list
   * @throws UnexpectedAnswer
   */
  all(rest: unknown): readonly MarathonApp[] {
    for (const app of list(field(rest, 'apps'), 'apps')) this.take(app);
    if (this.#failure !== undefined) throw this.#failure;
    return this.#apps;
  }
}

/** Whose label an app carries, by app id. */
export function parseOwners(body: unknown): ReadonlyMap<string, string> {
  const apps = list(field(body, 'apps'), 'apps').map((value) => object(value, 'app'));
  return new Map(
    apps.flatMap((app): readonly (readonly [string, string])[] => {
      const owner = createdBy(strings(app['labels']));
      return owner === undefined ? [] : [[text(app['id'], 'app.id'), owner]];
    }),
  );
}

export function parseSingleApp(body: unknown): MarathonApp {
  return parseApp(field(body, 'app'));
}

function parseApp(value: unknown): MarathonApp {
  const app = object(value, 'app');
  const id = text(app['id'], 'app.id');
  const versionInfo = isObject(app['versionInfo']) ? app['versionInfo'] : {};
  return {
    id,
    instances: count(app['instances'], `${id} instances`),
    tasks: list(app['tasks'], `${id} tasks`).map(parseTask),
    deployments: optionalList(app['deployments']).map((d) => text(field(d, 'id'), `${id} deployments`)),
    labels: strings(app['labels']),
    ...optional('version', string(app['version'])),
    ...optional('lastScalingAtMs', timestamp(versionInfo['lastScalingAt'])),
    ...optional('lastConfigChangeAtMs', timestamp(versionInfo['lastConfigChangeAt'])),
    hasHealthChecks: optionalList(app['healthChecks']).length > 0,
    // What Marathon counts is never sent back (docs/design/marathon.md#reading).
    definition: Object.fromEntries(Object.entries(app).filter(([key]) => !READ_ONLY.has(key))),
  };
}

function parseTask(value: unknown): MarathonTask {
  const task = object(value, 'task');
  const results = optionalList(task['healthCheckResults']).filter(isObject);
  const ports = optionalList(task['ports']).filter((port): port is number => typeof port === 'number');
  const healthy = results.length === 0 ? undefined : results.every((r) => r['alive'] === true);
  return {
    id: text(task['id'], 'task.id'),
    // 1.4 lists tasks without a state; those are launched ones.
    state: string(task['state']) ?? (task['startedAt'] ? 'TASK_RUNNING' : 'TASK_STAGING'),
    ...optional('host', string(task['host'])),
    ...(ports.length > 0 && { ports }),
    ...optional('stagedAtMs', timestamp(task['stagedAt'])),
    ...optional('startedAtMs', timestamp(task['startedAt'])),
    ...optional('healthy', healthy),
  };
}

export function parseQueue(body: unknown): readonly QueueItem[] {
  return list(field(body, 'queue'), 'queue').flatMap((item) => {
    const entry = object(item, 'queue entry');
    // Pods wait in the same queue.
    return isObject(entry['app']) ? [parseQueueItem(entry, entry['app'])] : [];
  });
}

function parseQueueItem(entry: Json, app: Json): QueueItem {
  const appId = text(app['id'], 'queue entry app.id');
  const delay = isObject(entry['delay']) ? entry['delay'] : {};
  const summary = isObject(entry['processedOffersSummary']) ? entry['processedOffersSummary'] : {};
  const refusals = optionalList(summary['rejectSummaryLastOffers']).filter(isObject);
  return {
    appId,
    count: count(entry['count'], `${appId} count in the queue`),
    // `overdue: true` means that no back-off is left; seconds are cut off, so 0 left is still some (docs/design/marathon.md#queue).
    backoffMs: delay['overdue'] === false ? Math.max(1, (number(delay['timeLeftSeconds']) ?? 0) * 1000) : 0,
    reasons: refusals
      .filter((r) => (number(r['declined']) ?? 0) > 0)
      .flatMap((r) => string(r['reason']) ?? []),
    ...optional('processedOffers', number(summary['processedOffersCount'])),
    ...optional('sinceMs', timestamp(entry['since'])),
  };
}

export function parseDeployments(body: unknown): readonly Deployment[] {
  return list(body, 'deployments').map((value) => {
    const deployment = object(value, 'deployment');
    return {
      id: text(deployment['id'], 'deployment.id'),
      affectedApps: optionalList(deployment['affectedApps']).filter((a) => typeof a === 'string'),
      affectedPods: optionalList(deployment['affectedPods']).filter((a) => typeof a === 'string'),
      ...optional('sinceMs', timestamp(deployment['version'])),
      actions: optionalList(deployment['steps']).flatMap(parseStep),
    };
  });
}

function parseStep(step: unknown): Deployment['actions'] {
  const actions = isObject(step) ? optionalList(step['actions']) : optionalList(step);
  return actions.filter(isObject).map((a) => ({
    action: string(a['action']) ?? 'unknown action',
    ...optional('app', string(a['app'])),
  }));
}

export interface MarathonInfo {
  readonly version?: string;
  /** Where the leading Mesos master is looked at; may be relative. */
  readonly mesosUrl?: string;
}

export function parseInfo(body: unknown): MarathonInfo {
  const info = object(body, 'info');
  const config = isObject(info['marathon_config']) ? info['marathon_config'] : {};
  const mesosUrl = string(config['mesos_leader_ui_url']);
  return {
    ...optional('version', string(info['version'])),
    ...optional('mesosUrl', mesosUrl === '' ? undefined : mesosUrl),
  };
}

/** The body of an accepted write: a deployment result, or for a POST the app with its deployments. */
export function parseAccepted(body: unknown): { readonly deploymentId?: string; readonly version?: string } {
  const result = object(body, 'answer to a write');
  const first = optionalList(result['deployments'])[0];
  const id = string(result['deploymentId']) ?? (isObject(first) ? string(first['id']) : undefined);
  return { ...optional('deploymentId', id), ...optional('version', string(result['version'])) };
}

/** Undefined when the body is not JSON of that kind (a proxy's HTML page). */
export function parseError(body: unknown): ErrorBody | undefined {
  if (!isObject(body)) return undefined;
  const message = string(body['message']);
  if (message === undefined) return undefined;
  const deployments = body['deployments'];
  return {
    message,
    details: detailsOf(body['details']),
    ...(Array.isArray(deployments) && {
      deployments: deployments.filter(isObject).flatMap((d) => string(d['id']) ?? []),
    }),
  };
}

/** `details` is a string, a list of `{path, errors}`, or absent (docs/design/marathon.md#errors). */
function detailsOf(details: unknown): ErrorBody['details'] {
  if (typeof details === 'string') return [{ path: '', error: details }];
  return optionalList(details)
    .filter(isObject)
    .flatMap((d) =>
      optionalList(d['errors']).map((error) => ({ path: string(d['path']) ?? '', error: String(error) })),
    );
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object(value: unknown, what: string): Json {
  if (!isObject(value)) throw new UnexpectedAnswer(`${what} is not an object`);
  return value;
}

function field(value: unknown, name: string): unknown {
  if (!isObject(value) || value[name] === undefined)
    throw new UnexpectedAnswer(`there is no '${name}' in it`);
  return value[name];
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new UnexpectedAnswer(`${what} is not a list`);
  return value;
}

function optionalList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string' || value === '') throw new UnexpectedAnswer(`${what} is not a string`);
  return value;
}

function count(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new UnexpectedAnswer(`${what} is not a count`);
  }
  return value;
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function timestamp(value: unknown): number | undefined {
  return typeof value === 'string' ? number(Date.parse(value)) : undefined;
}

function strings(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((e): e is [string, string] => typeof e[1] === 'string'),
  );
}

/** `{ [key]: value }`, or nothing at all when there is no value. */
function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
