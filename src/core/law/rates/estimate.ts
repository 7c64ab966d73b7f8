// core: what is known of arrivals and service rate, and what a count of the queue tells.

/** λ and μ with their covariance, and what the next update compares with. */
export interface Estimate {
  /** λ, messages/s. */
  readonly arrivals: number;
  /** μ, messages/s per instance. */
  readonly service: number;
  /** P_λλ. */
  readonly varArrivals: number;
  /** P_μμ. */
  readonly varService: number;
  /** P_λμ. */
  readonly covariance: number;
  /** When the queue was last counted, and what it was. */
  readonly atMs: number;
  readonly waiting: number;
  /** Instances that were working then, where messages in flight are known. */
  readonly working: number | undefined;
  /** Instances that served then. */
  readonly ready: number;
  /** Cumulative arrivals then, where the source counts them. */
  readonly arrived: number | undefined;
  /** When the message that told an age came then, where the source tells such times. */
  readonly headMs: number | undefined;
  /** Whether that count was above the noise. */
  readonly busy: boolean;
  /** 20 s mean of the ready count. */
  readonly meanReady: number;
  /** Service rate that a falling queue has proven, slowly forgotten: μ cannot be less. */
  readonly proven: number;
  /** CUSUM of the normalised innovation, upwards and downwards. */
  readonly above: number;
  readonly below: number;
  /** The first count, until the scale of λ and μ is guessed from what has come since; absent once it is not wanted. */
  readonly first?: FirstCount;
  /** What is supposed of the messages that nobody counts, where only those that wait are; absent elsewhere. */
  readonly unseen?: Unseen;
  /** Of the first new instances, where nobody tells who works; absent before there were some. */
  readonly trial?: Trial;
  /** What that comes to, while work is slow: then the law decides by it. */
  readonly behind?: Behind;
}

/**
 * When the first new instances were seen to run, and how many served before them. Then, of the time since which it is looked
 * whether they work: how many messages there were, how many more came a second than were worked off without them, and the
 * variance of that. Empty once it is over.
 */
export type Trial =
  | readonly []
  | readonly [
      fromMs: number,
      before: number,
      sinceMs: number,
      there: number,
      growth: number,
      variance: number,
    ];

/**
 * Suppositions of μ, each twice the one before, and what each of them makes of the counts. One list of numbers, for in every
 * round it is made anew:
 *
 *     0            1 … 8                        9 … 16                       …
 *     μ of the     share N λ P_NN P_Nλ P_λλ     share N λ P_NN P_Nλ P_λλ     …
 *     first one    above below                  above below
 */
export type Unseen = readonly number[];

/** What they come to together. */
export interface Behind {
  /** λ and μ, and how sure they are: of λ/μ, and of μ. */
  readonly arrivals: number;
  readonly service: number;
  readonly varArrivals: number;
  readonly varService: number;
  readonly covariance: number;
  /** N: messages that wait or are worked on. */
  readonly there: number;
}

/** What a queue was when it was first counted. */
export interface FirstCount {
  readonly atMs: number;
  /** Messages that waited or were worked on. */
  readonly total: number;
  readonly arrived: number | undefined;
}

/** μ as far as it is known, and how far that is. */
export interface ServiceRate {
  /** Messages/s per instance. */
  readonly rate: number;
  /** σ_μ/μ. */
  readonly doubt: number;
}

/** A message near the front of the queue, where the source tells when messages came. */
export interface Head {
  readonly insertedAtMs: number;
  /** How long it had waited when the queue was as it was counted, s. */
  readonly ageS: number;
  /** So many came after it and wait as well. */
  readonly behind: number;
}

/** One count of the queue. */
export interface Measurement {
  readonly atMs: number;
  readonly waiting: number;
  /** n̄: instances that served since the last count, on average. */
  readonly served: number;
  /** As many at most, where some that run may not have served yet. */
  readonly servedAtMost?: number | undefined;
  /** The count up to which the queue is as good as empty: max(1, 0.01·T). */
  readonly emptyBelow: number;
  /** Instances that are working, from messages in flight; undefined when unknown. */
  readonly working: number | undefined;
  /** Instances that served when the queue was counted. */
  readonly ready: number;
  readonly arrived: number | undefined;
  /** c: messages that a busy instance holds; 1 where nothing else is said. */
  readonly held?: number;
  /** Nothing is supposed of it (`LawInput`). */
  readonly isBeside?: boolean | undefined;
  readonly head?: Head | undefined;
  /** Messages that instances took since the count before, where that is known. */
  readonly taken?: number | undefined;
  /** Whether nobody tells which of those that run work; absent: somebody does. */
  readonly isUntold?: boolean | undefined;
  /** The most instances that there may be; absent where nothing bounds them. */
  readonly most?: number | undefined;
}

/** μ, and how large any rate may become. */
export const LEAST_SERVICE = 1e-4;
export const MOST = 1e9;

/** Messages that came between two counts, where that is counted or follows from what was taken of those that waited. */
export function arrivedIn(before: Estimate, { arrived, taken, waiting }: Measurement): number | undefined {
  if (arrived !== undefined && before.arrived !== undefined && arrived >= before.arrived)
    return arrived - before.arrived;
  return taken === undefined ? undefined : Math.max(0, waiting - before.waiting + taken);
}
