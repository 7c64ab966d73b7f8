// schedulers/kubernetes/write: sets one count by its scale, provided it is still the one that was seen.

import { messageOf, TerminalError, TransientError } from '../../../runtime/errors.ts';
import type { KubeApi, PatchOperation } from '../../../runtime/kubernetes/api.ts';
import { isStatus } from '../../../runtime/kubernetes/failure.ts';
import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import type { ResourcePath } from '../../../runtime/kubernetes/resource-path.ts';
import { scaleOf } from '../target/workload.ts';
import { FIELD_MANAGER } from '../target/writer.ts';

export interface ScaleWrite {
  /** Of the object. */
  readonly path: ResourcePath;
  /** One that was deleted and made anew is another one. */
  readonly uid: string;
  readonly from: number;
  readonly to: number;
  /** `scaling Deployment shop/workers to 3` */
  readonly doing: string;
}

/** @throws TransientError when the count is another one by now, TerminalError when it is refused */
export async function writeScale(write: ScaleWrite, api: KubeApi, signal: AbortSignal): Promise<KubeObject> {
  const path: ResourcePath = { ...write.path, subresource: 'scale' };
  try {
    return await api.jsonPatch(
      path,
      { fieldManager: FIELD_MANAGER, operations: operationsOf(write) },
      signal,
    );
  } catch (error) {
    if (isStatus(error, 404)) throw lookAgain(write, 'it is not there any more', error);
    if (!isStatus(error, 422)) throw withDoing(write, error);
    throw await whyInvalid(write, { path, error }, api, signal);
  }
}

/**
 * Every status write moves the resource version, so the count itself is tested. A Scale leaves a count of zero out: it is
 * tested for being absent, and `add` sets what is there as well.
 */
function operationsOf({ uid, from, to }: ScaleWrite): readonly PatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/spec/replicas', value: from === 0 ? null : from },
    { op: 'add', path: '/spec/replicas', value: to },
  ];
}

/** A test that failed and a count that is not allowed have one status. */
async function whyInvalid(
  write: ScaleWrite,
  { path, error }: { readonly path: ResourcePath; readonly error: unknown },
  api: KubeApi,
  signal: AbortSignal,
): Promise<Error> {
  const now = await api.get(path, signal);
  if (now.metadata.uid !== undefined && now.metadata.uid !== write.uid)
    return lookAgain(write, 'it was deleted and made anew', error);
  const { replicas } = scaleOf(now);
  if (replicas !== write.from)
    return lookAgain(write, `somebody else has set it to ${replicas} meanwhile`, error);
  return new TerminalError(`${write.doing}: ${messageOf(error)}`, { cause: error });
}

function lookAgain({ doing }: ScaleWrite, why: string, cause: unknown): TransientError {
  return new TransientError(`${doing}: ${why}; looking again`, { cause });
}

function withDoing({ doing }: ScaleWrite, error: unknown): unknown {
  return error instanceof TransientError
    ? new TransientError(`${doing}: ${messageOf(error)}`, { cause: error, retryAfterMs: error.retryAfterMs })
    : error;
}
