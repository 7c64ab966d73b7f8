// policy-sources/kubernetes: events beside their objects, as client-go's recorder writes them: the same event again
// counts up the one that is there (tools/events/events_cache.go, v1 Events).

import { API_VERSION } from '../../../api/policy.ts';
import { RUNBOOK_ANNOTATION, runbookOf } from '../../../api/words/runbooks.ts';
import type { KubeApi } from '../../../runtime/kubernetes/api.ts';
import { isStatus } from '../../../runtime/kubernetes/failure.ts';
import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import type { ResourcePath } from '../../../runtime/kubernetes/resource-path.ts';
import type { ObjectRef, SourceEvent } from '../../source.ts';

export interface EventsDeps {
  readonly api: Pick<KubeApi, 'create' | 'patch'>;
  /** This instance, for people. */
  readonly identity: string;
}

interface Told {
  readonly name: string;
  readonly count: number;
}

/** A server keeps events for an hour; what is older than these is told anew. */
const MAX_REMEMBERED = 1_000;
const MAX_MESSAGE = 1_024;
const COMPONENT = 'microscaling';

export class Events {
  readonly #deps: EventsDeps;
  /** Oldest first. */
  readonly #told = new Map<string, Told>();
  #named = 0;

  constructor(deps: EventsDeps) {
    this.#deps = deps;
  }

  /** One attempt. @throws KubeFailure */
  async write(ref: ObjectRef, object: KubeObject, event: SourceEvent, signal: AbortSignal): Promise<void> {
    const { uid = '' } = object.metadata;
    const key = JSON.stringify([uid, event.type, event.reason, event.message]);
    const known = this.#told.get(key);
    if (known !== undefined && (await this.#countUp(ref, known, event, signal))) {
      this.#remember(key, { ...known, count: known.count + 1 });
      return;
    }
    const name = `${object.metadata.name}.${this.#suffix(event)}`;
    await this.#deps.api.create(eventsIn(ref), this.#eventOf({ ref, object, event, name }), signal);
    this.#remember(key, { name, count: 1 });
  }

  /** The time in ns, as client-go has it; what happens in the same ms is counted, and so has names of its own. */
  #suffix({ atMs }: SourceEvent): string {
    this.#named = (this.#named + 1) % 1_000_000;
    return (BigInt(Math.round(atMs)) * 1_000_000n + BigInt(this.#named)).toString(16);
  }

  /** False when the event is not there any more. */
  async #countUp(ref: ObjectRef, told: Told, event: SourceEvent, signal: AbortSignal): Promise<boolean> {
    try {
      const patch = { count: told.count + 1, lastTimestamp: timestamp(event.atMs) };
      await this.#deps.api.patch({ ...eventsIn(ref), name: told.name }, patch, signal);
      return true;
    } catch (error) {
      if (isStatus(error, 404)) return false;
      throw error;
    }
  }

  #remember(key: string, told: Told): void {
    this.#told.delete(key);
    this.#told.set(key, told);
    const oldest = this.#told.keys().next();
    if (this.#told.size > MAX_REMEMBERED && oldest.done !== true) this.#told.delete(oldest.value);
  }

  #eventOf(about: {
    readonly ref: ObjectRef;
    readonly object: KubeObject;
    readonly event: SourceEvent;
    readonly name: string;
  }): object {
    const { ref, object, event, name } = about;
    const { uid, resourceVersion, namespace, name: objectName } = object.metadata;
    const at = timestamp(event.atMs);
    const runbook = runbookOf(event.reason);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name,
        namespace,
        ...(runbook !== undefined && { annotations: { [RUNBOOK_ANNOTATION]: runbook } }),
      },
      involvedObject: {
        apiVersion: API_VERSION,
        kind: ref.kind,
        namespace,
        name: objectName,
        uid,
        resourceVersion,
      },
      type: event.type,
      reason: event.reason,
      message: event.message.slice(0, MAX_MESSAGE),
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
      source: { component: COMPONENT },
      reportingComponent: COMPONENT,
      reportingInstance: this.#deps.identity,
    };
  }
}

function eventsIn({ key }: ObjectRef): ResourcePath {
  return { group: '', version: 'v1', resource: 'events', namespace: key.split('/')[0] };
}

/** In whole seconds, as `v1` Events have them. */
function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
