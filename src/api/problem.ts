// api: what is wrong with a document, where, and how bad it is.

/** One finding about one place in one document. */
export interface Problem {
  /** `error` refuses the document, `warning` does not. */
  readonly severity: 'error' | 'warning';
  /** File path or other home of the document (`git main@sha1:…`, `api`). */
  readonly source: string;
  /** 1-based line in `source`, when known. */
  readonly line?: number;
  /** JSON pointer into the document, `''` for the whole of it. */
  readonly pointer: string;
  /** The document's `kind namespace/name` when it could be read. */
  readonly object?: string;
  /** A sentence: what is wrong and what to do. */
  readonly message: string;
}
