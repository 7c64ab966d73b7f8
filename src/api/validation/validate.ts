// api: one document in, everything that is wrong with it out; and the defaulted resource when nothing is.

import {
  API_VERSION,
  type CapacityPool,
  type Intervention,
  type MicroscalingPolicy,
  type Resource,
} from '../policy.ts';
import { withoutServerFields } from '../reading/server-fields.ts';
import type { RuleContext } from '../rules/context.ts';
import type { Partly } from '../rules/partly.ts';
import { checkPolicy, checkPool } from '../rules/policy.ts';
import { isSchemaDefault, withDerivedDefaults, withSchemaDefaults } from '../schema/defaults.ts';
import { isObject, type JsonObject, type JsonSchema } from '../schema/json-schema.ts';
import type { MetricBlock } from '../schema/metric-block.ts';
import type { SchedulerBlock } from '../schema/scheduler-block.ts';
import { interventionSchema } from '../schema/schema.ts';
import type { CheckTrust } from '../trust/trust.ts';
import { closest } from '../words/suggest.ts';
import { error, type Finding } from './finding.ts';
import { checkIntervention } from './intervention-rules.ts';
import { names } from './schema-errors.ts';
import { type Structure, structureCheck } from './structure.ts';

export interface ValidationResult {
  readonly findings: readonly Finding[];
  /** How many more mistakes there are than `findings` tells; absent: none. */
  readonly more?: number;
  /** Defaulted, without `status`; absent when a finding is an error. */
  readonly resource?: Resource;
  /** In its place for a document of that kind. */
  readonly intervention?: Intervention;
  /** Why it is refused, where it is well formed and asks for more than its source is trusted with. */
  readonly reason?: 'NotAllowed';
}

export interface ResourceValidator {
  /** Validates one document of one of our kinds. Never throws, reports everything. */
  validate(document: JsonObject): ValidationResult;
}

export interface ValidatorOptions {
  readonly policy: JsonSchema;
  readonly pool: JsonSchema;
  readonly metricBlocks: readonly MetricBlock[];
  /** Of the schedulers beside Marathon; default: there are none. */
  readonly schedulerBlocks?: readonly SchedulerBlock[];
}

export const KINDS = ['MicroscalingPolicy', 'CapacityPool', 'Intervention'] as const;

interface Kind {
  readonly schema: JsonSchema;
  readonly structure: (document: unknown) => Structure;
  readonly rules: (document: JsonObject, context: RuleContext) => readonly Finding[];
}

export function createValidator(options: ValidatorOptions): ResourceValidator {
  const blocks: Blocks = {
    metricBlocks: new Map(options.metricBlocks.map((block) => [block.type, block])),
    schedulerBlocks: new Map((options.schedulerBlocks ?? []).map((block) => [block.type, block])),
  };
  // What the rules get went through the schema, less what it refused: that is what Partly says.
  const kinds: ReadonlyMap<unknown, Kind> = new Map([
    [
      'MicroscalingPolicy',
      {
        schema: options.policy,
        structure: structureCheck(options.policy),
        rules: (document, context) => checkPolicy(document as Partly<MicroscalingPolicy>, context),
      },
    ],
    [
      'CapacityPool',
      {
        schema: options.pool,
        structure: structureCheck(options.pool),
        rules: (document) => checkPool(document as Partly<CapacityPool>),
      },
    ],
    [
      'Intervention',
      {
        schema: interventionSchema,
        structure: structureCheck(interventionSchema),
        rules: (document, context) => checkIntervention(document as Partly<Intervention>, context),
      },
    ],
  ] satisfies [string, Kind][]);
  return {
    validate: (document) => {
      const kind = kinds.get(document['kind']);
      return kind === undefined ? unknownKind(document['kind']) : validateKind(document, kind, blocks);
    },
  };
}

/** The same validator for documents whose author is not trusted with everything. */
export function withTrustCheck(validator: ResourceValidator, checkTrust: CheckTrust): ResourceValidator {
  return {
    validate: (document) => {
      const result = validator.validate(document);
      const refused = result.resource === undefined ? [] : checkTrust(result.resource);
      if (refused.length === 0) return result;
      return { findings: [...refused, ...result.findings], reason: 'NotAllowed' };
    },
  };
}

type Blocks = Pick<RuleContext, 'metricBlocks' | 'schedulerBlocks'>;

function validateKind(document: JsonObject, kind: Kind, blocks: Blocks): ValidationResult {
  const { findings: structural, usable, refused, uncounted } = kind.structure(withoutServerFields(document));
  if (uncounted > 0) return { findings: structural, more: uncounted };
  const written = isObject(usable) ? usable : {};
  const filled = withSchemaDefaults(kind.schema, written);
  const complete = withDerivedDefaults(isObject(filled) ? filled : {}, blocks.schedulerBlocks);
  const given = (pointer: string): boolean => {
    const value = valueAt(written, pointer);
    return value !== undefined && !isSchemaDefault(kind.schema, pointer, value);
  };
  const context = { given, refused, ...blocks };
  const findings = [...structural, ...kind.rules(complete, context)];
  if (findings.some(({ severity }) => severity === 'error')) return { findings };
  // The schema and the rules found it whole: no type says what they look at.
  if (complete['kind'] === 'Intervention')
    return { findings, intervention: complete as JsonObject & Intervention };
  return { findings, resource: complete as JsonObject & Resource };
}

function unknownKind(kind: unknown): ValidationResult {
  const meant = typeof kind === 'string' ? closest(kind, KINDS) : undefined;
  const hint = meant === undefined ? `there are ${names(KINDS, 'and')}` : `did you mean ${meant}?`;
  if (kind === undefined) return { findings: [error('', `the document needs kind; ${hint}`)] };
  return { findings: [error('/kind', `kind is none of ${API_VERSION}'s; ${hint}`)] };
}

/** Pointers of rules hold only field names and positions: nothing to unescape. */
function valueAt(document: unknown, pointer: string): unknown {
  let at: unknown = document;
  for (const segment of pointer.split('/').slice(1)) {
    if (Array.isArray(at)) at = at[Number(segment)];
    else if (isObject(at) && Object.hasOwn(at, segment)) at = at[segment];
    else return undefined;
  }
  return at;
}
