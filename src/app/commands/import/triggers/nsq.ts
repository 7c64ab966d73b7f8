// app: KEDA's `nsq` trigger.

import { type Imported, none, type Trigger, UNSAFE } from './trigger.ts';

export function nsq({ metadata, parameters }: Trigger): Imported {
  const topic = metadata.text('topic');
  const channel = metadata.text('channel');
  if (topic === undefined || channel === undefined) return none('it names no topic and channel');
  metadata.explain('unsafeSsl', UNSAFE);
  const scheme = metadata.flag('useHttps') ? 'https' : 'http';
  const given = parameters.plain('nsqLookupdHTTPAddresses')?.value ?? '';
  const addresses = given.split(',').flatMap((each) => each.trim() || []);
  if (addresses.length === 0)
    metadata.note(
      'nsqLookupdHTTPAddresses',
      'FILL IN: addresses with their scheme; what is referred to has none',
    );
  const lookupd = (addresses.length === 0 ? ['FILL-IN:4161'] : addresses).map(
    (each) => `${scheme}://${each}`,
  );
  return {
    kind: 'target',
    perInstance: metadata.number('depthThreshold') ?? 10,
    metric: { nsq: { lookupd, topic, channel } },
  };
}
