// server: Kubernetes' own shape for errors.

export type StatusCode = 400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 | 500 | 503;

const REASONS: Readonly<Record<StatusCode, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** Kubernetes' answer to what went wrong. */
export function statusObject(code: StatusCode, message: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    message,
    reason: REASONS[code],
    code,
  };
}
