// metric-sources: a queue of RabbitMQ, by its management API. One read is one GET.

import { durationMs } from '../../../api/duration.ts';
import { plainValue, referenceName, type ValueResolver } from '../../../api/values.ts';
import type { MetricSample } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { readFailure } from '../../connection/failure.ts';
import { HttpReader, type HttpTarget } from '../../connection/http.ts';
import { type MetricReader, polledSource } from '../../connection/polled.ts';
import { BlockValues } from '../../connection/values.ts';
import type { MetricSource, MetricSourceDeps, MetricSourceType } from '../../source.ts';
import { type QueueStatistics, statisticsOf } from './answer.ts';
import type { RabbitmqMetric } from './config.ts';
import { nameComplaint, queuePath } from './path.ts';
import { RABBITMQ_SCHEMES, rabbitmqBlock } from './schema.ts';
import { StatisticsAge } from './statistics-age.ts';

interface Target extends HttpTarget {
  readonly queueName: string;
}

function createRabbitmq(config: RabbitmqMetric, deps: MetricSourceDeps): MetricSource {
  return polledSource(deps, {
    resolve: () => targetOf(config, deps.values),
    open: (target) => new QueueReader(config, target, deps),
  });
}

function targetOf(config: RabbitmqMetric, resolver: ValueResolver): Target {
  const values = new BlockValues('rabbitmq', resolver);
  const { origin, path } = values.address(
    'endpoint',
    { value: config.endpoint, from: config.endpointFrom },
    RABBITMQ_SCHEMES,
  );
  const queueName = values.requiredPlain('queueName', config.queueName, config.queueNameFrom);
  const complaint = nameComplaint(queueName);
  if (complaint !== undefined) throw values.wrong('queueNameFrom', complaint);
  return {
    baseUrl: `${origin}${path}`,
    queueName,
    ...defined({ authorization: values.authorization(config.auth), ca: values.certificates(config.caFile) }),
  };
}

const STATUS_WORDS: Readonly<Record<number, string>> = {
  401: 'the user does not exist, has another password, has no management tag or no right to the virtual host, or is guest, who may only come from the machine itself; check auth and `rabbitmqctl list_users`',
  404: 'there is no such queue in this virtual host; declare it, or check queueName and vhost',
  405: 'this is no management API; check the address',
};

class QueueReader implements MetricReader {
  readonly #config: RabbitmqMetric;
  readonly #queueName: string;
  readonly #clock: Clock;
  readonly #http: HttpReader;
  readonly #age: StatisticsAge;

  constructor(config: RabbitmqMetric, target: Target, deps: MetricSourceDeps) {
    this.#config = config;
    this.#queueName = target.queueName;
    this.#clock = deps.clock;
    this.#http = new HttpReader(target, deps);
    this.#age = new StatisticsAge(durationMs(config.statisticsInterval));
  }

  async read(signal: AbortSignal): Promise<MetricSample> {
    const { vhost, inFlightPerInstance } = this.#config;
    const what = `queue ${this.#queueName}`;
    const path = queuePath(vhost, this.#queueName);
    const { body } = await this.#http.json({ what, path, statusWords: STATUS_WORDS }, signal);
    const { waiting, inFlight, fingerprint, ...more } = this.#statisticsOf(body, what);
    const { arrivedTotal, completedTotal, prefetch } = more;
    return {
      state: 'ok',
      asOfMs: this.#age.trueAtMs(fingerprint, this.#clock.monotonic()),
      waiting,
      inFlight,
      ...defined({ arrivedTotal, completedTotal, heldPerInstance: inFlightPerInstance ?? prefetch }),
    };
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #statisticsOf(body: unknown, what: string): QueueStatistics {
    try {
      return statisticsOf(body);
    } catch (error) {
      throw error instanceof TransientError ? readFailure(what, this.#http.host, error.message) : error;
    }
  }
}

function describeRabbitmq({ queueName, queueNameFrom }: RabbitmqMetric): string {
  const given = plainValue(queueName, queueNameFrom);
  if (given === undefined) return 'a queue without a name';
  return 'value' in given ? `queue ${given.value}` : `queue named by ${referenceName(given.from)}`;
}

export const rabbitmq: MetricSourceType<RabbitmqMetric> = {
  ...rabbitmqBlock,
  folder: 'brokers/rabbitmq',
  create: createRabbitmq,
  describe: describeRabbitmq,
  heldPerInstance: ({ inFlightPerInstance }) => inFlightPerInstance ?? 1,
};
