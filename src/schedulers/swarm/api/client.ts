// schedulers/swarm/api: what is asked of a manager.

import { isObject } from '../../../api/schema/json-schema.ts';
import type { EngineClient } from '../../docker-engine/client.ts';
import { exactText, parseExact } from '../../docker-engine/exact-json.ts';
import { answeredList, objectIn } from '../../docker-engine/json.ts';
import { isGone, readingFailure } from './failure.ts';
import { type Node, nodesOf } from './node.ts';
import { type Service, serviceOf, servicesOf } from './service.ts';
import { type Task, tasksOf } from './task.ts';

const LIST_BYTES = 64 * 1024 * 1024;
/** Beyond these all are asked for: a filter travels in the URL. */
const MOST_NAMED = 100;

/** A service that is about to be written: its specification with a count, and nothing else of it changed. */
export interface ServiceDraft {
  readonly service: Service;
  specWith(replicas: number): string;
}

export class SwarmApi {
  readonly #client: EngineClient;

  constructor(client: EngineClient) {
    this.#client = client;
  }

  /** Those of these names that there are, maybe beside others. */
  async services(names: readonly string[], signal: AbortSignal): Promise<readonly Service[]> {
    return servicesOf(await this.#list('/services', 'listing services', { name: names }, signal));
  }

  /** Those of these services, maybe beside others; without any id those of all. */
  async tasks(serviceIds: readonly string[], signal: AbortSignal): Promise<readonly Task[]> {
    return tasksOf(await this.#list('/tasks', 'listing tasks', { service: serviceIds }, signal));
  }

  /** Of whatever service, also of those that are not there any more. */
  async tasksBeingRemoved(signal: AbortSignal): Promise<readonly Task[]> {
    const filter = { 'desired-state': ['remove'] };
    return tasksOf(await this.#list('/tasks', 'listing tasks that are being removed', filter, signal));
  }

  async nodes(signal: AbortSignal): Promise<readonly Node[]> {
    return nodesOf(await this.#list('/nodes', 'listing nodes', {}, signal));
  }

  /** Undefined where there is no service of this name. */
  async draft(name: string, signal: AbortSignal): Promise<ServiceDraft | undefined> {
    const doing = `reading service ${name}`;
    const { status, text } = await this.#asking(() =>
      this.#client.call(
        { method: 'GET', path: `/services/${encodeURIComponent(name)}`, doing, whole: true, accept: [404] },
        signal,
      ),
    );
    if (status === 404) return undefined;
    const answer = objectIn(parseExact(text));
    const service = serviceOf(answer);
    // A service is also found by the beginning of its id.
    if (service === undefined || service.name !== name) return undefined;
    return { service, specWith: (replicas) => exactText(specWith(objectIn(answer['Spec']), replicas)) };
  }

  /** @throws EngineRefusal when it has been written since it was read as `index`, TransientError */
  async update({ id, index }: Service, spec: string, doing: string, signal: AbortSignal): Promise<void> {
    await this.#client.call(
      {
        method: 'POST',
        path: `/services/${id}/update`,
        query: { version: String(index) },
        upload: { type: 'application/json', content: spec },
        doing,
        whole: true,
      },
      signal,
    );
  }

  async #list(
    path: string,
    doing: string,
    named: Readonly<Record<string, readonly string[]>>,
    signal: AbortSignal,
  ): Promise<readonly unknown[]> {
    const few = Object.entries(named).filter(([, each]) => each.length > 0 && each.length <= MOST_NAMED);
    const query = few.length > 0 ? { query: { filters: JSON.stringify(Object.fromEntries(few)) } } : {};
    const answer = await this.#asking(() =>
      this.#client.get(path, { doing, maxBytes: LIST_BYTES, whole: true, ...query }, signal),
    );
    return answeredList(answer, doing);
  }

  async #asking<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw isGone(error) ? error : readingFailure(error, this.#client.address.text);
    }
  }
}

function specWith(spec: Readonly<Record<string, unknown>>, replicas: number): unknown {
  const mode = objectIn(spec['Mode']);
  const replicated = mode['Replicated'];
  return {
    ...spec,
    Mode: { ...mode, Replicated: { ...(isObject(replicated) ? replicated : {}), Replicas: replicas } },
  };
}
