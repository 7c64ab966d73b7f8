// app: KEDA's `kafka` and `apache-kafka` triggers.

import { defined } from '../../../../lang/defined.ts';
import type { Fields } from '../fields.ts';
import { either, type Imported, none, type Trigger, UNSAFE } from './trigger.ts';

/** KEDA's names of how the password is shown. */
const MECHANISMS: Readonly<Record<string, string>> = {
  plaintext: 'PLAIN',
  scram_sha256: 'SCRAM-SHA-256',
  scram_sha512: 'SCRAM-SHA-512',
};

export function kafka(trigger: Trigger): Imported {
  const { metadata, parameters } = trigger;
  const topic = parameters.plain('topic')?.value;
  const group = parameters.plain('consumerGroup')?.value;
  if (topic === undefined)
    return none('without topic it sums over all topics of the group: give a target for each');
  if (group === undefined) return none('it names no consumerGroup that could be written down');
  explainRest(metadata);
  const reset = metadata.text('offsetResetPolicy') ?? 'latest';
  return {
    kind: 'target',
    perInstance: metadata.number('lagThreshold') ?? 10,
    metric: {
      kafka: {
        ...brokersOf(trigger),
        topic,
        group,
        autoOffsetReset: reset.toLowerCase() === 'earliest' ? 'Earliest' : 'Latest',
        ...defined({ auth: authOf(trigger) }),
      },
    },
  };
}

function explainRest(metadata: Fields): void {
  metadata.explain('unsafeSsl', UNSAFE);
  metadata.explain('version', 'is not needed: the questions are those that every version since 2.2 answers');
  for (const name of ['allowIdleConsumers', 'ensureEvenDistributionOfPartitions', 'limitToPartitionsWithLag'])
    metadata.explain(name, 'is not taken over: at most as many instances as partitions are asked for');
  for (const name of ['excludePersistentLag', 'scaleToZeroOnInvalidOffset'])
    metadata.explain(name, 'is not taken over: what waits counts, and what is not known keeps the count');
  metadata.explain('partitionLimitation', 'is not taken over: all partitions of the topic are read');
}

function brokersOf({ metadata, parameters }: Trigger): object {
  const tls = parameters.plain('tls');
  // What is referred to cannot be seen: who keeps it in a Secret has certificates there.
  const isTls = tls !== undefined && (tls.value === undefined || isEnabled(tls.value));
  for (const name of ['ca', 'cert', 'key', 'keyPassword'])
    if (parameters.secret(name) !== undefined)
      metadata.note(
        name,
        name === 'ca'
          ? 'FILL IN: give the certificate of its authority as a file, in caFile'
          : 'has no counterpart: brokers are shown a password, not a certificate',
      );
  const given = parameters.plain('bootstrapServers')?.value;
  const [first, ...others] = (given ?? '').split(',').flatMap((each) => each.trim() || []);
  if (first === undefined)
    metadata.note('bootstrapServers', 'FILL IN: a broker with its scheme; what is referred to has none');
  if (others.length > 0)
    metadata.note(
      'bootstrapServers',
      'only the first is taken over; it names the others, unless brokers does',
    );
  return { endpoint: `${isTls ? 'kafkas' : 'kafka'}://${first ?? 'FILL-IN:9092'}` };
}

function authOf({ metadata, parameters }: Trigger): object | undefined {
  const told = metadata.text('sasl');
  const referred = told === undefined ? parameters.secret('sasl') : undefined;
  const password = parameters.secret('password');
  const user = parameters.plain('username');
  if (told === 'none' || (told === undefined && referred === undefined && password === undefined))
    return undefined;
  const mechanism = MECHANISMS[told ?? ''];
  if (mechanism === undefined)
    metadata.note(
      'sasl',
      told === undefined
        ? 'FILL IN: auth.mechanism, which is referred to and cannot be seen'
        : `${told} has no counterpart: give auth with PLAIN or SCRAM`,
    );
  if (told !== undefined && mechanism === undefined) return undefined;
  return {
    ...defined({ mechanism }),
    ...either('username', user ?? { value: 'FILL-IN' }),
    password: password ?? { fromEnv: 'KAFKA_PASSWORD' },
  };
}

function isEnabled(text: string): boolean {
  return ['enable', 'true'].includes(text.toLowerCase());
}
