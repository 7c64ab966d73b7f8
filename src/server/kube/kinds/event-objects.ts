// server: the operator's events as core/v1 Events of the policies that they are about.

import { API_VERSION } from '../../../api/policy.ts';
import { RUNBOOK_ANNOTATION, runbookOf } from '../../../api/words/runbooks.ts';
import type { EventRecord } from '../../../controller/status/view.ts';
import { defined } from '../../../lang/defined.ts';
import { type KubeObject, timestamp } from './object.ts';
import { steadyUid } from './view-objects.ts';

/** The policy that has an app, and what the app is called there. */
export interface AppPlace {
  readonly namespace: string;
  readonly policy: string;
  readonly app: string;
}

/** What event records refer to, as it is now. */
export interface EventSurroundings {
  /** The identity of a policy, where it is known. */
  uidOf(namespace: string, name: string): string | undefined;
  placeOf(appId: string): AppPlace | undefined;
}

const REPORTER = 'microscaling';

/** Where an event is that is about no policy. */
const NOWHERE = 'default';

/** Without a resourceVersion, which comes with the cache. `kubectl describe` finds the events of an app with its policy. */
export function eventObject(record: EventRecord, surroundings: EventSurroundings): KubeObject {
  const { atMs, type, reason, object, message } = record;
  const involvedObject = involved(object, surroundings);
  const { namespace = NOWHERE, name } = involvedObject;
  const uid = steadyUid('Event', object, reason, message, String(atMs));
  const at = timestamp(atMs);
  const runbook = runbookOf(reason);
  const stem =
    name
      .replace(/[^a-z0-9.-]+/gi, '-')
      .replace(/^[^a-z0-9]+/i, '')
      .toLowerCase() || REPORTER;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${stem}.${uid.slice(0, 8)}`,
      namespace,
      uid,
      creationTimestamp: at,
      ...(runbook !== undefined && { annotations: { [RUNBOOK_ANNOTATION]: runbook } }),
    },
    involvedObject: { ...involvedObject, namespace },
    type,
    reason,
    message: involvedObject.fieldPath === undefined ? message : `${object.replace(/^app /, '')}: ${message}`,
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
    eventTime: null,
    source: { component: REPORTER },
    reportingComponent: REPORTER,
    reportingInstance: '',
  };
}

interface Involved {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
  readonly fieldPath?: string;
}

/** `policy namespace/name`, `pool namespace/name`, `app /id`, or the `operator` itself. */
function involved(object: string, { uidOf, placeOf }: EventSurroundings): Involved {
  if (object === 'operator') return { kind: 'Operator', name: REPORTER };
  const [word = '', id = ''] = object.split(/ (.*)/s);
  const [first = '', second = ''] = id.split(/\/(.*)/s);
  const place = word === 'app' ? placeOf(id) : { namespace: first, policy: second };
  if (place === undefined) return { kind: 'App', name: id };
  const { namespace, policy: name } = place;
  const uid = word === 'pool' ? undefined : uidOf(namespace, name);
  return {
    apiVersion: API_VERSION,
    kind: word === 'pool' ? 'CapacityPool' : 'MicroscalingPolicy',
    namespace,
    name,
    ...defined({ uid }),
    ...('app' in place && { fieldPath: `spec.apps{${place.app}}` }),
  };
}
