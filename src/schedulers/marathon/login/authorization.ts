// schedulers/marathon: who we are to a Marathon, as a header.

export interface Authorization {
  /**
   * The value of `Authorization`, or undefined when none is configured.
   *
   * @throws TerminalError when a reference cannot be had, TransientError when a login fails
   */
  header(signal: AbortSignal): Promise<string | undefined>;
  /** Marathon answered 401 to `header`. True when the next one may be another, so that a second try makes sense. */
  refused(header: string): boolean;
}
