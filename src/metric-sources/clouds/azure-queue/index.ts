// metric-sources: the length of an Azure Storage queue. One read is two calls at once: properties and a peek.

import { plainValue, referenceName, resolvePlain, type ValueResolver } from '../../../api/values.ts';
import { clamp } from '../../../core/numbers.ts';
import type { MetricSample } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import { TerminalError, TransientError } from '../../../runtime/errors.ts';
import { type MetricReader, polledSource } from '../../connection/polled.ts';
import { together } from '../../connection/together.ts';
import type { KnownQueue, MetricSource, MetricSourceDeps, MetricSourceType } from '../../source.ts';
import { type Peek, QueueClient } from './client.ts';
import type { AzureStorageQueueMetric } from './config.ts';
import { type Front, type Look, MAX_PEEK, sampleOf, takenSince } from './sample.ts';
import { azureStorageQueueBlock } from './schema.ts';
import { defaultReferences, isQueueName, type QueueTarget, resolveQueueTarget } from './target.ts';

/** Beyond this count fewer than 32 visible messages would need over 200 in flight: only what was taken is asked for. */
const FULL_PEEK_BELOW = 256;
/** Of a long queue so much is peeked at. */
const LONG_PEEK_BYTES = 64 * 1024;

export function createAzureQueue(config: AzureStorageQueueMetric, deps: MetricSourceDeps): MetricSource {
  return polledSource(deps, {
    resolve: () => resolveQueueTarget(config, deps.values),
    open: (target) => new LengthReader(config, target, deps),
  });
}

/** `queue demo-queue`; where the name cannot be resolved, where it would come from. */
export function describeAzureQueue(config: AzureStorageQueueMetric, values: ValueResolver): string {
  const given = plainValue(config.queueName, config.queueNameFrom);
  if (given === undefined) return 'a queue without a name';
  if ('value' in given) return `queue ${given.value}`;
  try {
    const name = resolvePlain(given, values);
    if (isQueueName(name.trim())) return `queue ${name}`;
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
  }
  // What is no queue's name may be anything, also a secret in the wrong place.
  return `queue named by ${referenceName(given.from)}`;
}

class LengthReader implements MetricReader {
  readonly #config: AzureStorageQueueMetric;
  readonly #deps: MetricSourceDeps;
  readonly #client: QueueClient;
  #lastCount = 0;
  /** Of one message as the service tells it; undefined: none was seen. */
  #messageBytes: number | undefined;
  #front: Front | undefined;
  #peekWorks = true;

  constructor(config: AzureStorageQueueMetric, target: QueueTarget, deps: MetricSourceDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#client = new QueueClient(target, deps);
  }

  read(signal: AbortSignal): Promise<MetricSample> {
    const asked = this.#peekSize();
    return together(signal, async (both) => {
      const peeking = this.#peek(asked, both);
      const count = await this.#client.count(both);
      const asOfMs = this.#deps.clock.monotonic();
      const peeked = await peeking;
      signal.throwIfAborted();
      this.#lastCount = count;
      const peek: Look['peek'] = peeked === undefined ? undefined : { asked, ...peeked };
      const taken = this.#takenBefore(peeked, asOfMs);
      return sampleOf(this.#config, { count, asOfMs, ...defined({ peek, taken }) });
    });
  }

  #takenBefore(peeked: Peek | undefined, asOfMs: number): Look['taken'] {
    const before = this.#front;
    this.#front = peeked?.ids && { asOfMs, ids: peeked.ids, again: peeked.again };
    return this.#front && takenSince(before, this.#front);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Undefined when it failed: the count alone is still a good reading. */
  async #peek(asked: number, signal: AbortSignal): Promise<Peek | undefined> {
    try {
      const peek = await this.#client.peek(asked, signal);
      this.#peekWorks = true;
      if (peek.seen > 0) this.#messageBytes = peek.bytes / peek.seen;
      return peek;
    } catch (error) {
      if (error instanceof TransientError && this.#peekWorks) {
        this.#peekWorks = false;
        this.#deps.log.info('peek failed; going on with the count alone', { reason: error.message });
      }
      return undefined;
    }
  }

  #peekSize(): number {
    if (this.#config.count === 'Total') return 1;
    if (this.#lastCount < FULL_PEEK_BELOW) return MAX_PEEK;
    return clamp(Math.floor(LONG_PEEK_BYTES / (this.#messageBytes ?? LONG_PEEK_BYTES)), 1, MAX_PEEK);
  }
}

/** All of a queue is known: it is looked at as a read of it would, with times in whole seconds. */
function seen(config: AzureStorageQueueMetric, queue: KnownQueue, before?: KnownQueue): MetricSample {
  const { total, waiting, arrivals, asOfMs } = queue;
  const times = total < FULL_PEEK_BELOW ? arrivals : arrivals?.slice(0, 1);
  const agesMs = times?.map((atMs) => asOfMs - 1000 * Math.floor(atMs / 1000));
  const peek = { asked: MAX_PEEK, seen: Math.min(MAX_PEEK, waiting), ...defined({ agesMs }) };
  return sampleOf(config, { count: total, asOfMs, peek, ...defined({ taken: takenFrom(queue, before) }) });
}

function takenFrom(now: KnownQueue, before: KnownQueue | undefined): Look['taken'] {
  if (before === undefined) return undefined;
  const count = now.taken - before.taken;
  const seen = Math.min(MAX_PEEK, before.waiting);
  return count >= 0 && count < seen ? { sinceMs: before.asOfMs, count, seen } : undefined;
}

export const azureStorageQueue: MetricSourceType<AzureStorageQueueMetric> = {
  ...azureStorageQueueBlock,
  folder: 'clouds/azure-queue',
  create: createAzureQueue,
  describe: describeAzureQueue,
  references: defaultReferences,
  heldPerInstance: ({ inFlightPerInstance }) => inFlightPerInstance,
  seen,
};
