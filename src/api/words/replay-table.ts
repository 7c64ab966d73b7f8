// api: a replay as people read it, in the report and on the page.

export interface ReplayTable {
  readonly title: string;
  /** What it would have been worth, in a sentence. */
  readonly verdict: string;
  readonly heads: readonly { readonly head: string; readonly about: string }[];
  /** What happened, then what would have. */
  readonly rows: readonly { readonly name: string; readonly cells: readonly string[] }[];
  readonly notes: readonly string[];
}
