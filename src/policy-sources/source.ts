// policy-sources: the port. A source lists whole snapshots and says when to look again; it never passes content on.

import type { Resource } from '../api/policy.ts';
import type { Problem } from '../api/problem.ts';

/** One valid document with where it came from. */
export interface SourcedResource {
  readonly resource: Resource;
  /** Place for people: `specs/policies/shop.yaml:12`. */
  readonly place: string;
  /** Content hash or commit: `sha256:…`, `main@sha1:…`. */
  readonly revision: string;
}

export interface PolicySnapshot {
  readonly resources: readonly SourcedResource[];
  readonly problems: readonly Problem[];
  /**
   * `namespace/name` of documents that are there but did not parse or validate: their last good version
   * keeps running.
   */
  readonly invalid: readonly {
    readonly key: string;
    readonly kind: string;
    readonly message: string;
    readonly place: string;
  }[];
  /**
   * False when something could not be read or identified: then absence of a policy from `resources` and
   * `invalid` is not a deletion.
   */
  readonly complete: boolean;
}

export interface PolicySource {
  /** For people: `directory specs/policies`. */
  readonly name: string;
  list(signal: AbortSignal): Promise<PolicySnapshot>;
  /** Calls `onChange` whenever a new `list` may differ; resolves when aborted. */
  watch(onChange: () => void, signal: AbortSignal): Promise<void>;
}
