// controller: what the policy sources have listed: documents, what could not be read, and what an absence means.

import type { ResourceKey } from '../../../api/policy.ts';
import type { Problem } from '../../../api/problem.ts';
import { defined } from '../../../lang/defined.ts';
import type { ObjectRef, PolicySnapshot } from '../../../policy-sources/source.ts';
import { twoHomes } from '../capacity-pools.ts';
import type { Admission } from '../records.ts';
import { type Documents, isDecided, type Listed } from './documents.ts';
import type { DocumentProblem, ProblemChange } from './problem-log.ts';

export interface Listing {
  /** The source's name. */
  readonly source: string;
  readonly snapshot: PolicySnapshot;
}

/** What a source has of some of its objects. */
export interface PartialListing extends Listing {
  readonly refs: readonly ObjectRef[];
}

const INCOMPLETE =
  'not everything in it could be read; until it can, no policy that was read before counts as deleted';

export class Listings {
  readonly documents: Documents;
  /** By source and by the object that they are about; of none: what is about a text. */
  readonly #problems = new Map<string, Map<string, readonly Problem[]>>();
  /** Sources that were listed, with what their absences mean. */
  readonly #listed = new Map<string, Listed>();

  constructor(documents: Documents) {
    this.documents = documents;
  }

  take({ source, snapshot }: Listing): void {
    const { complete, unsure, deletionHeld } = snapshot;
    this.documents.replace(source, snapshot);
    this.#problems.set(source, Map.groupBy(snapshot.problems, aboutOf));
    this.#listed.set(source, { complete, ...defined({ unsure, deletionHeld }) });
  }

  /**
   * Takes over what a source that was listed has now of some objects, and nothing else.
   *
   * @returns what is said about them now, in the place of what was said before
   */
  change({ source, refs, snapshot }: PartialListing): ProblemChange {
    this.documents.change(source, refs, snapshot);
    const known = this.#problems.get(source) ?? new Map<string, readonly Problem[]>();
    this.#problems.set(source, known);
    const now = Map.groupBy(snapshot.problems, aboutOf);
    const before: Problem[] = [];
    for (const { kind, key } of refs) {
      const about = `${kind} ${key}`;
      before.push(...(known.get(about) ?? []));
      const problems = now.get(about) ?? [];
      if (problems.length === 0) known.delete(about);
      else known.set(about, problems);
    }
    return { before: before.map(toldOf), now: snapshot.problems.map(toldOf) };
  }

  /** Everything that is in the sources could be read: what is not there does not exist. */
  get isComplete(): boolean {
    return [...this.#listed.values()].every(({ complete }) => complete);
  }

  isRead(source: string): boolean {
    return this.#listed.get(source)?.complete === true;
  }

  /** Whether a source was listed so far that a policy that was not found there is not there. */
  isDecided(source: string, policy: ResourceKey): boolean {
    const listed = this.#listed.get(source);
    return listed !== undefined && isDecided(listed, policy);
  }

  /** Set where a source holds back a deletion of too many policies. */
  deletionHeld(source: string): Admission | undefined {
    const message = this.#listed.get(source)?.deletionHeld;
    return message === undefined ? undefined : { status: 'True', reason: 'DeletionHeld', message };
  }

  /** What the matter is with texts, sources and names, beyond what policies' own events say. */
  problems(): readonly DocumentProblem[] {
    const found = [...this.#problems.values()].flatMap((about) =>
      [...about.values()].flat().sort(byPlace).map(toldOf),
    );
    const pools = [...this.documents.pools()].flatMap(([key, finding]) =>
      finding.is === 'duplicate'
        ? [{ source: finding.places[0] ?? '', message: twoHomes('pool', key, finding.places) }]
        : [],
    );
    const incomplete = [...this.#listed].flatMap(([source, { complete, deletionHeld }]) =>
      complete ? [] : [{ source, message: deletionHeld ?? INCOMPLETE }],
    );
    return [...found, ...incomplete, ...pools];
  }
}

/** `Kind namespace/name`, or nothing. */
function aboutOf({ object = '' }: Problem): string {
  return object;
}

/** However they came to be known: all at once, or of some objects anew. */
function byPlace(a: Problem, b: Problem): number {
  if (a.source !== b.source) return a.source < b.source ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0);
}

function toldOf({ source, line, message }: Problem): DocumentProblem {
  return { source: line === undefined ? source : `${source}:${line}`, message };
}
