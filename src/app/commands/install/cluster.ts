// app: the Marathon that an installation goes to: read as the operator reads it, written as a whole.

import type { AppObservation } from '../../../core/observation.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { silentLogger } from '../../../runtime/log.ts';
import { createRedactor } from '../../../runtime/redact.ts';
import type { MarathonClient } from '../../../schedulers/marathon/http/client.ts';
import { failureOf, tryJson } from '../../../schedulers/marathon/http/failure.ts';
import {
  createMarathonClient,
  createMarathonScheduler,
  type MarathonScheduler,
} from '../../../schedulers/marathon/index.ts';
import { isObject, type MarathonApp } from '../../../schedulers/marathon/schema.ts';
import { createValueResolver } from '../../operator/values.ts';
import type { App } from './definitions.ts';

const DEADLINE_MS = 10_000;

/** A whole app to create, or of one that exists what is to change; fields that are not there stay as they are. */
export type AppChange = Omit<App, 'instances'> & { readonly instances?: number };

export interface Cluster {
  /** Apps anywhere below the group. */
  appsBelow(group: string, signal: AbortSignal): Promise<readonly MarathonApp[]>;
  observe(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, AppObservation>>;
  /** Names of the fields in which a running app differs from a definition. */
  differences(app: App, observed: AppObservation): readonly string[];
  /** Creates or changes these and no other, all or none, in one deployment. */
  putAll(apps: readonly AppChange[], secrets: readonly string[], signal: AbortSignal): Promise<void>;
  /** The id of the deployment; undefined when there was no such app. */
  remove(id: string, signal: AbortSignal): Promise<string | undefined>;
  isDeploying(deployments: readonly string[], signal: AbortSignal): Promise<boolean>;
  /** Removes the group if there is nothing left in it; false when it was not there or is in use. */
  removeEmptyGroup(group: string, signal: AbortSignal): Promise<boolean>;
  /** `http://host:port` of the first port of each running task. */
  addressesOf(id: string, signal: AbortSignal): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** @throws TerminalError for addresses that cannot be ones of Marathon */
export function connect(urls: readonly string[], env: Readonly<Record<string, string | undefined>>): Cluster {
  const values = createValueResolver({ env, readFile: () => '', redactor: createRedactor() });
  const config = { urls, deadlineMs: DEADLINE_MS, resyncMs: 0 };
  const deps = { clock: systemClock, log: silentLogger, values };
  return new MarathonCluster(createMarathonClient(config, deps), createMarathonScheduler(config, deps));
}

class MarathonCluster implements Cluster {
  readonly #client: MarathonClient;
  readonly #scheduler: MarathonScheduler;

  constructor(client: MarathonClient, scheduler: MarathonScheduler) {
    this.#client = client;
    this.#scheduler = scheduler;
  }

  async appsBelow(group: string, signal: AbortSignal): Promise<readonly MarathonApp[]> {
    // Marathon's filter looks for a substring.
    const apps = await this.#client.apps(`${group}/`, signal);
    return apps.filter(({ id }) => id.startsWith(`${group}/`));
  }

  async observe(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, AppObservation>> {
    return (await this.#scheduler.observe(ids, signal)).apps;
  }

  differences(app: App, observed: AppObservation): readonly string[] {
    const { id: _id, instances: _instances, ...definition } = app;
    return this.#scheduler.diff({ definition, envFrom: [] }, observed).map(({ field }) => field);
  }

  async putAll(apps: readonly AppChange[], secrets: readonly string[], signal: AbortSignal): Promise<void> {
    const request = {
      method: 'PUT',
      path: '/v2/apps',
      query: [['force', 'false']],
      body: apps,
      secrets,
    } as const;
    const answer = await this.#client.ask(request, signal);
    if (answer.status >= 300) throw failureOf('writing the apps', answer, secrets);
  }

  /** With force: it was a person who asked, and a scale of ours that never ended must not be in the way. */
  async remove(id: string, signal: AbortSignal): Promise<string | undefined> {
    const outcome = await this.#client.delete(id, { doing: `removing ${id}`, force: true }, signal);
    if (outcome.kind === 'accepted') return outcome.deploymentId;
    if (outcome.kind === 'missing') return undefined;
    if (outcome.kind === 'forbidden') throw outcome.error;
    throw new TerminalError(`removing ${id}: Marathon says that the app is ${outcome.kind}`);
  }

  async isDeploying(deployments: readonly string[], signal: AbortSignal): Promise<boolean> {
    const current = await this.#client.deployments(signal);
    return current.some(({ id }) => deployments.includes(id));
  }

  async removeEmptyGroup(group: string, signal: AbortSignal): Promise<boolean> {
    const path = `/v2/groups${group}`;
    const found = await this.#client.ask({ method: 'GET', path }, signal);
    if (found.status !== 200 || !isEmpty(tryJson(found.text))) return false;
    const gone = await this.#client.ask({ method: 'DELETE', path }, signal);
    if (gone.status >= 300 && gone.status !== 404) throw failureOf(`removing group ${group}`, gone);
    return gone.status < 300;
  }

  async addressesOf(id: string, signal: AbortSignal): Promise<readonly string[]> {
    const { text } = await this.#client.ask({ method: 'GET', path: `/v2/apps${id}/tasks` }, signal);
    const body = tryJson(text);
    const tasks = isObject(body) && Array.isArray(body['tasks']) ? body['tasks'].filter(isObject) : [];
    return tasks.flatMap(({ host, ports, state }) =>
      state === 'TASK_RUNNING' && Array.isArray(ports) && ports.length > 0
        ? [`http://${host}:${ports[0]}`]
        : [],
    );
  }

  async close(): Promise<void> {
    this.#client.close();
    await this.#scheduler.close();
  }
}

function isEmpty(group: unknown): boolean {
  if (!isObject(group)) return false;
  return ['apps', 'groups', 'pods'].every((part) => {
    const held = group[part] ?? [];
    return Array.isArray(held) && held.length === 0;
  });
}
