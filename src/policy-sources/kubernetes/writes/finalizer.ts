// policy-sources/kubernetes: the finalizer by which an object stays until the apps that it owns in Marathon are dealt with.

import { TransientError } from '../../../runtime/errors.ts';
import type { KubeApi } from '../../../runtime/kubernetes/api.ts';
import { isStatus } from '../../../runtime/kubernetes/failure.ts';
import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import { type ObjectRef, RELEASE_FINALIZER } from '../../source.ts';
import { pathOf } from '../objects.ts';

/** Others change objects, too; after so many conflicts the write is tried later. */
const ATTEMPTS = 4;

export function needsFinalizer({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp === undefined && !hasFinalizer(metadata);
}

/**
 * Adds our finalizer, or takes it away; a no-op where there is nothing to do, also where there is no object any more.
 *
 * @returns the object as it is now; undefined when it is gone
 */
export async function setFinalizer(
  { ref, object, wanted }: { readonly ref: ObjectRef; readonly object: KubeObject; readonly wanted: boolean },
  api: KubeApi,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  let at = object;
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (at.metadata.uid !== object.metadata.uid) return undefined;
      if (wanted ? !needsFinalizer(at) : !hasFinalizer(at.metadata)) return at;
      try {
        return await api.patch(pathOf(ref), patchOf(at, wanted), signal);
      } catch (error) {
        if (!isStatus(error, 409)) throw error;
        at = await api.get(pathOf(ref), signal);
      }
    }
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
  throw new TransientError(`${ref.key} is changed by others all the time; its finalizer is set later`);
}

/** A list in a merge patch replaces the one that is there: the version makes sure that it is the one we saw. */
function patchOf({ metadata }: KubeObject, wanted: boolean): object {
  const { finalizers = [], uid, resourceVersion } = metadata;
  const others = finalizers.filter((finalizer) => finalizer !== RELEASE_FINALIZER);
  return { metadata: { uid, resourceVersion, finalizers: wanted ? [...others, RELEASE_FINALIZER] : others } };
}

function hasFinalizer({ finalizers = [] }: KubeObject['metadata']): boolean {
  return finalizers.includes(RELEASE_FINALIZER);
}
