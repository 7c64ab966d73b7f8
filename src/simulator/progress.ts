// simulator: how far a longer piece of work has come.

export interface Progress {
  readonly done: number;
  readonly of: number;
}
