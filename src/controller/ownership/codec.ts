// controller: what a policy owns, as it is stored, and its way back. Pure.

import type { JsonSchema } from '../../api/schema/json-schema.ts';
import { storedAs } from '../../api/validation/stored.ts';
import { defined } from '../../lang/defined.ts';
import type { OwnedApp, PolicyOwnership } from './ownership.ts';

/** As earlier versions wrote it: in the store, `cluster` is called `marathon`, and `reclaimPolicy` is called `farewell`. */
interface StoredApp extends Omit<OwnedApp, 'cluster'> {
  readonly marathon?: OwnedApp['cluster'];
}

interface StoredOwnership extends Omit<PolicyOwnership, 'apps' | 'dropped' | 'reclaimPolicy'> {
  readonly farewell?: PolicyOwnership['reclaimPolicy'];
  readonly apps: readonly StoredApp[];
  readonly dropped: readonly StoredApp[];
}

const APPS: JsonSchema = {
  type: 'array',
  description: 'Apps that a policy has written to, or may have.',
  items: {
    type: 'object',
    description: 'One app.',
    required: ['id', 'pool', 'onDelete'],
    properties: {
      id: { type: 'string', description: 'Its name in its cluster.' },
      pool: { type: 'string', description: 'Key of the pool whose rounds it is part of.' },
      marathon: { type: 'object', description: 'Its cluster; absent: the own one.' },
      onDelete: { type: 'string', description: 'As the last version said.', enum: ['Retain', 'Delete'] },
    },
  },
};

const isStored = storedAs<StoredOwnership>({
  type: 'object',
  description: 'What a policy owns in its cluster.',
  required: ['policy', 'source', 'mode', 'createdAtMs', 'apps', 'dropped'],
  properties: {
    policy: { type: 'string', description: '`namespace/name`.' },
    source: { type: 'string', description: 'The name of its source.' },
    mode: { type: 'string', description: 'As it ran last.', enum: ['Reconcile', 'Observe', 'Paused'] },
    createdAtMs: { type: 'number', description: 'When it was made, or first seen.' },
    apps: APPS,
    dropped: APPS,
    farewell: { type: 'string', description: 'Set when it is gone.', enum: ['OnDelete', 'Retain'] },
  },
});

export function storedOwnership({ reclaimPolicy, apps, dropped, ...rest }: PolicyOwnership): StoredOwnership {
  return {
    ...rest,
    apps: apps.map(toStored),
    dropped: dropped.map(toStored),
    ...defined({ farewell: reclaimPolicy }),
  };
}

function toStored({ cluster, ...app }: OwnedApp): StoredApp {
  return { ...app, ...defined({ marathon: cluster }) };
}

function toOwned({ marathon, ...app }: StoredApp): OwnedApp {
  return { ...app, ...defined({ cluster: marathon }) };
}

/** Undefined for what this version cannot read. */
export function readOwnership(value: unknown): PolicyOwnership | undefined {
  if (!isStored(value)) return undefined;
  const { policy, source, mode, createdAtMs, apps, dropped, farewell } = value;
  const owned = { apps: apps.map(toOwned), dropped: dropped.map(toOwned) };
  return { policy, source, mode, createdAtMs, ...owned, ...defined({ reclaimPolicy: farewell }) };
}
