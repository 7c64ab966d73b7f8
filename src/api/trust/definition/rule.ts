// api: what one rule about app definitions is made of. Pure.

import { isObject, type JsonObject } from '../../schema/json-schema.ts';
import type { Finding } from '../../validation/finding.ts';
import { refused } from '../rules.ts';
import type { DefinitionPart } from './parts.ts';

export interface DefinitionTrust {
  /** Whether its tasks may have the machine that they run on. */
  readonly privileged: boolean;
  readonly parts: readonly DefinitionPart[];
  /** Groups that the policy may have apps in. */
  readonly groups: readonly string[];
  /** The administrator named those groups; else they follow from how the policy calls itself. */
  readonly groupsAreNamed: boolean;
}

/** @param pointer of the definition */
export type CheckDefinition = (
  definition: JsonObject,
  pointer: string,
  trust: DefinitionTrust,
) => readonly Finding[];

/** One row of the table: what a definition may say, and what becomes of it in an untrusted policy. */
export interface DefinitionRule {
  readonly fields: string;
  readonly what: string;
  /** `never`, `always`, or the flag that allows it. */
  readonly allowed: 'always' | 'never' | `--allow-${string}`;
  readonly why: string;
  /** Absent where it is always allowed. */
  readonly check?: CheckDefinition;
}

export const PRIVILEGED = '--allow-privileged';

/** A rule that `--allow-privileged` lifts. */
export function unlessPrivileged(check: CheckDefinition): CheckDefinition {
  return (definition, pointer, trust) => (trust.privileged ? [] : check(definition, pointer, trust));
}

/** A rule that `--allow-definition PART` lifts. */
export function unlessAllowed(part: DefinitionPart, check: CheckDefinition): CheckDefinition {
  return (definition, pointer, trust) =>
    trust.parts.includes(part) ? [] : check(definition, pointer, trust);
}

export function refusedPart(pointer: string, what: string, part: DefinitionPart): Finding {
  return refused(pointer, what, `--allow-definition ${part}`);
}

/** Marathon refuses what is not a list; it is checked all the same, as one item. */
export function each(value: unknown): readonly unknown[] {
  return !isSet(value) ? [] : Array.isArray(value) ? value : [value];
}

/** Null is not given, at any depth. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

export function fieldsOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
