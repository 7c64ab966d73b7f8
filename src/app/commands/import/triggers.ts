// app: KEDA's triggers as targets, by their type. What KEDA compares is an average of each replica: `perInstance`.

import type { ScheduleSpec } from '../../../api/policy.ts';
import { cronComplaint, startsOf } from '../../../api/rules/cron.ts';
import { defined } from '../../../lang/defined.ts';
import type { Parameters } from './authentication.ts';
import type { Fields } from './fields.ts';

export interface Trigger {
  readonly metadata: Fields;
  readonly parameters: Parameters;
}

export type Imported =
  | { readonly kind: 'target'; readonly perInstance: number; readonly metric: object }
  | { readonly kind: 'schedule'; readonly schedule: ScheduleSpec }
  /** Nothing, for this reason. */
  | { readonly kind: 'none'; readonly why: string };

const none = (why: string): Imported => ({ kind: 'none', why });

/** A plain value and its sibling: `{ queueName }` or `{ queueNameFrom }`. */
function either(name: string, given: ReturnType<Parameters['plain']>): object {
  if (given === undefined) return {};
  return given.value === undefined ? { [`${name}From`]: given.from } : { [name]: given.value };
}

const UNSAFE = 'is not taken over: give caFile for a certificate of an own authority';
const ACTIVATION = 'the first message is enough to need one instance';

function azureQueue({ metadata, parameters }: Trigger): Imported {
  metadata.explain('cloud', 'is not taken over: give endpoint for a cloud of its own');
  metadata.explain('endpointSuffix', 'is not taken over: give endpoint, with the account in it');
  metadata.explain('activationQueueLength', ACTIVATION);
  metadata.explain(
    'queueLengthStrategy',
    'is not taken over: visible messages and those in flight are told apart',
  );
  const connectionString = parameters.secret('connection');
  return {
    kind: 'target',
    perInstance: metadata.number('queueLength') ?? 5,
    metric: {
      azureStorageQueue: {
        ...either('queueName', parameters.plain('queueName')),
        ...(connectionString === undefined
          ? either('accountName', parameters.plain('accountName'))
          : { connectionString }),
      },
    },
  };
}

function prometheus({ metadata, parameters }: Trigger): Imported {
  const waiting = metadata.text('query');
  if (waiting === undefined) return none('it has no query');
  metadata.explain('activationThreshold', ACTIVATION);
  metadata.explain('namespace', 'is not taken over: it is a parameter of some servers only');
  metadata.explain('unsafeSsl', UNSAFE);
  metadata.explain('customHeaders', 'are not taken over: give headers, by reference');
  metadata.explain('cortexOrgID', 'is not taken over: give headers, by reference');
  metadata.explain('metricName', 'is not needed');
  metadata.take('authModes');
  if (metadata.text('ignoreNullValues') !== 'false')
    metadata.note(
      'ignoreNullValues',
      'KEDA takes a series that is not there for 0, here it is unknown: add `or vector(0)` to the query if 0 is meant',
    );
  const token = parameters.secret('bearerToken');
  const password = parameters.secret('password');
  const basic =
    password === undefined ? undefined : { ...either('username', parameters.plain('username')), password };
  return {
    kind: 'target',
    perInstance: metadata.number('threshold') ?? 1,
    metric: {
      prometheus: {
        ...either('endpoint', parameters.plain('serverAddress')),
        queries: { waiting },
        ...(token !== undefined ? { auth: { token } } : basic !== undefined && { auth: { basic } }),
      },
    },
  };
}

function rabbitmq({ metadata, parameters }: Trigger): Imported {
  const mode = metadata.text('mode') ?? 'QueueLength';
  if (mode !== 'QueueLength')
    return none(`mode ${mode} compares rates; here the law learns them from the queue`);
  for (const field of ['useRegex', 'pageSize', 'operation', 'excludeUnacknowledged', 'timeout'])
    metadata.explain(field, 'is not taken over: one queue is read, and messages in flight are told apart');
  metadata.explain('activationValue', ACTIVATION);
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
  const vhost = decodeURIComponent(url.pathname.slice(1));
  return {
    host,
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(vhost !== '' && { vhost }),
  };
}

/** A start and an end are a start and a length, where that is the same every time. */
function cron({ metadata }: Trigger): Imported {
  const [start, end, timezone] = [metadata.text('start'), metadata.text('end'), metadata.text('timezone')];
  const min = metadata.number('desiredReplicas');
  if (start === undefined || end === undefined || timezone === undefined || min === undefined)
    return none('it lacks start, end, timezone or desiredReplicas');
  for (const expression of [start, end]) {
    const complaint = cronComplaint({ cron: expression, timezone });
    if (complaint !== undefined) return none(`${complaint.field} ${complaint.wrong}`);
  }
  const lengths = lengthsOf({ cron: start, timezone }, { cron: end, timezone });
  const [lengthMs, ...others] = lengths;
  if (lengthMs === undefined || others.length > 0)
    return none('its end does not come the same time after each start: write a schedule for each length');
  return {
    kind: 'schedule',
    schedule: { cron: start, timezone, for: `${Math.round(lengthMs / 60_000)}m`, min },
  };
}

type When = Pick<ScheduleSpec, 'cron' | 'timezone'>;

const LOOKED_AT = 60;

function lengthsOf(start: When, end: When): readonly number[] {
  const [starts, ends] = [startsOf(start), startsOf(end)];
  const lengths = new Map<number, number>();
  // In winter and without a change of the clocks: that is no difference that anybody meant.
  let at = starts.after(Date.UTC(2026, 0, 5));
  for (let i = 0; i < LOOKED_AT && at !== undefined; i++) {
    const until = ends.after(at);
    if (until === undefined) break;
    lengths.set(until - at, (lengths.get(until - at) ?? 0) + 1);
    at = starts.after(at);
  }
  return [...lengths.keys()];
}

const noRoom = (): Imported =>
  none('no source reads the use of processors or memory: give a target of messages');

export const TRIGGERS: Readonly<Record<string, (trigger: Trigger) => Imported>> = {
  'azure-queue': azureQueue,
  cpu: noRoom,
  cron,
  memory: noRoom,
  prometheus,
  rabbitmq,
};
