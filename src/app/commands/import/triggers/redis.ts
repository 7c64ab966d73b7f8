// app: KEDA's `redis` and `redis-streams` triggers.

import { defined } from '../../../../lang/defined.ts';
import { either, type Imported, none, type Trigger, UNSAFE } from './trigger.ts';

export function redisList(trigger: Trigger): Imported {
  const { metadata, parameters } = trigger;
  return {
    kind: 'target',
    perInstance: metadata.number('listLength') ?? 5,
    metric: { redis: { ...serverOf(trigger), list: either('name', parameters.plain('listName')) } },
  };
}

/** Entries that wait and those in flight are told apart: either of KEDA's figures becomes the share of an instance. */
export function redisStreams(trigger: Trigger): Imported {
  const { metadata, parameters } = trigger;
  const group = metadata.text('consumerGroup');
  const length = metadata.number('streamLength');
  if (group === undefined)
    return none('without consumerGroup the length of a stream says nothing of what is left to do');
  if (length !== undefined)
    metadata.note('streamLength', 'is not taken over: a stream keeps what was worked off');
  return {
    kind: 'target',
    perInstance: metadata.number('lagCount') ?? metadata.number('pendingEntriesCount') ?? 5,
    metric: {
      redis: { ...serverOf(trigger), stream: { ...either('name', parameters.plain('stream')), group } },
    },
  };
}

function serverOf({ metadata, parameters }: Trigger): object {
  metadata.explain('unsafeSsl', UNSAFE);
  const scheme = metadata.flag('enableTLS') ? 'rediss' : 'redis';
  const address = parameters.plain('address');
  const host = parameters.plain('host')?.value;
  const port = parameters.plain('port')?.value ?? '6379';
  const place = address?.value ?? (host === undefined ? undefined : `${host}:${port}`);
  if (place === undefined)
    metadata.note('address', 'FILL IN: the address with its scheme; what is referred to has none');
  const password = parameters.secret('password');
  const database = metadata.number('databaseIndex');
  return {
    endpoint: `${scheme}://${place ?? 'FILL-IN:6379'}`,
    ...defined({ database }),
    ...(password !== undefined && {
      auth: { ...either('username', parameters.plain('username')), password },
    }),
  };
}
