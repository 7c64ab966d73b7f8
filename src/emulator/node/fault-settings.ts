// emulator: the switches of /admin/faults, and how they are read from a body.

import { type ErrorDetail, invalidShape } from '../api-error.ts';
import {
  array,
  boolean,
  type Fields,
  integer,
  isObject,
  object,
  oneOf,
  string,
} from '../definition/shapes/shape.ts';
import { readFields } from '../definition/shapes/shape-reader.ts';

/** An answer that takes the place of the real one. */
export interface FaultAnswer {
  /** 409, 422, 502…, in the form in which Marathon gives it. */
  readonly status: number;
  /** As a page of the web server, whatever the status. */
  readonly html?: boolean;
  /** Instead of any answer the connection breaks. */
  readonly hangUp?: boolean;
  /** The call takes effect, and only its answer is lost: what a leader change in the middle of a write does. */
  readonly applied?: boolean;
  /** Which calls it is for; any write when absent. */
  readonly method?: string;
  /** What their path begins with. */
  readonly path?: string;
  /** For so many calls; 1 by default. */
  readonly times?: number;
}

/** A deployment that holds an app, does nothing and ends when it is taken back. */
export interface FaultLock {
  readonly app: string;
  /** What the deployment says it does. */
  readonly action?: 'ScaleApplication' | 'RestartApplication';
}

/** What is given replaces what was set; what is not stays. */
export interface FaultSettings {
  /** Every answer comes so much later. */
  readonly delayMs?: number;
  /** Event streams stay open and say nothing, not even a heartbeat. */
  readonly silentStreams?: boolean;
  /** Ids of apps whose deployments do not end; `*` is all. */
  readonly hold?: readonly string[];
  readonly lock?: readonly FaultLock[];
  /** Used up in order, each by the first call that it is for. */
  readonly next?: readonly FaultAnswer[];
  /** Once: every event stream ends. */
  readonly dropStreams?: boolean;
  /** Once: there is no leader for a while, then the next node leads. */
  readonly abdicate?: boolean;
}

const FIELDS: Fields = {
  delayMs: { shape: integer(0, 3_600_000) },
  silentStreams: { shape: boolean },
  hold: { shape: array(string) },
  lock: {
    shape: array(
      object('FaultLock', {
        app: { shape: string, required: true },
        action: { shape: oneOf('ScaleApplication', 'RestartApplication') },
      }),
    ),
  },
  next: {
    shape: array(
      object('FaultAnswer', {
        status: { shape: integer(400, 599), otherwise: 502 },
        html: { shape: boolean },
        hangUp: { shape: boolean },
        applied: { shape: boolean },
        method: { shape: oneOf('GET', 'POST', 'PUT', 'PATCH', 'DELETE') },
        path: { shape: string },
        times: { shape: integer(1, 1_000_000) },
      }),
    ),
  },
  dropStreams: { shape: boolean },
  abdicate: { shape: boolean },
};

/** Unlike Marathon's own bodies a misspelt switch is refused. @throws ApiError 422 */
export function readFaultSettings(body: unknown): FaultSettings {
  if (!isObject(body)) throw invalidShape([{ path: '/', errors: ['error.expected.jsobject'] }]);
  const known = `there is no such switch; there are ${Object.keys(FIELDS).join(', ')}`;
  const details: ErrorDetail[] = Object.keys(body)
    .filter((name) => !Object.hasOwn(FIELDS, name))
    .map((name) => ({ path: `/${name}`, errors: [known] }));
  const settings = readFields(FIELDS, body, { path: '', details });
  if (details.length > 0) throw invalidShape(details);
  return settings;
}
