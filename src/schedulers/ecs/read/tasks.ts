// schedulers/ecs/read: the tasks of one service, listed as seldom as the service allows.

import type { ReadApi } from '../api/ecs-api.ts';
import { lastOf, type ServiceName } from '../target.ts';
import { isAlike, type Listing, type ListTiming, type Moment, stillHolds } from './look.ts';
import type { ServiceFacts } from './service.ts';
import { type TaskFacts, taskFactsOf } from './task.ts';

export interface TasksQuestion {
  readonly api: ReadApi;
  readonly moment: Moment;
  readonly hasHealthChecks: boolean;
  readonly signal: AbortSignal;
}

export class ServiceTasks {
  readonly #name: ServiceName;
  readonly #timing: ListTiming;
  #listing: Listing | undefined;
  /** ARNs of tasks that have stopped: ECS lists them for an hour. */
  #gone: ReadonlySet<string> = new Set();

  constructor(name: ServiceName, timing: ListTiming) {
    this.#name = name;
    this.#timing = timing;
  }

  /** Those that are not gone, by id. */
  async of(
    facts: ServiceFacts,
    { api, moment, hasHealthChecks, signal }: TasksQuestion,
  ): Promise<readonly TaskFacts[]> {
    const before = this.#listing;
    const timing = this.#timing;
    if (before !== undefined && stillHolds(before, facts, { moment, hasHealthChecks, timing }))
      return before.tasks;
    const { nowMs } = moment;
    const tasks = await this.#list(api, signal);
    const isSame = before !== undefined && isAlike(before.facts, facts);
    this.#listing = { facts, tasks, listedAtMs: nowMs, changedAtMs: isSame ? before.changedAtMs : nowMs };
    return tasks;
  }

  async #list(api: ReadApi, signal: AbortSignal): Promise<readonly TaskFacts[]> {
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
