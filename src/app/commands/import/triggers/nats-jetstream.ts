// app: KEDA's `nats-jetstream` trigger. It reads the monitoring port; here the consumer itself is asked.

import { type Imported, none, type Trigger } from './trigger.ts';

const CLIENT_PORT = 4222;

export function natsJetstream({ metadata, parameters }: Trigger): Imported {
  const stream = metadata.text('stream');
  const consumer = metadata.text('consumer');
  if (stream === undefined || consumer === undefined) return none('it names no stream and consumer');
  metadata.explain(
    'useHttps',
    'is not taken over: it is for the monitoring port; tls:// insists on encryption here',
  );
  const account = parameters.plain('account');
  const isOwn = account !== undefined && account.value !== '$G';
  if (isOwn)
    metadata.note('account', 'FILL IN: auth of a user of this account, which is what tells the account here');
  const endpoint = parameters.plain('natsServerMonitoringEndpoint')?.value;
  const host = endpoint === undefined ? undefined : /^(?:[a-z]+:\/\/)?([^:/]+)/i.exec(endpoint)?.[1];
  metadata.note(
    'natsServerMonitoringEndpoint',
    host === undefined
      ? 'FILL IN: the address of the server; what is referred to is its monitoring port'
      : `the server is asked at its port for clients, by default ${CLIENT_PORT} of the same host`,
  );
  return {
    kind: 'target',
    perInstance: metadata.number('lagThreshold') ?? 10,
    metric: { nats: { endpoint: `nats://${host ?? 'FILL-IN'}:${CLIENT_PORT}`, stream, consumer } },
  };
}
