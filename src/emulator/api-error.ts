// emulator: what Marathon answers instead of a result; thrown anywhere, written by the HTTP edge.

/** A field of a body and what is wrong with it. */
export interface ErrorDetail {
  /** `/container/volumes(0)/containerPath`; the body itself is `/`. */
  readonly path: string;
  readonly errors: readonly string[];
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** What stands beside `message` in the JSON body. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.extra = extra;
  }
}

/** The JSON is well-formed and has the wrong shape. */
export function invalidShape(details: readonly ErrorDetail[]): ApiError {
  return new ApiError(422, 'Invalid JSON', { details });
}

/** The shape is right and the meaning is not. */
export function invalidObject(details: readonly ErrorDetail[]): ApiError {
  return new ApiError(422, 'Object is not valid', { details });
}

export function illegalArgument(message: string): ApiError {
  return new ApiError(422, message);
}

/** What a reader is told; Marathon's own refusals of this kind carry an empty list of details. */
export function appNotFound(id: string, version?: string): ApiError {
  return notFound(`App '${id}' does not exist${version === undefined ? '' : ` in version ${version}`}`);
}

export function groupNotFound(id: string): ApiError {
  return notFound(`Group '${id}' does not exist`);
}

export function notFound(message: string): ApiError {
  return new ApiError(404, message, { details: [] });
}

/** For a time in a path that is none. */
export function wrongTimestamp(text: string): ApiError {
  return illegalArgument(`Invalid timestamp provided '${text}'. Expecting ISO-8601 datetime string.`);
}

/** What a writer is told: a failure on the way, without details. */
export function appMissing(id: string): ApiError {
  return new ApiError(404, `App '${id}' does not exist`);
}

export function groupMissing(id: string): ApiError {
  return new ApiError(404, `Group '${id}' does not exist`);
}

/** @param deployments ids of the deployments that hold the locks */
export function locked(deployments: readonly string[]): ApiError {
  const message =
    'App is locked by one or more deployments. ' +
    "Override with the option '?force=true'. " +
    "View details at '/v2/deployments/<DEPLOYMENT_ID>'.";
  return new ApiError(409, message, { deployments: deployments.map((id) => ({ id })) });
}
