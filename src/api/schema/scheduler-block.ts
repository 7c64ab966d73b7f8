// api: what a scheduler contributes to the resource: the block by which an app names it in the place of Marathon's fields.

import type { ObjectMeta } from '../policy.ts';
import type { TrustRules } from '../trust/rules.ts';
import type { Finding } from '../validation/finding.ts';
import type { JsonObject, JsonSchema } from './json-schema.ts';

/** Who asks for what a block names. */
export interface BlockAuthor {
  readonly rules: TrustRules;
  /** Of the policy. */
  readonly metadata: ObjectMeta;
}

/** What an untrusted policy may not ask of a scheduler. `pointer` is the block's own. */
export type CheckBlock = (block: JsonObject, pointer: string, author: BlockAuthor) => readonly Finding[];

export interface SchedulerBlock {
  /** The key in an app: `kubernetes`. */
  readonly type: string;
  /** Schema of the block, structural, with descriptions and defaults. */
  readonly schema: JsonSchema;
  /**
   * Rules that a schema cannot say. Gets the defaulted block without the fields that the schema refused, so any field
   * may be missing; `pointer` is the block's own.
   */
  readonly check?: (block: JsonObject, pointer: string) => readonly Finding[];
  /** References to variables and files are checked beside this. */
  readonly trust: CheckBlock;
}

/** The fields by which an app of Marathon is named and defined; they exclude every block. */
export const MARATHON_FIELDS = ['id', 'app', 'adopt', 'envFrom'] as const;

/** The keys of the blocks that there are. */
export type BlockTypes = Pick<ReadonlySet<string>, 'has' | 'size'>;

/** The block of an app, where it has one; an app without one is Marathon's. */
export function blockOf(
  app: object,
  types: BlockTypes,
): { readonly type: string; readonly block: unknown } | undefined {
  if (types.size === 0) return undefined;
  for (const [type, block] of Object.entries(app))
    if (types.has(type) && block !== undefined) return { type, block };
  return undefined;
}
