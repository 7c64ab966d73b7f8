// policy-sources: files as read, and the memory of them, to one snapshot. A bad file never hides a good one.

import { sep } from 'node:path';
import type { LoadResult } from '../api/load.ts';
import type { Problem } from '../api/problem.ts';
import { namesInText } from '../api/reading/ours.ts';
import { documentOf, type FileMemory, nameOf } from './file-memory.ts';
import type { PolicySnapshot, SourcedResource } from './source.ts';

type Invalid = PolicySnapshot['invalid'][number];

/** A place that could not be used, and why in words. */
export interface Unreadable {
  readonly path: string;
  readonly why: string;
  /** What could be made out of it, for the names that stand in it; absent where nothing is known about it. */
  readonly text?: string;
}

export interface FilesFound {
  readonly files: readonly string[];
  /** Places that could not be looked at: what lies below them is unknown. */
  readonly unreadable: readonly Unreadable[];
}

export interface FileLoaded {
  readonly path: string;
  readonly revision: string;
  readonly result: LoadResult;
}

/**
 * | a file …                          | its documents                        | absence of others proves |
 * | --------------------------------- | ------------------------------------ | ------------------------ |
 * | is read, every document named     | `resources` and `invalid`            | yes                      |
 * | does not parse, or names nothing  | those last seen in it are `invalid`  | yes, but of names in it  |
 * | that was read before cannot be    | those last seen in it are `invalid`  | yes                      |
 * | that was never read cannot be     | unknown                              | no                       |
 * | cannot be looked for              | those last seen in it are `invalid`  | no                       |
 * | is gone                           | none, and they are forgotten         | yes                      |
 */
export class SnapshotBuilder {
  readonly #memory: FileMemory;
  readonly #resources: SourcedResource[] = [];
  readonly #problems: Problem[] = [];
  readonly #invalid: Invalid[] = [];
  readonly #remembered: Invalid[] = [];
  readonly #unsure = new Set<string>();
  #complete = true;
  #hasInterventions = false;

  constructor(memory: FileMemory) {
    this.#memory = memory;
  }

  addFile({ path, revision, result }: FileLoaded): void {
    for (const { resource, line } of result.resources) {
      this.#resources.push({ resource, place: `${path}:${line}`, revision });
    }
    for (const { line, ...document } of result.invalid) {
      this.#invalid.push({ ...document, place: `${path}:${line}` });
    }
    this.#problems.push(...result.problems);
    for (const name of result.unsure) this.#unsure.add(name);
    if (result.interventions !== undefined && result.interventions.length > 0) this.#hasInterventions = true;
    if (!result.identified) this.#keep(path, firstProblem(path, result));
  }

  addUnreadable(file: Unreadable): void {
    this.#cannotUse(file);
    for (const name of namesInText(file.text ?? '')) this.#unsure.add(name);
    // A file that this process has never read may hold what ran before it started.
    if (file.text === undefined && !this.#memory.knows(file.path)) this.#complete = false;
    this.#keep(file.path, file);
  }

  /** Something that is left alone where a file was, or was never one. */
  addIgnored(place: Unreadable): void {
    this.#problems.push({ severity: 'warning', source: place.path, pointer: '', message: place.why });
    this.#keep(place.path, place);
  }

  /** After all files: what of the former ones was not found, because it is gone or because nobody can tell. */
  addMissing(found: FilesFound): void {
    for (const place of found.unreadable) this.#cannotUse(place);
    if (found.unreadable.length > 0) this.#complete = false;
    const present = new Set(found.files);
    for (const path of this.#memory.paths().filter((known) => !present.has(known))) {
      const place = found.unreadable.find((u) => path === u.path || path.startsWith(u.path + sep));
      if (place === undefined) this.#memory.forget(path);
      else this.#keep(path, place);
    }
  }

  build(root: string): PolicySnapshot {
    const problems = [...this.#problems];
    const isEmpty = this.#resources.length + problems.length === 0 && !this.#hasInterventions;
    if (this.#complete && isEmpty) problems.push(nothingIn(root));
    // A document that moved to a readable file is where it is now.
    const seen = new Set(
      [...this.#resources.map((r) => documentOf(r.resource)), ...this.#invalid].map(nameOf),
    );
    const remembered = this.#remembered.filter((entry) => !seen.has(nameOf(entry)));
    return {
      resources: this.#resources,
      problems,
      invalid: [...this.#invalid, ...remembered],
      complete: this.#complete,
      ...(this.#unsure.size > 0 && { unsure: [...this.#unsure].sort() }),
    };
  }

  #cannotUse({ path, why }: Unreadable): void {
    const message = `${why}; put it right or remove it`;
    this.#problems.push({ severity: 'error', source: path, pointer: '', message });
  }

  #keep(path: string, { path: place, why: message }: Unreadable): void {
    this.#remembered.push(...this.#memory.names(path).map((name) => ({ ...name, message, place })));
  }
}

function firstProblem(path: string, { problems }: LoadResult): Unreadable {
  const problem = problems.find(({ severity }) => severity === 'error') ?? problems[0];
  const place = problem?.line === undefined ? path : `${path}:${problem.line}`;
  return { path: place, why: problem?.message ?? 'does not parse' };
}

function nothingIn(root: string): Problem {
  const message = 'there are no policies here; add files that end in .yaml, .yml or .json';
  return { severity: 'warning', source: root, pointer: '', message };
}
