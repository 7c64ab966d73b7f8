// api: what a metric source contributes to the resource: its block under `metric`.

import type { CheckMetric } from '../trust/rules.ts';
import type { Finding } from '../validation/finding.ts';
import type { JsonObject, JsonSchema } from './json-schema.ts';

export interface MetricBlock {
  /** The key under `metric`. */
  readonly type: string;
  /** Schema of the block, structural, with descriptions and defaults. */
  readonly schema: JsonSchema;
  /**
   * Rules that a schema cannot say. Gets the defaulted block without the fields that the schema refused,
   * so any field may be missing; `pointer` is the block's own.
   */
  readonly check?: (block: JsonObject, pointer: string) => readonly Finding[];
  /** What an untrusted policy may not ask of it; references to variables and files are checked beside this. */
  readonly trust: CheckMetric;
  /** Why no message's age can be known from it, for people; absent or undefined when it can. Gets what `check` gets. */
  readonly whyNoAge?: (block: JsonObject) => string | undefined;
}
