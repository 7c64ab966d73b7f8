// schedulers: how a scheduler is spoken of to people. Each has its own words; these are for one without.

/** Parts of sentences that people read; none of them starts a sentence. */
export interface SchedulerWords {
  /** `Marathon`, as the subject of a sentence. */
  readonly name: string;
  /** The name is of several: `Marathon and Kubernetes`. */
  readonly several?: true;
  /** An app for people, as the subject of a sentence: `Marathon app /shop/front`. */
  readonly app: (name: string) => string;
  /** What launches instances where nobody counts the room: `Marathon's queue`. */
  readonly queue: string;
  /** What it calls an operation that holds an app: `deployment`. */
  readonly operation: string;
  /** How a person ends one that does not end by itself: `roll it back with …`. */
  readonly endOperation: (id: string) => string;
  /** Where its own user interface shows an app, below the address of the cluster; absent: it has none. */
  readonly appPage?: (name: string) => string;
}

export const PLAIN_WORDS: SchedulerWords = {
  name: 'the scheduler',
  app: (name) => `app ${name}`,
  queue: "the scheduler's queue",
  operation: 'operation',
  endOperation: (id) => `end ${id} in the scheduler`,
};
