// app: KEDA's `rabbitmq` trigger.

import { defined } from '../../../../lang/defined.ts';
import type { Parameters } from '../authentication.ts';
import type { Fields } from '../fields.ts';
import { either, type Imported, none, type Trigger, UNSAFE } from './trigger.ts';

export function rabbitmq({ metadata, parameters }: Trigger): Imported {
  const mode = metadata.text('mode') ?? 'QueueLength';
  if (mode !== 'QueueLength')
    return none(`mode ${mode} compares rates; here the law learns them from the queue`);
  for (const field of ['useRegex', 'pageSize', 'operation', 'excludeUnacknowledged', 'timeout'])
    metadata.explain(field, 'is not taken over: one queue is read, and messages in flight are told apart');
  metadata.explain('unsafeSsl', UNSAFE);
  metadata.take('protocol');
  const { host, username, vhost: inHost } = serverOf(metadata, parameters.plain('host'));
  const password = parameters.secret('password') ?? { fromEnv: 'RABBITMQ_PASSWORD' };
  const user = parameters.plain('username') ?? { value: username ?? 'FILL-IN' };
  const vhost = metadata.text('vhostName') ?? inHost;
  return {
    kind: 'target',
    perInstance: metadata.number('value') ?? metadata.number('queueLength') ?? 20,
    metric: {
      rabbitmq: {
        endpoint: host,
        ...defined({ vhost }),
        ...either('queueName', parameters.plain('queueName')),
        auth: { basic: { ...either('username', user), password } },
      },
    },
  };
}

/** Its address is one of AMQP, or one of the management API, as a rule with a password in it. */
function serverOf(
  metadata: Fields,
  given: ReturnType<Parameters['plain']>,
): { readonly host: string; readonly username?: string; readonly vhost?: string } {
  const url = given?.value === undefined ? undefined : URL.parse(given.value);
  if (url === undefined || url === null) {
    metadata.note(
      'host',
      'FILL IN: the address of the management API; what is referred to is one with a password in it',
    );
    return { host: 'http://FILL-IN:15672' };
  }
  const isApi = /^https?:$/.test(url.protocol);
  if (url.password !== '')
    metadata.note(
      'host',
      'its password is left out: set variable RABBITMQ_PASSWORD where the operator is started',
    );
  if (!isApi) metadata.note('host', 'the management API is read, by default at port 15672 of the same host');
  const host = isApi ? url.origin : `${url.protocol === 'amqps:' ? 'https' : 'http'}://${url.hostname}:15672`;
  const vhost = decoded(url.pathname.slice(1));
  return {
    host,
    ...(url.username !== '' && { username: decoded(url.username) }),
    ...(vhost !== '' && { vhost }),
  };
}

/** As it stands, where a percent sign is one. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
