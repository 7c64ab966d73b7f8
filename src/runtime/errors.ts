// runtime: three kinds of failure decide what happens next; recognised by instanceof, never by text.

/** Worth trying again with back-off: the other side was not there or not well. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  /** Not to be asked again before, as the other side says; 0: it does not say. */
  readonly retryAfterMs: number;

  constructor(message?: string, options?: ErrorOptions & { readonly retryAfterMs?: number | undefined }) {
    super(message, options);
    this.retryAfterMs = options?.retryAfterMs ?? 0;
  }
}

/** Not a failure: another operation is under way. Try again after `retryAfterMs`. */
export class WaitError extends Error {
  override readonly name = 'WaitError';
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Will not work until its input changes. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/** A value that was given by reference cannot be had; says which reference, never a value. */
export class UnresolvedReference extends TerminalError {}

/** A message for people from anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.map(messageOf).join('; ');
  if (error instanceof Error) return error.message === '' ? error.name : error.message;
  return String(error);
}
