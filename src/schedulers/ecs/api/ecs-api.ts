// schedulers/ecs/api: AWS' client, reduced to the calls that are needed: within the budget, with a deadline, every failure in words.

import type {
  ContainerInstance,
  ECSClient,
  ProtectedTask,
  Service,
  Task,
  TaskDefinition,
} from '@aws-sdk/client-ecs';
import { defined } from '../../../lang/defined.ts';
import { abortable } from '../../../runtime/abort/abortable.ts';
import { type AwsTarget, awsClientConfig, awsTransport } from '../../../runtime/aws/transport.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { HttpExchange, NoAnswer } from '../../../runtime/network/exchange/http-exchange.ts';
import type { ServiceName } from '../target.ts';
import type { CallBudget } from './budget.ts';
import { ECS_ACTIONS, type EcsAction, type EcsCalls } from './calls.ts';
import { type EcsFailure, ecsFailure } from './failure.ts';
import { ScalableTargets } from './scalable-targets.ts';

type Sdk = typeof import('@aws-sdk/client-ecs');

export interface EcsApiDeps {
  readonly clock: Clock;
  /** AWS counts reads and writes apart. */
  readonly budgets: Readonly<Record<'read' | 'write', CallBudget>>;
  readonly calls: EcsCalls;
  readonly deadlineMs: number;
}

/** As many as one call may name. */
export const MOST_SERVICES = 10;
const MOST_TASKS = 100;
const MOST_INSTANCES = 100;
const MOST_PROTECTED = 10;
/** A hundred tasks, or ten services with a hundred events each. */
const MAX_BYTES = 8 * 1024 * 1024;

interface Sending {
  readonly client: ECSClient;
  readonly sdk: Sdk;
  readonly options: { readonly abortSignal: AbortSignal };
}

/** What a look at services asks. */
export type ReadApi = Pick<EcsApi, 'services' | 'scalableServices' | 'taskDefinition' | 'taskArns' | 'tasks'>;

/** Opens nothing yet: the first call loads the SDK. Every method throws EcsFailure, and `signal.reason` when aborted. */
export class EcsApi {
  readonly #target: AwsTarget;
  readonly #deps: EcsApiDeps;
  readonly #http: HttpExchange;
  readonly #scalable: ScalableTargets;
  #client: ECSClient | undefined;

  constructor(target: AwsTarget, deps: EcsApiDeps) {
    const { endpoint, ca } = target;
    this.#target = target;
    this.#deps = deps;
    this.#http = new HttpExchange({ baseUrl: new URL(endpoint).origin, ...defined({ ca }) });
    this.#scalable = new ScalableTargets(target);
  }

  /** Those that there are. */
  async services(
    cluster: string,
    services: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Service[]> {
    const answer = await this.#ask('DescribeServices', signal, ({ client, sdk, options }) =>
      client.send(new sdk.DescribeServicesCommand({ cluster, services: [...services] }), options),
    );
    return answer.services ?? [];
  }

  /** ARNs of all services of a cluster. */
  serviceArns(cluster: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.#pages('ListServices', signal, async ({ client, sdk, options }, nextToken) => {
      const command = new sdk.ListServicesCommand({ cluster, maxResults: 100, ...defined({ nextToken }) });
      const answer = await client.send(command, options);
      return { items: answer.serviceArns, nextToken: answer.nextToken };
    });
  }

  /** ARNs of a service's tasks that are to run, or that are to stop or have stopped lately. */
  taskArns(
    { cluster, service }: ServiceName,
    desiredStatus: 'RUNNING' | 'STOPPED',
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    return this.#pages('ListTasks', signal, async ({ client, sdk, options }, nextToken) => {
      const asked = { cluster, serviceName: service, desiredStatus, ...defined({ nextToken }) };
      const answer = await client.send(new sdk.ListTasksCommand(asked), options);
      return { items: answer.taskArns, nextToken: answer.nextToken };
    });
  }

  async tasks(cluster: string, arns: readonly string[], signal: AbortSignal): Promise<readonly Task[]> {
    const asked = batches(arns, MOST_TASKS).map((tasks) =>
      this.#ask('DescribeTasks', signal, ({ client, sdk, options }) =>
        client.send(new sdk.DescribeTasksCommand({ cluster, tasks }), options),
      ),
    );
    return (await Promise.all(asked)).flatMap((answer) => answer.tasks ?? []);
  }

  async taskDefinition(taskDefinition: string, signal: AbortSignal): Promise<TaskDefinition | undefined> {
    const answer = await this.#ask('DescribeTaskDefinition', signal, ({ client, sdk, options }) =>
      client.send(new sdk.DescribeTaskDefinitionCommand({ taskDefinition }), options),
    );
    return answer.taskDefinition;
  }

  /** Those of a cluster that take tasks. */
  async containerInstances(cluster: string, signal: AbortSignal): Promise<readonly ContainerInstance[]> {
    const arns = await this.#pages(
      'ListContainerInstances',
      signal,
      async ({ client, sdk, options }, nextToken) => {
        const asked = { cluster, status: 'ACTIVE', ...defined({ nextToken }) } as const;
        const answer = await client.send(new sdk.ListContainerInstancesCommand(asked), options);
        return { items: answer.containerInstanceArns, nextToken: answer.nextToken };
      },
    );
    const asked = batches(arns, MOST_INSTANCES).map((containerInstances) =>
      this.#ask('DescribeContainerInstances', signal, ({ client, sdk, options }) =>
        client.send(new sdk.DescribeContainerInstancesCommand({ cluster, containerInstances }), options),
      ),
    );
    return (await Promise.all(asked)).flatMap((answer) => answer.containerInstances ?? []);
  }

  /** Names of the services of a cluster whose count Application Auto Scaling sets. */
  async scalableServices(
    cluster: string,
    services: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    return await this.#ask('DescribeScalableTargets', signal, ({ client, options }) =>
      this.#scalable.among(cluster, services, client, options.abortSignal),
    );
  }

  /** Sets the count, and nothing else. Undefined: it was done, and the answer does not tell what is there now. */
  async setCount(
    { cluster, service }: ServiceName,
    desiredCount: number,
    signal: AbortSignal,
  ): Promise<Service | undefined> {
    const answer = await this.#ask('UpdateService', signal, ({ client, sdk, options }) =>
      client.send(new sdk.UpdateServiceCommand({ cluster, service, desiredCount }), options),
    );
    return answer.service;
  }

  /** Of those of which it is known. */
  async protection(
    cluster: string,
    arns: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly ProtectedTask[]> {
    const asked = batches(arns, MOST_TASKS).map((tasks) =>
      this.#ask('GetTaskProtection', signal, ({ client, sdk, options }) =>
        client.send(new sdk.GetTaskProtectionCommand({ cluster, tasks }), options),
      ),
    );
    return (await Promise.all(asked)).flatMap((answer) => answer.protectedTasks ?? []);
  }

  /**
   * What has become of the tasks; one for which it could not be done is left out.
   *
   * @param expiresInMinutes undefined: no longer
   */
  async protect(
    { cluster, tasks }: { readonly cluster: string; readonly tasks: readonly string[] },
    expiresInMinutes: number | undefined,
    signal: AbortSignal,
  ): Promise<readonly ProtectedTask[]> {
    const done: ProtectedTask[] = [];
    for (const some of batches(tasks, MOST_PROTECTED)) {
      const answer = await this.#ask('UpdateTaskProtection', signal, ({ client, sdk, options }) =>
        client.send(
          new sdk.UpdateTaskProtectionCommand({
            cluster,
            tasks: some,
            protectionEnabled: expiresInMinutes !== undefined,
            ...defined({ expiresInMinutes }),
          }),
          options,
        ),
      );
      done.push(...(answer.protectedTasks ?? []));
    }
    return done;
  }

  async close(): Promise<void> {
    this.#client?.destroy();
    await Promise.all([this.#http.close(), this.#scalable.close()]);
  }

  async #pages(
    action: EcsAction,
    signal: AbortSignal,
    page: (
      sending: Sending,
      nextToken: string | undefined,
    ) => Promise<{ readonly items: readonly string[] | undefined; readonly nextToken: string | undefined }>,
  ): Promise<readonly string[]> {
    const all: string[] = [];
    let next: string | undefined;
    do {
      const after = next;
      const { items, nextToken } = await this.#ask(action, signal, (sending) => page(sending, after));
      all.push(...(items ?? []));
      next = nextToken;
    } while (next !== undefined && next !== '');
    return all;
  }

  async #ask<T>(action: EcsAction, signal: AbortSignal, send: (sending: Sending) => Promise<T>): Promise<T> {
    const { clock, budgets, calls, deadlineMs } = this.#deps;
    const budget = budgets[ECS_ACTIONS[action]];
    const sdk = await import('@aws-sdk/client-ecs');
    this.#client ??= new sdk.ECSClient(awsClientConfig(this.#target, awsTransport(this.#http, MAX_BYTES)));
    await budget.take(signal);
    const ended = new AbortController();
    const within = AbortSignal.any([signal, ended.signal]);
    const late = new NoAnswer(`no answer within ${deadlineMs / 1_000} s`);
    clock.sleep(deadlineMs, within).then(
      () => ended.abort(late),
      () => undefined,
    );
    const startedMs = clock.monotonic();
    let failure: EcsFailure | undefined;
    try {
      // Whoever looks for credentials does not know the signal.
      const sending = send({ client: this.#client, sdk, options: { abortSignal: within } });
      const answer = await abortable(sending, within);
      budget.answered();
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      const asked = { right: rightOf(action), region: this.#target.region };
      failure = ecsFailure(ended.signal.aborted ? late : error, asked);
      if (failure.isThrottled) budget.throttled();
      throw failure;
    } finally {
      const durationMs = clock.monotonic() - startedMs;
      calls.ended({ action, durationMs, failure, aborted: signal.aborted });
      ended.abort();
    }
  }
}

/** As a policy of IAM names it. */
function rightOf(action: EcsAction): string {
  return `${action === 'DescribeScalableTargets' ? 'application-autoscaling' : 'ecs'}:${action}`;
}

export function batches<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}
