// server: what the Kubernetes-shaped API answers when it does not do what was asked: a `Status` with reason and code.

import { defined } from '../../../lang/defined.ts';
import { messageOf, TerminalError, TransientError, WaitError } from '../../../runtime/errors.ts';

/** Reasons of meta/v1 with the code each has (k8s.io/apimachinery `pkg/api/errors`). */
const CODES = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
} as const;

export type FailureReason = keyof typeof CODES;
export type FailureCode = (typeof CODES)[FailureReason];

/** One of several things that are wrong; `field` is a path such as `spec.apps[0].id`. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface FailureDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** A refusal that is answered as a `Status`. */
export class ApiFailure extends TerminalError {
  readonly reason: FailureReason;
  readonly details: FailureDetails | undefined;

  constructor(reason: FailureReason, message: string, details?: FailureDetails) {
    super(message);
    this.reason = reason;
    this.details = details;
  }

  get code(): FailureCode {
    return CODES[this.reason];
  }

  /** The `Status` object of meta/v1. */
  status(): object {
    return {
      apiVersion: 'v1',
      kind: 'Status',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...defined({ details: this.details }),
      code: this.code,
    };
  }

  response(): Response {
    const wait = this.details?.retryAfterSeconds;
    return Response.json(this.status(), {
      status: this.code,
      headers: wait === undefined ? {} : { 'retry-after': String(wait) },
    });
  }
}

/** The reason that clients know for a code; a 409 has two, and says itself which. */
export function failureWithCode(code: Exclude<FailureCode, 409>, message: string): ApiFailure {
  const reasons = Object.keys(CODES) as FailureReason[];
  return new ApiFailure(reasons.find((reason) => CODES[reason] === code) ?? 'InternalError', message);
}

/**
 * What a caller is answered when an action fails; what the caller did not cause is for the log.
 * @param asked what the caller wanted, for `the operator failed to …`
 */
export function failureOf(error: unknown, asked = 'do it'): ApiFailure {
  if (error instanceof ApiFailure) return error;
  const message = messageOf(error);
  if (error instanceof TerminalError) return new ApiFailure('Invalid', message);
  if (error instanceof WaitError) return new ApiFailure('Conflict', message);
  if (error instanceof TransientError) return new ApiFailure('ServiceUnavailable', message);
  return new ApiFailure('InternalError', `the operator failed to ${asked}; its log says why`);
}

/** What a failure is about, as kubectl prints it: `microscalingpolicies.microscaling.io "shop"`. */
export interface About {
  readonly group: string;
  readonly plural: string;
}

function called({ group, plural }: About, name: string): string {
  return `${group === '' ? plural : `${plural}.${group}`} "${name}"`;
}

function detailsOf({ group, plural }: About, name: string): FailureDetails {
  return { name, ...(group !== '' && { group }), kind: plural };
}

export const badRequest = (message: string): ApiFailure => new ApiFailure('BadRequest', message);

/** What may be the matter, where there is something to say. */
export interface Hint {
  /** Goes on from `… not found`. */
  readonly text: string;
  readonly causes: readonly Cause[];
}

export function notFound(about: About, name: string, hint?: Hint): ApiFailure {
  const { text = '', causes = [] } = hint ?? {};
  return new ApiFailure('NotFound', `${called(about, name)} not found${text}`, {
    ...detailsOf(about, name),
    ...(causes.length > 0 && { causes }),
  });
}

export function alreadyExists(about: About, name: string): ApiFailure {
  return new ApiFailure('AlreadyExists', `${called(about, name)} already exists`, detailsOf(about, name));
}

export function conflict(about: About, name: string, why: string): ApiFailure {
  const message = `Operation cannot be fulfilled on ${called(about, name)}: ${why}`;
  return new ApiFailure('Conflict', message, detailsOf(about, name));
}

export function forbidden(about: About, name: string, why: string): ApiFailure {
  return new ApiFailure('Forbidden', `${called(about, name)} is forbidden: ${why}`, detailsOf(about, name));
}

/**
 * What a policy may not have, one a line where it is several things: kubectl prints the message of this reason as it is.
 * @param causes at least one
 */
export function notAllowed(about: About, name: string, causes: readonly Cause[]): ApiFailure {
  const lines = causes.map(lineOf);
  const list = lines.length === 1 ? lines[0] : lines.map((line) => `\n* ${line}`).join('');
  const message = `${called(about, name)} is forbidden: ${list}`;
  return new ApiFailure('Forbidden', message, { ...detailsOf(about, name), causes });
}

function lineOf({ field, message }: Cause): string {
  return field === '' ? message : `${field}: ${message}`;
}

/** @param causes at least one */
export function invalid(
  kind: About & { readonly kind: string },
  name: string,
  causes: readonly Cause[],
): ApiFailure {
  const lines = causes.map(lineOf);
  const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const title = `${kind.kind}${kind.group === '' ? '' : `.${kind.group}`}`;
  return new ApiFailure('Invalid', `${title} "${name}" is invalid: ${list}`, {
    name,
    ...(kind.group !== '' && { group: kind.group }),
    kind: kind.kind,
    causes,
  });
}

export const expired = (message: string): ApiFailure => new ApiFailure('Expired', message);
