// controller: what the policy sources have listed: documents, what could not be read, and what an absence means.

import type { ResourceKey } from '../../api/policy.ts';
import type { Problem } from '../../api/problem.ts';
import { defined } from '../../lang/defined.ts';
import type { PolicySnapshot } from '../../policy-sources/source.ts';
import { twoHomes } from './capacity-pools.ts';
import { type Documents, isDecided, type Listed } from './documents.ts';
import type { DocumentProblem } from './problem-log.ts';
import type { Admission } from './records.ts';

export interface Listing {
  /** The source's name. */
  readonly source: string;
  readonly snapshot: PolicySnapshot;
}

const INCOMPLETE =
  'not everything in it could be read; until it can, no policy that was read before counts as deleted';

export class Listings {
  readonly documents: Documents;
  readonly #problems = new Map<string, readonly Problem[]>();
  /** Sources that were listed, with what their absences mean. */
  readonly #listed = new Map<string, Listed>();

  constructor(documents: Documents) {
    this.documents = documents;
  }

  take({ source, snapshot }: Listing): void {
    const { complete, unsure, deletionHeld } = snapshot;
    this.documents.replace(source, snapshot);
    this.#problems.set(source, snapshot.problems);
    this.#listed.set(source, { complete, ...defined({ unsure, deletionHeld }) });
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
    const found = [...this.#problems.values()].flat().map(({ source, line, message }) => ({
      source: line === undefined ? source : `${source}:${line}`,
      message,
    }));
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
