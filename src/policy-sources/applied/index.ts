// policy-sources/applied: policies that people applied to the operator's own API.

import { createHash } from 'node:crypto';
import type { ResourceKey } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import { untilAborted } from '../../runtime/abort/until-aborted.ts';
import type { InvalidDocument, ObjectRef, PolicySnapshot, PolicySource, SourcedResource } from '../source.ts';
import { APPLIED_SOURCE, type AppliedObjects, type Kept, placeOf } from './objects.ts';

export { type AppliedObject, AppliedObjects, type LoadApplied } from './objects.ts';

export function createAppliedSource(objects: AppliedObjects): PolicySource {
  return {
    name: APPLIED_SOURCE,
    home: 'API',
    list: async () => snapshotOf(objects.all()),
    look: async (refs) => snapshotOf(refs.flatMap(({ kind, key }) => objects.get(kind, key) ?? [])),
    watch: async (onChange, signal) => {
      const unsubscribe = objects.subscribe((kind, key) => onChange(refTo(kind, key)));
      try {
        await untilAborted(signal);
      } finally {
        unsubscribe();
      }
    },
    removeFinalizer: async ({ kind, key }) => objects.release(kind, key),
  };
}

function snapshotOf(all: readonly Kept[]): PolicySnapshot {
  return {
    resources: all.flatMap(sourced),
    problems: all.flatMap(({ problems }) => problems),
    invalid: all.flatMap(refused),
    complete: true,
  };
}

/** Undefined for what is no kind of ours. */
function refTo(kind: string, name: string): ObjectRef | undefined {
  const key = name as ResourceKey;
  return kind === 'MicroscalingPolicy' || kind === 'CapacityPool' ? { kind, key } : undefined;
}

/** Objects are listed again with every change of one of them; what follows from an object is worked out once. */
const revisions = new WeakMap<object, string>();

function sourced({ object, resource }: Kept): readonly SourcedResource[] {
  if (resource === undefined) return [];
  const { uid, creationTimestamp, deletionTimestamp } = object.metadata;
  return [
    {
      resource,
      place: placeOf(object),
      revision: revisionOf(object),
      ...defined({ createdAt: creationTimestamp, uid }),
      ...(deletionTimestamp !== undefined && { deleting: true }),
    },
  ];
}

/** Of what was wished for: labels and finalizers do not make another revision. */
function revisionOf(object: Kept['object']): string {
  const known = revisions.get(object);
  if (known !== undefined) return known;
  const { metadata: _, status: __, ...wish } = object;
  const revision = `sha256:${createHash('sha256').update(JSON.stringify(wish)).digest('hex')}`;
  revisions.set(object, revision);
  return revision;
}

function refused({ object, resource, invalid }: Kept): readonly InvalidDocument[] {
  if (resource !== undefined) return [];
  const { metadata, kind } = object;
  const key = `${metadata.namespace ?? ''}/${metadata.name}`;
  const reason = invalid?.reason;
  const { uid, generation } = metadata;
  return [
    {
      key,
      kind,
      message: invalid?.message ?? 'the object is not valid any more',
      place: placeOf(object),
      ...defined({ reason, uid }),
      ...(typeof generation === 'number' && { generation }),
    },
  ];
}
