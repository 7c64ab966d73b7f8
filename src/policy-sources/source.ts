// policy-sources: the port. A source lists whole snapshots and says when to look again; it never passes content on.

import type { Home } from '../api/homes.ts';
import type { Labels } from '../api/labels/label-selector.ts';
import type { Resource, ResourceKey } from '../api/policy.ts';
import type { Problem } from '../api/problem.ts';
import type { PolicyStatus, PoolStatus } from '../api/status.ts';

/** One valid document with where it came from. */
export interface SourcedResource {
  readonly resource: Resource;
  /** Place for people: `specs/policies/shop.yaml:12`. */
  readonly place: string;
  /** Content hash or commit: `sha256:…`, `main@sha1:…`. */
  readonly revision: string;
  /** RFC 3339, where its home keeps it; else its first sight counts. */
  readonly createdAt?: string;
  /** Identity where its home gives it one: a deleted and re-created object is another one. */
  readonly uid?: string;
  /** Its deletion was asked for: the apps that it owns are dealt with, then `removeFinalizer` is called. */
  readonly deleting?: boolean;
}

/** While it is there, an object is only marked as deleted: the apps that it owns are dealt with first. */
export const RELEASE_FINALIZER = 'microscaling.io/release';

/** A document that is there but may not run as written: its last good version keeps running. */
export interface InvalidDocument {
  /** `namespace/name`. */
  readonly key: string;
  readonly kind: string;
  readonly message: string;
  readonly place: string;
  /** `NotAllowed`: well formed, but asks for more than its source is trusted with. Default `InvalidSpec`. */
  readonly reason?: 'InvalidSpec' | 'NotAllowed';
  /** As of a resource: the apps of its last good version are dealt with, then `removeFinalizer` is called. */
  readonly deleting?: boolean;
  /** Identity where its home gives it one. */
  readonly uid?: string;
  /** Of the document, where its home counts them: its status says that it was looked at. */
  readonly generation?: number;
  /** Where its home knows them, although the document cannot be used: they say whose it is. */
  readonly labels?: Labels;
}

export interface PolicySnapshot {
  readonly resources: readonly SourcedResource[];
  readonly problems: readonly Problem[];
  readonly invalid: readonly InvalidDocument[];
  /**
   * False when something could not be looked at: then absence of any policy from `resources` and `invalid` is not a
   * deletion. What was last seen in a file that broke is in `invalid`.
   */
  readonly complete: boolean;
  /**
   * Names that stand in texts that could not be understood: absence of a document of such a name, whatever its kind
   * and namespace, is not a deletion.
   */
  readonly unsure?: readonly string[];
  /**
   * Why deletions that the source asks for are not carried out, in a sentence for people (a merge that deletes
   * every policy). Set only with `complete: false`; its policies then say `Accepted=True/DeletionHeld`.
   */
  readonly deletionHeld?: string;
}

/** One object of a source. */
export interface ObjectRef {
  readonly kind: Resource['kind'];
  readonly key: ResourceKey;
}

/** What a source with a place for it is told about its objects. */
export interface SourceEvent {
  readonly atMs: number;
  readonly type: 'Normal' | 'Warning';
  /** PascalCase, one situation each. */
  readonly reason: string;
  readonly message: string;
}

/** Writes one event about one object. */
export type EventWriter = (event: SourceEvent, signal: AbortSignal) => Promise<void>;

export interface PolicySource {
  /** For people: `directory specs/policies`. */
  readonly name: string;
  /** What kind of home it is to its objects. */
  readonly home?: Home;
  /** It is the administrator's own: what it says goes before what others say. */
  readonly isTrusted?: true;
  list(signal: AbortSignal): Promise<PolicySnapshot>;
  /**
   * Where it costs less than a list: what it has of some objects now. What is not in it is not there any more; everything else is as it
   * was listed last, and it says of the source what the list said.
   */
  look?(refs: readonly ObjectRef[], signal: AbortSignal): Promise<PolicySnapshot>;
  /** Calls `onChange` whenever a new `list` may differ, with the object where that is all; resolves when aborted. */
  watch(onChange: (changed?: ObjectRef) => void, signal: AbortSignal): Promise<void>;
  /**
   * Where objects carry their status (Kubernetes). Called when something that people see changed, the newest status
   * each time; writes nothing when its home shows the same already. TransientError: it is called again.
   */
  writeStatus?(ref: ObjectRef, status: PolicyStatus | PoolStatus, signal: AbortSignal): Promise<void>;
  /**
   * Where objects have events: holds on to the object as it is at this moment, so that what is told of it can also be
   * written once it is gone; undefined for an object that it does not know. A lost event is not repeated.
   */
  eventWriter?(ref: ObjectRef): EventWriter | undefined;
  /** Where objects are deleted in two steps: nothing of the object is held any more, it may go. Idempotent. */
  removeFinalizer?(ref: ObjectRef, signal: AbortSignal): Promise<void>;
}
