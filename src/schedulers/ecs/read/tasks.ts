// schedulers/ecs/read: the tasks of one service, listed as seldom as the service allows.

import type { EcsApi } from '../api/ecs-api.ts';
import { lastOf, type ServiceName } from '../target.ts';
import { isAlike, isStill, type Listing } from './look.ts';
import type { ServiceFacts } from './service.ts';
import { type TaskFacts, taskFactsOf } from './task.ts';

export class ServiceTasks {
  readonly #name: ServiceName;
  #listing: Listing | undefined;
  /** ARNs of tasks that have stopped: ECS lists them for an hour. */
  #gone: ReadonlySet<string> = new Set();

  constructor(name: ServiceName) {
    this.#name = name;
  }

  /** Those that are not gone, by id. */
  async of(
    facts: ServiceFacts,
    api: EcsApi,
    { nowMs, signal }: { readonly nowMs: number; readonly signal: AbortSignal },
  ): Promise<readonly TaskFacts[]> {
    const before = this.#listing;
    if (before !== undefined && isStill(before, facts, nowMs)) return before.tasks;
    const tasks = await this.#list(api, signal);
    const isSame = before !== undefined && isAlike(before.facts, facts);
    this.#listing = { facts, tasks, listedAtMs: nowMs, changedAtMs: isSame ? before.changedAtMs : nowMs };
    return tasks;
  }

  async #list(api: EcsApi, signal: AbortSignal): Promise<readonly TaskFacts[]> {
    const [toRun, toStop] = await Promise.all([
      api.taskArns(this.#name, 'RUNNING', signal),
      api.taskArns(this.#name, 'STOPPED', signal),
    ]);
    // Between the two lists a task may have gone from the one to the other.
    const listed = new Set([...toRun, ...toStop]);
    const known = this.#listing?.tasks.map(({ arn }) => arn) ?? [];
    const asked = [...new Set([...listed, ...known])].filter((arn) => !this.#gone.has(arn));
    const service = `service:${this.#name.service}`;
    const found = (await api.tasks(this.#name.cluster, asked, signal))
      // Whoever starts a task by hand may give it any other group.
      .filter(({ group }) => group === undefined || group === service)
      .map(taskFactsOf);
    const gone = found.filter(({ phase }) => phase === 'gone').map(({ arn }) => arn);
    this.#gone = new Set([...this.#gone, ...gone].filter((arn) => listed.has(arn)));
    return found
      .filter(({ phase }) => phase !== 'gone')
      .toSorted((a, b) => (lastOf(a.arn) < lastOf(b.arn) ? -1 : 1));
  }
}
