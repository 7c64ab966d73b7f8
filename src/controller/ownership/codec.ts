// controller: what a policy owns, as it is stored, and its way back. Pure.

import { isObject } from '../../api/schema/json-schema.ts';
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
  if (!isObject(value)) return undefined;
  const { policy, source, mode, createdAtMs, apps, dropped, farewell } = value as Partial<StoredOwnership>;
  if (typeof policy !== 'string' || typeof source !== 'string') return undefined;
  if (typeof createdAtMs !== 'number') return undefined;
  if (farewell !== undefined && farewell !== 'OnDelete' && farewell !== 'Retain') return undefined;
  if (mode !== 'Reconcile' && mode !== 'Observe' && mode !== 'Paused') return undefined;
  if (!areApps(apps) || !areApps(dropped)) return undefined;
  return {
    policy,
    source,
    mode,
    createdAtMs,
    apps: apps.map(toOwned),
    dropped: dropped.map(toOwned),
    ...defined({ reclaimPolicy: farewell }),
  };
}

function areApps(value: unknown): value is readonly StoredApp[] {
  return Array.isArray(value) && value.every(isApp);
}

function isApp(value: unknown): value is StoredApp {
  if (!isObject(value)) return false;
  const { id, pool, marathon, onDelete } = value as Partial<StoredApp>;
  if (onDelete !== 'Retain' && onDelete !== 'Delete') return false;
  return typeof id === 'string' && typeof pool === 'string' && (marathon === undefined || isObject(marathon));
}
